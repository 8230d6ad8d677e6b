/**
 * The rotation of one secret as a pure machine: from what is known it names the next call, and from what happened it
 * knows more. Everything that outlasts an attempt is in the entry at the pending path, so an attempt may be cut off at
 * any call. docs/adr/0033-rotation-by-one-record.md says why each step is where it is.
 */
import type { Outcome, Reason } from "./outcome";
import { readersBehind } from "./reports";
import { isAmong, isKeptValue, maxRemembered, sameValue } from "./rotation";
import type { Idle, Pending, Retiring, Rotation, ValueText } from "./rotation";
import type { Call, HeldHome, Limits, Run, Wish } from "./run";
import { awaitsReaders, stillRead } from "./unread";

/** Attempts to have a value accepted, after which it counts as refused. */
const maxOffers = 10;
const firstDelayMs = 60_000;
const longestDelayMs = 3_600_000;

/** How long nobody begins another attempt: as long as the last one may still go on, and longer with each that failed. */
const delayMs = (tries: number, { leaseMs }: Limits): number =>
  Math.max(leaseMs, Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1)));

const end = (outcome: Outcome["outcome"], reason: Reason): Call => ({ is: "end", outcome: { outcome, reason } });

/** Values without those that are the same as one before, or as `besides`. */
const distinct = (values: readonly ValueText[], besides: ValueText): readonly ValueText[] =>
  values.reduce<readonly ValueText[]>(
    (kept, value) => (isAmong(value, [besides, ...kept]) ? kept : [...kept, value]),
    [],
  );

/** What all states have. */
const commonOf = ({ rotatedAt, wantedAt, tries, claimedAt, notBefore, previous, loose, refused }: Rotation) => ({
  rotatedAt,
  wantedAt,
  tries,
  claimedAt,
  notBefore,
  ...(previous === undefined ? {} : { previous }),
  loose,
  refused,
});

/** Why the first rotation waits for the mover; undefined when it does not. Nobody has to act, and no attempt counts. */
function awaits({ end: ended, entry, home }: Run): Reason | undefined {
  const rotation = entry?.rotation;
  if (rotation?.is !== "idle" || rotation.rotatedAt > 0) return undefined;
  if (ended !== undefined) return ended.reason === "home-absent" ? "home-awaited" : undefined;
  // Whoever reads the secret in Secrets Manager would be left with a value that ends.
  return home?.stage === "copied" ? "source-live" : undefined;
}

/** Whether earlier attempts have done nothing but wait. */
const onlyWaited = ({ is, rotatedAt, wantedAt, tries }: Rotation): boolean =>
  is === "idle" && rotatedAt === 0 && wantedAt > 0 && tries === 0;

/** The next call of an attempt. */
export function nextCall(run: Run, limits: Limits, now: number): Call {
  const waitsFor = awaits(run);
  if (waitsFor !== undefined) return wait(run, waitsFor);
  if (run.end !== undefined) return { is: "end", outcome: run.end };
  if (run.entry === undefined) return { is: "read-entry" };
  const { rotation, version } = run.entry;
  const write = (next: Rotation, ends?: Outcome): Call => ({
    is: "write-entry",
    rotation: next,
    base: version,
    ...(ends === undefined ? {} : { ends }),
  });
  if (run.hold === "none") {
    const why = notNow(rotation, run.wish, limits, now);
    if (why !== undefined) return end("nothing", why);
    // Looked at before it is claimed: a wait of weeks must not write a version of the entry at each look.
    if (onlyWaited(rotation) && run.home === undefined) return { is: "read-home" };
    // So must one for the readers. A home that was changed is looked at with a claim: it may have to be put right.
    if (rotation.is === "retiring" && awaitsReaders(rotation, limits)) {
      if (run.home === undefined) return { is: "read-home" };
      if (sameValue(run.home.data, rotation.current)) {
        if (run.readers === undefined) return { is: "read-reports" };
        const behind = stillRead(run, rotation, run.home, limits, now);
        if (behind !== undefined) return end("nothing", behind);
      }
    }
    // The check-and-set of this write is the lock: of two attempts one is told that it was late.
    const wantedAt = rotation.is === "retiring" ? rotation.wantedAt : rotation.wantedAt || now;
    return write({ ...rotation, wantedAt, tries: rotation.tries + 1, claimedAt: now });
  }
  if (now - rotation.claimedAt >= limits.attemptMs) return end("failed", "out-of-time");
  // Read after the claim: what a person did before is seen.
  if (run.home === undefined) return { is: "read-home" };
  // Readers may still use what the home held before: nothing ends, and no value is made for which a target would end it.
  const notBefore = Date.parse(run.home.createdTime) + limits.overlapMs;
  if (rotation.is !== "pending" && now < notBefore) {
    const later = { ...rotation, notBefore, tries: rotation.tries - 1, claimedAt: 0 };
    return write(later, { outcome: "nothing", reason: "home-fresh" });
  }
  switch (rotation.is) {
    case "idle":
      return create(run, rotation, run.home, write);
    case "pending":
      return offer(run, rotation, run.home, write, limits, now);
    case "retiring":
      return retire(run, rotation, run.home, write, limits, now);
    default:
      return rotation satisfies never;
  }
}

type Write = (next: Rotation, ends?: Outcome) => Call;

/** Ends an attempt that has to wait, and takes its claim back. The entry stays: it tells the mover that a rotator waits. */
function wait({ entry, hold }: Run, reason: Reason): Call {
  const outcome = { outcome: "nothing", reason } as const;
  if (entry === undefined || hold === "none" || entry.rotation.claimedAt === 0) return { is: "end", outcome };
  const { rotation, version } = entry;
  return {
    is: "write-entry",
    rotation: { ...rotation, tries: Math.max(0, rotation.tries - 1), claimedAt: 0 },
    base: version,
    ends: outcome,
  };
}

/** Why no attempt begins now; undefined when one does. */
function notNow(rotation: Rotation, wish: Wish, limits: Limits, now: number): Reason | undefined {
  const { rotatedAt, wantedAt, claimedAt, tries } = rotation;
  const wanted = wantedAt > 0 || wish === "start" || now - rotatedAt >= limits.intervalMs;
  if (rotation.is === "idle" && !wanted) return "not-due";
  if (now < rotation.notBefore) return rotation.is === "retiring" ? "overlap" : "home-fresh";
  if (claimedAt > 0 && now - claimedAt < delayMs(tries, limits)) return "waiting";
  return undefined;
}

/**
 * Since or from when an attempt begins by itself, as far as the entry tells, in milliseconds since the epoch.
 *
 * @param wish with `start`: when one begins that is told to
 */
export function beginsAt(rotation: Rotation, wish: Wish, limits: Limits): number {
  const { rotatedAt, wantedAt, claimedAt, tries, notBefore } = rotation;
  const isWanted = rotation.is !== "idle" || wantedAt > 0 || wish === "start";
  const due = isWanted ? 0 : rotatedAt + limits.intervalMs;
  const free = claimedAt > 0 ? claimedAt + delayMs(tries, limits) : 0;
  return Math.max(due, notBefore, free);
}

function create({ candidate }: Run, rotation: Idle, home: HeldHome, write: Write): Call {
  if (!isKeptValue(home.data)) return end("refused", "home-unsupported");
  if (candidate === undefined) return { is: "create", current: home.data };
  if (!isKeptValue(candidate)) return end("failed", "create-no-value");
  const { previous, loose, refused, tries } = rotation;
  const known = [home.data, ...(previous === undefined ? [] : [previous]), ...loose, ...refused];
  if (isAmong(candidate, known)) return end("failed", "create-repeats");
  const base = { version: home.version, createdTime: home.createdTime };
  // In Vault before the target hears of it: whatever the target accepts from here on is not lost.
  return write({
    ...commonOf(rotation),
    is: "pending",
    base,
    current: home.data,
    pending: candidate,
    triesBefore: tries,
  });
}

function offer(run: Run, rotation: Pending, home: HeldHome, write: Write, limits: Limits, now: number): Call {
  const { base, current, pending, previous, loose } = rotation;
  const isHome = sameValue(home.data, pending);
  const isBase = home.version === base.version && home.createdTime === base.createdTime;
  // Asked before it is offered: an attempt that was cut off may have had it accepted.
  if (run.pendingTest === "unknown") return { is: "test", of: "pending", value: pending };
  const isFinished = isHome && run.pendingTest === "accepted";
  if (!isBase && !isFinished) return giveUp(run, rotation, home, write, limits, now);
  if (run.pendingTest === "accepted") {
    if (!isHome) return { is: "write-home", value: pending, base: base.version };
    return write(
      {
        ...commonOf(rotation),
        is: "retiring",
        previous: current,
        loose: [],
        rotatedAt: now,
        wantedAt: 0,
        tries: 0,
        claimedAt: 0,
        current: pending,
        ending: distinct([current, ...loose], pending),
        notBefore: now + limits.overlapMs,
      },
      { outcome: "rotated", reason: "rotated" },
    );
  }
  if (run.offered === "not") return { is: "set", current, previous, pending };
  if (run.offered === "set" && rotation.tries - rotation.triesBefore < maxOffers) {
    return end("failed", "not-accepted-yet");
  }
  const refused = [pending, ...rotation.refused].slice(0, maxRemembered);
  return write({ ...commonOf(rotation), is: "retiring", refused, current, ending: [pending], notBefore: now });
}

/** Somebody changed the home while there was a new value, which is made from what the home no longer holds. */
function giveUp(run: Run, rotation: Pending, home: HeldHome, write: Write, limits: Limits, now: number): Call {
  const { current, pending, loose } = rotation;
  if (run.homeTest === "unknown") return { is: "test", of: "home", value: home.data };
  if (run.homeTest === "accepted") {
    // Both: the new value may have been in the home for a moment, which ended the time of the former one.
    const ending = distinct([pending, current, ...loose], home.data);
    return write(
      {
        ...commonOf(rotation),
        is: "retiring",
        loose: [],
        current: home.data,
        ending,
        notBefore: now + limits.overlapMs,
        claimedAt: 0,
      },
      { outcome: "restarted", reason: "home-edited" },
    );
  }
  const live = run.pendingTest === "accepted" ? pending : current;
  return write(setAside(rotation, home, live, [pending, current], now), {
    outcome: "restarted",
    reason: "home-edited",
  });
}

/** The target does not accept what the home holds, so nothing may end: the next rotation puts it right, and ends it. */
function setAside(
  rotation: Pending | Retiring,
  { data }: HeldHome,
  live: ValueText,
  values: readonly ValueText[],
  now: number,
): Idle {
  return {
    ...commonOf(rotation),
    is: "idle",
    previous: live,
    loose: distinct([...values, ...rotation.loose], data).slice(0, maxRemembered),
    wantedAt: rotation.wantedAt || now,
  };
}

function retire(run: Run, rotation: Retiring, home: HeldHome, write: Write, limits: Limits, now: number): Call {
  const { current, ending } = rotation;
  if (isAmong(home.data, ending)) {
    return write(
      {
        ...rotation,
        previous: current,
        current: home.data,
        ending: distinct([...ending, current], home.data),
        notBefore: now + limits.overlapMs,
        tries: 0,
        claimedAt: 0,
      },
      { outcome: "nothing", reason: "set-back" },
    );
  }
  if (run.homeTest === "unknown") return { is: "test", of: "home", value: home.data };
  if (run.homeTest === "refused") {
    const live = sameValue(home.data, current) ? (ending[0] ?? current) : current;
    return write(setAside(rotation, home, live, [...ending, current], now), {
      outcome: "restarted",
      reason: "home-not-accepted",
    });
  }
  if (awaitsReaders(rotation, limits)) {
    if (run.readers === undefined) return { is: "read-reports" };
    const behind = stillRead(run, rotation, home, limits, now);
    if (behind !== undefined) {
      return write({ ...rotation, tries: rotation.tries - 1, claimedAt: 0 }, { outcome: "nothing", reason: behind });
    }
  }
  const next = ending[run.retired];
  if (next !== undefined) return { is: "retire", ending: next, current: home.data };
  const idle: Idle = { ...commonOf(rotation), is: "idle" };
  if (rotation.wantedAt === 0) {
    const reason = readersBehind(run.readers ?? [], now).length > 0 ? "retired-unread" : "retired";
    return write({ ...idle, tries: 0, claimedAt: 0 }, { outcome: "retired", reason });
  }
  // One that is still wanted keeps its count of attempts, so that each failure is followed by a longer delay.
  const wasRefused = ending.some((value) => isAmong(value, rotation.refused));
  return write(idle, { outcome: "restarted", reason: wasRefused ? "value-refused" : "home-edited" });
}
