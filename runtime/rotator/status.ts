/** Where a rotation stands, for a person: states, times and counts. No value leaves the function with it. */
import { beginsAt } from "./machine";
import type { Outcome, Reason } from "./outcome";
import type { HomeVersionId, Rotation } from "./rotation";
import { readersBehind, readerState } from "./reports";
import type { Call, Event, Limits } from "./run";
import { signsOf } from "./signs";
import type { Signs } from "./signs";
import { awaitsReaders, overlapEnd } from "./unread";

/** The home as the function found it. */
export type HomeStatus =
  | { readonly is: "held"; readonly version: number; readonly createdTime: string }
  | { readonly is: "missing"; readonly reason: Reason };

/** What a rotator answers to `{"rotate":"status"}`. Times are milliseconds since the epoch. */
export interface RotationStatus {
  readonly is: "status";
  /** `pending`: there is a new value, and the home has the former one. `retiring`: what the home held before ends. */
  readonly step: Rotation["is"];
  /** When a rotation was last finished; 0 for never. */
  readonly rotatedAt: number;
  /** Since when one is wanted; 0 while none is. */
  readonly wantedAt: number;
  /** Attempts since the last one that got to its end. */
  readonly tries: number;
  /** When the last attempt took the rotation for itself; 0 after one that got to its end. */
  readonly claimedAt: number;
  /** How many values end, or end after the next rotation, which the target may still accept. */
  readonly ending: number;
  /** Since or from when the function does the next thing by itself; at the latest, while it waits for readers. */
  readonly nextAt: number;
  /** Since or from when it does that if it is told to start. */
  readonly startAt: number;
  readonly home: HomeStatus;
  /** The readers that are named and may still use what ends, when the overlap is over; absent where nothing waits for any. */
  readonly readersBehind?: readonly string[];
  readonly signs: Signs;
}

type ReadCall = Extract<Call, { readonly is: "read-entry" | "read-home" | "read-reports" }>;

/**
 * Reads where a rotation stands; begins nothing and writes nothing.
 *
 * @returns the outcome that an attempt would have, where the entry can't be read as a rotation
 */
export async function askStatus(
  read: (call: ReadCall) => Promise<Event>,
  limits: Limits,
  now: () => number,
): Promise<RotationStatus | Outcome> {
  const entry = await read({ is: "read-entry" });
  if (entry.is === "stopped") return entry.outcome;
  const found = await read({ is: "read-home" });
  if (entry.is !== "entry" || (found.is !== "home" && found.is !== "stopped")) {
    throw new Error("a read came to something else");
  }
  const { rotation } = entry;
  const home: HomeStatus =
    found.is === "home"
      ? { is: "held", version: found.home.version, createdTime: found.home.createdTime }
      : { is: "missing", reason: found.outcome.reason };
  const over =
    found.is === "home" && rotation.is === "retiring" && awaitsReaders(rotation, limits)
      ? overlapEnd(rotation, found.home, limits)
      : Infinity;
  const behind = found.is === "home" && now() >= over ? await askReaders(read, found.home, now()) : [];
  const longest = behind.length === 0 ? 0 : over + limits.unreadMs;
  // As the attempt itself waits: for those who read what the home held before.
  const isFreshUntil =
    home.is === "held" && rotation.is !== "pending" ? Date.parse(home.createdTime) + limits.overlapMs : 0;
  return {
    is: "status",
    step: rotation.is,
    rotatedAt: rotation.rotatedAt,
    wantedAt: rotation.wantedAt,
    tries: rotation.tries,
    claimedAt: rotation.claimedAt,
    ending: rotation.loose.length + (rotation.is === "retiring" ? rotation.ending.length : 0),
    nextAt: Math.max(isFreshUntil, longest, beginsAt(rotation, "continue", limits)),
    startAt: Math.max(isFreshUntil, longest, beginsAt(rotation, "start", limits)),
    home,
    ...(behind.length === 0 ? {} : { readersBehind: behind }),
    signs: signsOf(rotation, limits, now()),
  };
}

async function askReaders(
  read: (call: ReadCall) => Promise<Event>,
  home: HomeVersionId,
  now: number,
): Promise<readonly string[]> {
  const found = await read({ is: "read-reports" });
  if (found.is !== "reports") throw new Error("a read came to something else");
  return readersBehind(
    found.reports.map((one) => readerState(one, home)),
    now,
  );
}
