/** When an attempt begins, and what its end tells the alarms; what follows then is explored in tests/rotator. */
import { deepEqual, equal } from "node:assert/strict";

import { nextCall } from "../../../runtime/rotator/machine";
import type { Report, Reported } from "../../../runtime/rotator/reports";
import { rotate } from "../../../runtime/rotator/rotate";
import { unrotated } from "../../../runtime/rotator/rotation";
import type { Retiring, Rotation } from "../../../runtime/rotator/rotation";
import { afterEvent, newRun } from "../../../runtime/rotator/run";
import type { Call, Event, HeldHome, Limits, Wish } from "../../../runtime/rotator/run";
import { signsOf } from "../../../runtime/rotator/signs";

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000 * hour;
const limits: Limits = { intervalMs: 24 * hour, overlapMs: hour, unreadMs: 0, attemptMs: minute, leaseMs: 2 * minute };
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

/** What Vault holds while attempts are made, and what becomes of them. */
function scene(home: HeldHome | "absent", rotation: Rotation = unrotated) {
  const world = { home, rotation, version: 0, writes: 0, taken: false };
  const perform = (call: Exclude<Call, { readonly is: "end" }>): Event => {
    switch (call.is) {
      case "read-entry":
        return { is: "entry", version: world.version, rotation: world.rotation };
      case "read-home":
        return world.home === "absent"
          ? { is: "stopped", outcome: { outcome: "refused", reason: "home-absent" } }
          : { is: "home", home: world.home };
      case "write-entry":
        if (world.taken && call.rotation.claimedAt === 0)
          return { is: "stopped", outcome: { outcome: "nothing", reason: "elsewhere" } };
        Object.assign(world, { rotation: call.rotation, version: world.version + 1, writes: world.writes + 1 });
        return {
          is: "entry-written",
          version: world.version,
          rotation: call.rotation,
          ...(call.ends === undefined ? {} : { ends: call.ends }),
        };
      case "create":
        return { is: "stopped", outcome: { outcome: "failed", reason: "create-failed" } };
      default:
        throw new Error(`an attempt that comes to ${call.is}`);
    }
  };
  const attempt = async (at = now): Promise<string> => {
    const { outcome } = await rotate("continue", limits, {
      perform: (call) => Promise.resolve(perform(call)),
      now: () => at,
    });
    return `${outcome.outcome}: ${outcome.reason}`;
  };
  return { world, attempt };
}

const moved: HeldHome = { version: 1, createdTime: new Date(now - 2 * hour).toISOString(), data: '{"k":"0"}' };
const copied: HeldHome = { ...moved, stage: "copied" };

describe("the first rotation", () => {
  it("waits for a home, says so, and tells no alarm of it; the entry is written once", async () => {
    const { world, attempt } = scene("absent");
    for (let look = 0; look < 5; look += 1) {
      equal(await attempt(now + look * minute), "nothing: home-awaited");
      deepEqual(signsOf(world.rotation, limits, now + 24 * hour), { failing: 0, overdue: 0, retireOverdue: 0 });
      equal(world.writes, 2);
    }
    equal(world.rotation.wantedAt, now);
  });

  it("waits while its secret is still in Secrets Manager, and begins once that was moved", async () => {
    const { world, attempt } = scene(copied);
    equal(await attempt(), "nothing: source-live");
    equal(await attempt(), "nothing: source-live");
    deepEqual([world.writes, world.rotation.tries], [2, 0]);
    world.home = moved;
    equal(await attempt(), "failed: create-failed");
  });

  it("waits for the overlap after the home came, as any other does", async () => {
    const { world, attempt } = scene("absent");
    await attempt();
    world.home = { ...moved, createdTime: new Date(now).toISOString() };
    equal(await attempt(now + minute), "nothing: home-fresh");
    equal(await attempt(now + hour), "failed: create-failed");
  });

  it("that waits and meets another rotator ends, too", async () => {
    const { world, attempt } = scene(copied);
    world.taken = true;
    equal(await attempt(), "nothing: elsewhere");
  });
});

describe("a later rotation", () => {
  const rotated = { ...unrotated, rotatedAt: now - 48 * hour };

  it("does not wait for a home that is gone: a person has to act", async () => {
    equal(await scene("absent", rotated).attempt(), "refused: home-absent");
  });

  it("goes on from what a mover copied", async () => {
    equal(await scene(copied, rotated).attempt(), "failed: create-failed");
  });
});

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

  it("waits with the end of a former value for an overlap that a deployment made longer meanwhile", () => {
    const createdTime = new Date(now - hour).toISOString();
    const claimed = { ...retiring, claimedAt: now, tries: 1 };
    const written = afterEvent(newRun("continue"), { is: "entry-written", version: 2, rotation: claimed });
    const run = afterEvent(written, { is: "home", home: { version: 4, createdTime, data: retiring.current } });

    equal(nextCall(run, limits, now).is, "test");
    const longer = nextCall(run, { ...limits, overlapMs: 2 * hour }, now);
    deepEqual(longer, {
      is: "write-entry",
      rotation: { ...claimed, notBefore: now + hour, tries: 0, claimedAt: 0 },
      base: 2,
      ends: { outcome: "nothing", reason: "home-fresh" },
    });
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
    deepEqual(signsOf({ ...unrotated, tries: 2, wantedAt: now - hour + 1 }, limits, now), none);
    deepEqual(signsOf({ ...unrotated, tries: 3 }, limits, now), { ...none, failing: 1 });
    const rotated = { ...unrotated, rotatedAt: now - 48 * hour };
    deepEqual(signsOf({ ...rotated, wantedAt: now - hour }, limits, now), { ...none, overdue: 1 });
    // One that waits for readers of what the home held before is not late yet.
    deepEqual(signsOf({ ...rotated, wantedAt: now - 30 * hour, notBefore: now - hour + 1 }, limits, now), none);
    // The first one may have to wait for the mover.
    deepEqual(signsOf({ ...unrotated, wantedAt: now - 7 * 24 * hour + 1 }, limits, now), none);
    deepEqual(signsOf({ ...unrotated, wantedAt: now - 7 * 24 * hour }, limits, now), { ...none, overdue: 1 });
    deepEqual(signsOf(retiring, limits, now + hour - 1), none);
    deepEqual(signsOf(retiring, limits, now + hour), { ...none, retireOverdue: 1 });
  });
});

describe("what ends, and the readers that are named", () => {
  const named: Limits = { ...limits, unreadMs: 10 * hour };
  const home: HeldHome = { version: 4, createdTime: new Date(now - hour).toISOString(), data: retiring.current };
  const current: Report = { version: 4, createdTime: now - minute, cacheSeconds: 60 };

  /** An attempt's end, at the home and with the readers' reports, and how often it wrote to the entry. */
  async function attempt(
    at: number,
    reports: readonly Reported[],
    over: Partial<Retiring> = {},
    held = home,
    answer: "accepted" | "refused" = "accepted",
  ) {
    let rotation: Rotation = { ...retiring, ...over };
    const calls: string[] = [];
    const perform = (call: Exclude<Call, { readonly is: "end" }>): Event => {
      calls.push(call.is);
      switch (call.is) {
        case "read-entry":
          return { is: "entry", version: 1, rotation };
        case "read-home":
          return { is: "home", home: held };
        case "read-reports":
          return { is: "reports", reports };
        case "write-entry":
          rotation = call.rotation;
          return {
            is: "entry-written",
            version: 1,
            rotation,
            ...(call.ends === undefined ? {} : { ends: call.ends }),
          };
        case "test":
          return { is: "tested", of: call.of, answer };
        case "retire":
          return { is: "retired" };
        default:
          throw new Error(`an attempt that comes to ${call.is}`);
      }
    };
    const { outcome, behind } = await rotate("continue", named, {
      perform: (call) => Promise.resolve(perform(call)),
      now: () => at,
    });
    return { said: `${outcome.outcome}: ${outcome.reason}`, behind, calls, rotation };
  }
  const of = (report: Report | "absent", reader = "checkout"): Reported => ({ reader, report });

  it("ends once each has reported the version that the home has", async () => {
    const { said, behind } = await attempt(now + minute, [of(current), of(current, "refunds")]);
    deepEqual([said, behind], ["retired: retired", []]);
  });

  it("waits for one that has not, and names it; no look writes anything", async () => {
    const { said, behind, calls } = await attempt(now + minute, [of(current), of("absent", "refunds")]);
    deepEqual([said, behind], ["nothing: readers-awaited", ["refunds"]]);
    deepEqual(calls, ["read-entry", "read-home", "read-reports"]);
  });

  it("takes no other version for it, and none that was reported before the home was written", async () => {
    for (const report of [
      { ...current, version: 3 },
      { ...current, version: 5 },
      { ...current, createdTime: now - hour - 1 },
    ]) {
      equal((await attempt(now + minute, [of(report)])).said, "nothing: readers-awaited");
    }
  });

  it("waits for the other processes of a reader that uses values for longer than the overlap", async () => {
    const slow = of({ ...current, cacheSeconds: 7_200 });
    // The home was written an hour ago: two hours of cache, and a minute.
    equal((await attempt(now + hour + minute - 1, [slow])).said, "nothing: readers-awaited");
    equal((await attempt(now + hour + minute, [slow])).said, "retired: retired");
  });

  it("ends all the same after the longest overlap, and says so before and then", async () => {
    const behind = [of("absent")];
    equal((await attempt(now + 5 * hour - 1, behind)).said, "nothing: readers-awaited");
    equal((await attempt(now + 5 * hour, behind)).said, "nothing: readers-late");
    equal((await attempt(now + 10 * hour - 1, behind)).said, "nothing: readers-late");
    const last = await attempt(now + 10 * hour, behind);
    deepEqual([last.said, last.behind], ["retired: retired-unread", ["checkout"]]);
  });

  it("never ends before the overlap, whatever a report says", async () => {
    const early = await attempt(now - 1, [of({ version: 4, createdTime: now + hour, cacheSeconds: 0 })]);
    equal(early.said, "nothing: overlap");
    const fresh = { ...home, createdTime: new Date(now - hour + 1).toISOString() };
    equal((await attempt(now, [of({ ...current, cacheSeconds: 0 })], {}, fresh)).said, "nothing: home-fresh");
  });

  it("does not wait with what the target refused, which no reader had", async () => {
    const refused = { refused: retiring.ending, wantedAt: now };
    const { calls } = await attempt(now, [of("absent")], refused).catch(() => ({ calls: [] as string[] }));
    equal(calls.includes("read-reports"), false);
  });

  it("looks with a claim at a home that was changed, takes it back and waits on", async () => {
    const edited = { ...home, data: '{"k":"1","note":"a person\'s"}' };
    const { said, rotation } = await attempt(now + minute, [of("absent")], { tries: 2 }, edited);
    equal(said, "nothing: readers-awaited");
    deepEqual([rotation.tries, rotation.claimedAt], [2, 0]);
  });

  it("has a home that a person broke put right at once: that waits for no reader", async () => {
    const broken = { ...home, data: '{"k":"wrong"}' };
    const { said } = await attempt(now + minute, [of("absent")], {}, broken, "refused");
    equal(said, "restarted: home-not-accepted");
  });

  it("is late an hour after the longest overlap, and so is the rotation that waits for it", () => {
    const none = { failing: 0, overdue: 0, retireOverdue: 0 };
    const wanted = { ...retiring, rotatedAt: now - 48 * hour, wantedAt: now - hour };
    deepEqual(signsOf(wanted, named, now + 11 * hour - 1), none);
    deepEqual(signsOf(wanted, named, now + 11 * hour), { ...none, overdue: 1, retireOverdue: 1 });
  });
});
