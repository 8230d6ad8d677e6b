/** One attempt: the machine's calls, one after the other, until it has none. */
import { nextCall } from "./machine";
import type { Outcome } from "./outcome";
import { readersBehind } from "./reports";
import type { Rotation } from "./rotation";
import { afterEvent, newRun } from "./run";
import type { Call, Event, Limits, Wish } from "./run";

export interface RotateDeps {
  /** Does a call. @throws a RetryableError when Vault can't be reached */
  readonly perform: (call: Exclude<Call, { readonly is: "end" }>) => Promise<Event>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Attempt {
  readonly outcome: Outcome;
  /** As the attempt left it; undefined where it could not be read. */
  readonly rotation: Rotation | undefined;
  /** The readers that may still use the former value, where it was asked. */
  readonly behind: readonly string[];
}

/** Goes on with a secret's rotation as far as it goes now. */
export async function rotate(wish: Wish, limits: Limits, { perform, now }: RotateDeps): Promise<Attempt> {
  let run = newRun(wish);
  for (;;) {
    const call = nextCall(run, limits, now());
    if (call.is === "end") {
      return {
        outcome: call.outcome,
        rotation: run.entry?.rotation,
        behind: readersBehind(run.readers ?? [], now()),
      };
    }
    run = afterEvent(run, await perform(call));
  }
}
