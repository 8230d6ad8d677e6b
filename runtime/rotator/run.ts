/** What an attempt knows, the calls that it makes and what they come to. Plain data. */
import type { Outcome } from "./outcome";
import { readerState } from "./reports";
import type { ReaderState, Reported } from "./reports";
import { unrotated } from "./rotation";
import type { HomeVersionId, Rotation, ValueText } from "./rotation";

/** Times in milliseconds. */
export interface Limits {
  /** A value that is older is rotated. */
  readonly intervalMs: number;
  /** How long the former value stays after the home got the new one. */
  readonly overlapMs: number;
  /** How much longer it stays at most, while readers that are named may still use it; 0 where none is named. */
  readonly unreadMs: number;
  /** After this time an attempt begins no call. */
  readonly attemptMs: number;
  /** After this time an attempt has surely ended, and the next may begin. Longer than `attemptMs` and a call together. */
  readonly leaseMs: number;
}

/** `start`: rotate although the value is not old. */
export type Wish = "start" | "continue";

export interface HeldHome extends HomeVersionId {
  readonly data: ValueText;
  /** The mover copied this very version, and its labels do not tell that the secret has left Secrets Manager. */
  readonly stage?: "copied";
}

/** What the next call is. `ends` of a write is what the attempt ends with once it is written. */
export type Call =
  | { readonly is: "read-entry" }
  | { readonly is: "read-home" }
  | { readonly is: "read-reports" }
  | { readonly is: "write-entry"; readonly rotation: Rotation; readonly base: number; readonly ends?: Outcome }
  | { readonly is: "write-home"; readonly value: ValueText; readonly base: number }
  | { readonly is: "create"; readonly current: ValueText }
  | {
      readonly is: "set";
      readonly current: ValueText;
      readonly previous: ValueText | undefined;
      readonly pending: ValueText;
    }
  | { readonly is: "test"; readonly of: "pending" | "home"; readonly value: ValueText }
  | { readonly is: "retire"; readonly ending: ValueText; readonly current: ValueText }
  | { readonly is: "end"; readonly outcome: Outcome };

/** What a call came to. */
export type Event =
  | { readonly is: "entry"; readonly version: number; readonly rotation: Rotation }
  | { readonly is: "home"; readonly home: HeldHome }
  | { readonly is: "reports"; readonly reports: readonly Reported[] }
  | { readonly is: "entry-written"; readonly version: number; readonly rotation: Rotation; readonly ends?: Outcome }
  | { readonly is: "home-written"; readonly home: HeldHome }
  | { readonly is: "home-mismatch" }
  | { readonly is: "created"; readonly value: ValueText }
  | { readonly is: "offered"; readonly answer: "set" | "refused" }
  | { readonly is: "tested"; readonly of: "pending" | "home"; readonly answer: "accepted" | "refused" }
  | { readonly is: "retired" }
  /** The attempt can't go on. */
  | { readonly is: "stopped"; readonly outcome: Outcome };

type Tested = "unknown" | "accepted" | "refused";

/** What an attempt knows. Plain data. */
export interface Run {
  readonly wish: Wish;
  /** The entry as it was read or written last. */
  readonly entry: { readonly version: number; readonly rotation: Rotation } | undefined;
  /** Whether the rotation is this attempt's. */
  readonly hold: "none" | "claimed";
  readonly home: HeldHome | undefined;
  /** The readers that are named, as to the version of the home that was read last. */
  readonly readers: readonly ReaderState[] | undefined;
  readonly candidate: ValueText | undefined;
  readonly offered: "not" | "set" | "refused";
  readonly pendingTest: Tested;
  readonly homeTest: Tested;
  /** How many of the values that end have ended. */
  readonly retired: number;
  readonly end: Outcome | undefined;
}

export const newRun = (wish: Wish): Run => ({
  wish,
  entry: undefined,
  hold: "none",
  home: undefined,
  readers: undefined,
  candidate: undefined,
  offered: "not",
  pendingTest: "unknown",
  homeTest: "unknown",
  retired: 0,
  end: undefined,
});

/** The entry of a path that was never written, as an event. */
export const noEntry: Event = { is: "entry", version: 0, rotation: unrotated };

/** What an attempt knows after a call. */
export function afterEvent(run: Run, event: Event): Run {
  switch (event.is) {
    case "entry":
      return { ...run, entry: { version: event.version, rotation: event.rotation } };
    case "entry-written": {
      const { version, rotation, ends } = event;
      const isSame = run.entry?.rotation.is === rotation.is;
      return {
        ...run,
        entry: { version, rotation },
        hold: "claimed",
        // Looked at again: what follows must fit what a person did meanwhile.
        home: undefined,
        homeTest: "unknown",
        ...(isSame ? {} : { offered: "not", pendingTest: "unknown", retired: 0 }),
        end: ends,
      };
    }
    case "home":
    case "home-written":
      return { ...run, home: event.home, readers: undefined, homeTest: "unknown" };
    case "reports": {
      const { home } = run;
      return home === undefined ? run : { ...run, readers: event.reports.map((one) => readerState(one, home)) };
    }
    case "home-mismatch":
      return { ...run, home: undefined, homeTest: "unknown" };
    case "created":
      return { ...run, candidate: event.value };
    case "offered":
      // Asked again: that set succeeded is no proof that the value is accepted.
      return { ...run, offered: event.answer, pendingTest: event.answer === "set" ? "unknown" : "refused" };
    case "tested":
      return event.of === "home" ? { ...run, homeTest: event.answer } : { ...run, pendingTest: event.answer };
    case "retired":
      return { ...run, retired: run.retired + 1 };
    case "stopped":
      return { ...run, end: event.outcome };
    default:
      return event satisfies never;
  }
}
