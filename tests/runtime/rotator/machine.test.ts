/** When an attempt begins, and what its end tells the alarms; what follows then is explored in tests/rotator. */
import { deepEqual, equal } from "node:assert/strict";

import { nextCall, signsOf } from "../../../runtime/rotator/machine";
import { unrotated } from "../../../runtime/rotator/rotation";
import type { Retiring, Rotation } from "../../../runtime/rotator/rotation";
import { afterEvent, newRun } from "../../../runtime/rotator/run";
import type { Limits, Wish } from "../../../runtime/rotator/run";

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000 * hour;
const limits: Limits = { intervalMs: 24 * hour, overlapMs: hour, attemptMs: minute, leaseMs: 2 * minute };
const retiring: Retiring = {
  ...unrotated,
  is: "retiring",
  current: '{"k":"1"}',
  ending: ['{"k":"0"}'],
  notBefore: now,
};

function begins(rotation: Rotation, at = now, wish: Wish = "continue"): string {
  const run = afterEvent(newRun(wish), { is: "entry", version: 1, rotation });
  const call = nextCall(run, limits, at);
  return call.is === "end" ? call.outcome.reason : call.is;
}

describe("an attempt", () => {
  it("begins for a value that is older than the interval, for one that was never rotated, and when it is told to", () => {
    equal(begins(unrotated), "write-entry");
    equal(begins({ ...unrotated, rotatedAt: now - 24 * hour }), "write-entry");
    equal(begins({ ...unrotated, rotatedAt: now - 24 * hour + 1 }), "not-due");
    equal(begins({ ...unrotated, rotatedAt: now - 1 }, now, "start"), "write-entry");
    equal(begins({ ...unrotated, rotatedAt: now - 1, wantedAt: now - 1 }), "write-entry");
  });

  it("ends a former value after the overlap, and not by being told to", () => {
    equal(begins(retiring, now - 1, "start"), "overlap");
    equal(begins(retiring, now), "write-entry");
  });

  it("waits for one that may still go on, and longer after each that failed, an hour at most", () => {
    const delayOf = (tries: number): number => {
      const claimed = { ...unrotated, wantedAt: 1, claimedAt: now, tries };
      let delay = minute;
      while (begins(claimed, now + delay) === "waiting") delay += minute;
      return delay / minute;
    };
    deepEqual([1, 2, 3, 4, 5, 6, 7, 8, 40].map(delayOf), [2, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("begins no call once its time is over", () => {
    const claimed = { ...unrotated, claimedAt: now, tries: 1, wantedAt: now };
    const run = afterEvent(newRun("continue"), { is: "entry-written", version: 1, rotation: claimed });

    equal(nextCall(run, limits, now + minute - 1).is, "read-home");
    deepEqual(nextCall(run, limits, now + minute), {
      is: "end",
      outcome: { outcome: "failed", reason: "out-of-time" },
    });
  });

  it("tells of three attempts that failed, and of what is an hour late", () => {
    const none = { failing: 0, overdue: 0, retireOverdue: 0 };
    deepEqual(signsOf({ ...unrotated, tries: 2, wantedAt: now - hour + 1 }, now), none);
    deepEqual(signsOf({ ...unrotated, tries: 3 }, now), { ...none, failing: 1 });
    deepEqual(signsOf({ ...unrotated, wantedAt: now - hour }, now), { ...none, overdue: 1 });
    // One that waits for readers of what the home held before is not late yet.
    deepEqual(signsOf({ ...unrotated, wantedAt: now - 30 * hour, notBefore: now - hour + 1 }, now), none);
    deepEqual(signsOf(retiring, now + hour - 1), none);
    deepEqual(signsOf(retiring, now + hour), { ...none, retireOverdue: 1 });
  });
});
