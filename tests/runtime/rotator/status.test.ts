/** Where a rotation stands: true to what an attempt does then, and without a value. */
import { deepEqual, doesNotMatch, equal } from "node:assert/strict";

import { beginsAt, nextCall } from "../../../runtime/rotator/machine";
import { unrotated } from "../../../runtime/rotator/rotation";
import type { Rotation } from "../../../runtime/rotator/rotation";
import { afterEvent, newRun } from "../../../runtime/rotator/run";
import type { Event, Limits, Wish } from "../../../runtime/rotator/run";
import { askStatus } from "../../../runtime/rotator/status";

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000 * hour;
const limits: Limits = { intervalMs: 24 * hour, overlapMs: hour, unreadMs: 0, attemptMs: minute, leaseMs: 2 * minute };
const createdTime = new Date(now - 5 * minute).toISOString();
const base = { version: 4, createdTime };
const former = '{"key":"canary-former"}';
const current = '{"key":"canary-current"}';

const states: readonly Rotation[] = [
  unrotated,
  { ...unrotated, is: "pending", base, current: former, pending: current, triesBefore: 0 },
  { ...unrotated, is: "retiring", current, ending: [former] },
];
const times = [0, now - 24 * hour, now - 3 * minute, now];
const rotations = states.flatMap((state) =>
  times.flatMap((rotatedAt) =>
    [0, now - 2 * hour].flatMap((wantedAt) =>
      [0, now + 7 * minute].flatMap((notBefore) =>
        [0, now - minute].flatMap((claimedAt) =>
          [1, 4].map((tries) => ({ ...state, rotatedAt, wantedAt, notBefore, claimedAt, tries })),
        ),
      ),
    ),
  ),
);

function begins(rotation: Rotation, wish: Wish, at: number): boolean {
  const run = afterEvent(newRun(wish), { is: "entry", version: 1, rotation });
  return nextCall(run, limits, at).is === "write-entry";
}

const held: Event = { is: "home", home: { ...base, data: current } };

const statusOf = (rotation: Rotation, home: Event = held) =>
  askStatus(
    ({ is }) => Promise.resolve(is === "read-entry" ? { is: "entry", version: 1, rotation } : home),
    limits,
    () => now,
  );

describe("where a rotation stands", () => {
  it("says of every state when an attempt begins, and when one that is told to: not a millisecond before", () => {
    for (const rotation of rotations) {
      for (const wish of ["continue", "start"] as const) {
        const at = beginsAt(rotation, wish, limits);
        equal(begins(rotation, wish, at), true, JSON.stringify(rotation));
        if (at > 0) equal(begins(rotation, wish, at - 1), false, JSON.stringify(rotation));
      }
    }
  });

  it("waits for the readers of a home that was changed a short time ago, unless the new value is the target's already", async () => {
    const fresh = Date.parse(createdTime) + hour;
    const [idle, pending, retiring] = await Promise.all(states.map((state) => statusOf(state)));

    for (const status of [idle, retiring]) {
      deepEqual(status && "nextAt" in status ? [status.nextAt, status.startAt] : [], [fresh, fresh]);
    }
    equal(pending && "nextAt" in pending ? pending.nextAt : undefined, 0);
  });

  it("has the home's version and how many values end, and no value", async () => {
    for (const state of states) {
      const status = await statusOf({ ...state, previous: former, loose: ['{"key":"canary-loose"}'] });

      equal("home" in status && status.home.is === "held" && status.home.version, 4);
      equal("ending" in status && status.ending, state.is === "retiring" ? 2 : 1);
      doesNotMatch(JSON.stringify(status), /canary/);
    }
  });

  it("says which readers an ending waits for, and until when at most", async () => {
    const named = { ...limits, unreadMs: 10 * hour };
    const retiring: Rotation = { ...unrotated, is: "retiring", current, ending: [former], notBefore: now - minute };
    const home: Event = {
      is: "home",
      home: { version: 4, createdTime: new Date(now - hour).toISOString(), data: current },
    };
    const report = { version: 4, createdTime: now, cacheSeconds: 0 };
    const asked = async (rotation: Rotation, of: Limits) => {
      const reads: string[] = [];
      const status = await askStatus(
        ({ is }) => {
          reads.push(is);
          if (is === "read-entry") return Promise.resolve({ is: "entry", version: 1, rotation });
          if (is === "read-home") return Promise.resolve(home);
          return Promise.resolve({
            is: "reports",
            reports: [
              { reader: "checkout", report },
              { reader: "refunds", report: "absent" },
            ],
          });
        },
        of,
        () => now,
      );
      return "step" in status ? { ...status, reads } : undefined;
    };
    const waiting = await asked(retiring, named);
    deepEqual([waiting?.readersBehind, waiting?.nextAt], [["refunds"], now + 10 * hour]);
    const early = await asked({ ...retiring, notBefore: now + minute }, named);
    deepEqual([early?.readersBehind, early?.nextAt], [undefined, now + minute], "the overlap comes first");
    for (const one of [await asked(retiring, limits), await asked({ ...unrotated }, named)]) {
      deepEqual([one?.readersBehind, one?.reads], [undefined, ["read-entry", "read-home"]]);
    }
  });

  it("says that the home is missing, and gives the reason where the entry is not one", async () => {
    const gone: Event = { is: "stopped", outcome: { outcome: "refused", reason: "home-deleted" } };
    const status = await statusOf(unrotated, gone);
    deepEqual("home" in status && status.home, { is: "missing", reason: "home-deleted" });

    const unreadable: Event = { is: "stopped", outcome: { outcome: "refused", reason: "pending-unreadable" } };
    deepEqual(
      await askStatus(
        () => Promise.resolve(unreadable),
        limits,
        () => now,
      ),
      unreadable.outcome,
    );
  });
});
