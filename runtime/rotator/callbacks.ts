/** The callbacks of a RotatingSecret, as the machine's calls. What they throw can quote a value, so it goes no further. */
import type { Reason } from "./outcome";
import type { ValueText } from "./rotation";
import type { Call, Event } from "./run";

/** A value as `vault kv get` shows it: the object that a home holds as data. A moved text is `{ value: "…" }`. */
export type RotatingValue = Readonly<Record<string, unknown>>;

interface Given {
  /** Is aborted when the attempt's time is over: give it to `fetch`. */
  readonly signal: AbortSignal;
}

/** How a target's credential is changed. Each may be called again after an attempt that was cut off. */
export interface RotationCallbacks {
  /** Makes a new value, and tells nobody of it. It must be another one each time, with all members that readers need. */
  readonly create: (given: Given & { readonly current: RotatingValue }) => Promise<RotatingValue> | RotatingValue;
  /**
   * Has the target accept `pending`, beside `current` where it takes two. Logs in with `current` or, where the target is
   * behind, with `previous`. To set a value that is set already must succeed.
   *
   * @returns `refused` for a value that the target will never take: it is not offered again
   */
  readonly set: (
    given: Given & {
      readonly current: RotatingValue;
      /** The value before; undefined in the first rotation. */
      readonly previous: RotatingValue | undefined;
      readonly pending: RotatingValue;
    },
  ) => Promise<"set" | "refused">;
  /** Says whether the target accepts a value. Throws where it can't tell. */
  readonly test: (given: Given & { readonly pending: RotatingValue }) => Promise<boolean>;
  /**
   * Ends a value that no reader uses any more. Must leave alone what `current` uses, and succeed for one that has ended.
   * Left out where a target has one credential, and the new one ended the former.
   */
  readonly retire?: (
    given: Given & { readonly previous: RotatingValue; readonly current: RotatingValue },
  ) => Promise<void>;
}

type CallbackCall = Extract<Call, { readonly is: "create" | "set" | "test" | "retire" }>;

const read = (text: ValueText): RotatingValue => JSON.parse(text) as RotatingValue;

const stopped = (reason: Reason): Event => ({ is: "stopped", outcome: { outcome: "failed", reason } });

async function answerOf(callbacks: RotationCallbacks, call: CallbackCall, signal: AbortSignal): Promise<Event> {
  switch (call.is) {
    case "create": {
      const value: unknown = await callbacks.create({ current: read(call.current), signal });
      const text = JSON.stringify(value) as string | undefined;
      // Nothing, or a function. Anything else that is no object is found by its text.
      return { is: "created", value: text ?? "" };
    }
    case "set": {
      const { current, previous, pending } = call;
      const answer: unknown = await callbacks.set({
        current: read(current),
        previous: previous === undefined ? undefined : read(previous),
        pending: read(pending),
        signal,
      });
      return answer === "set" || answer === "refused" ? { is: "offered", answer } : stopped("set-failed");
    }
    case "test": {
      const answer: unknown = await callbacks.test({ pending: read(call.value), signal });
      if (typeof answer !== "boolean") return stopped("test-failed");
      return { is: "tested", of: call.of, answer: answer ? "accepted" : "refused" };
    }
    case "retire":
      await callbacks.retire?.({ previous: read(call.ending), current: read(call.current), signal });
      return { is: "retired" };
    default:
      return call satisfies never;
  }
}

const failures = {
  create: "create-failed",
  set: "set-failed",
  test: "test-failed",
  retire: "retire-failed",
} as const satisfies Readonly<Record<CallbackCall["is"], Reason>>;

/**
 * Calls a callback, for so long at most.
 *
 * @returns what it came to; one that throws or returns something else stops the attempt, with its name as the reason
 */
export async function callBack(callbacks: RotationCallbacks, call: CallbackCall, limitMs: number): Promise<Event> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Event>((resolve) => {
    timer = setTimeout(() => {
      over.abort();
      resolve(stopped("timed-out"));
    }, limitMs);
  });
  const answer = answerOf(callbacks, call, over.signal).catch(() => stopped(failures[call.is]));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
