import * as assert from "node:assert/strict";

import { patienceMs, runFleet } from "../../cli/fleet";
import type { FleetPorts, News } from "../../cli/fleet";
import { makeListing } from "../../cli/listing";
import { readLine } from "../../cli/moverLog";
import { makePace, paceOf } from "../../cli/progress";
import type { Outcome } from "../../runtime/model/outcome";
import { arns, outcomeOf } from "./support/outcomes";

/** A fleet that ends every secret one look after it was sent. */
function fleet(over: Partial<FleetPorts> = {}): FleetPorts & { readonly sent: string[][]; time: number } {
  const sent: string[][] = [];
  let waiting: string[] = [];
  const state = {
    sent,
    time: 1_000_000,
    queued: 1_000,
    maxConcurrency: 5,
    send: (batch: readonly string[]) => {
      sent.push([...batch]);
      waiting.push(...batch);
      return Promise.resolve();
    },
    news: () => {
      const news = waiting.map((secret): News => ({
        is: "outcome",
        outcome: outcomeOf(secret),
        started: state.time,
        logged: state.time,
      }));
      waiting = [];
      return Promise.resolve(news);
    },
    now: (): number => state.time,
    sleep: (ms: number) => {
      state.time += ms;
      return Promise.resolve();
    },
    stopped: () => false,
    ...over,
  };
  return state;
}

describe("a run through the fleet", () => {
  const ended = (): { readonly outcomes: Outcome[]; readonly on: Parameters<typeof runFleet>[2] } => {
    const outcomes: Outcome[] = [];
    return { outcomes, on: { outcome: (outcome) => void outcomes.push(outcome), state: () => undefined } };
  };

  it("sends all in batches of ten, no more on the queue at once than it may, and ends when all have", async () => {
    const { outcomes, on } = ended();
    const ports = fleet({ queued: 25 });

    assert.deepEqual(await runFleet(arns(60), ports, on), { underWay: 0, unsent: 0 });

    assert.deepEqual(
      ports.sent.map(({ length }) => length),
      [10, 10, 5, 10, 10, 5, 10],
    );
    assert.equal(outcomes.length, 60);
  });

  it("takes no outcome from before, of another secret, or one whose message comes back", async () => {
    const { outcomes, on } = ended();
    const looks: readonly (readonly News[])[] = [
      [{ is: "outcome", outcome: outcomeOf("arn-0", { outcome: "refused" }), started: 0, logged: 1 }],
      [{ is: "outcome", outcome: outcomeOf("other"), started: 2_000_000, logged: 2 }],
      [
        {
          is: "outcome",
          outcome: outcomeOf("arn-0", { outcome: "deferred", reason: "deletion-unseen" }),
          started: 2_000_000,
          logged: 3,
        },
      ],
      [{ is: "retry", secret: "arn-0", code: "vault-sealed", logged: 4 }],
      [{ is: "outcome", outcome: outcomeOf("arn-0"), started: 2_000_000, logged: 2 }],
    ];
    let look = 0;

    await runFleet(["arn-0"], fleet({ news: () => Promise.resolve(looks[look++] ?? []) }), on);

    assert.deepEqual(outcomes, [outcomeOf("arn-0")]);
    assert.equal(look, 5);
  });

  it("leaves off at once when it is told to stop, and says what is under way and unsent", async () => {
    let looks = 0;
    const ports = fleet({ queued: 10, news: () => Promise.resolve([]), stopped: () => looks > 2 });
    const sleep = ports.sleep;

    const end = await runFleet(arns(30), { ...ports, sleep: (ms) => ((looks += 1), sleep(ms)) }, ended().on);

    assert.deepEqual(end, { underWay: 10, unsent: 20, cause: "stopped" });
  });

  /** A fleet that ends so many secrets a second, each so long after its turn as the log takes. */
  function steadyFleet(perSecond: number, lagMs: number, over: Partial<FleetPorts> = {}) {
    const queue: string[] = [];
    const logged: News[] = [];
    let most = 0;
    const base = fleet(over);
    const ports: FleetPorts = {
      ...base,
      now: () => base.time,
      send: (batch) => {
        queue.push(...batch);
        most = Math.max(most, queue.length);
        return Promise.resolve();
      },
      sleep: (ms) => {
        base.time += ms;
        for (const secret of queue.splice(0, Math.round((perSecond * ms) / 1_000))) {
          logged.push({ is: "outcome", outcome: outcomeOf(secret), started: base.time, logged: base.time });
        }
        return Promise.resolve();
      },
      news: () =>
        Promise.resolve(
          logged.filter((item) => item.logged + lagMs <= base.time && item.logged + lagMs > base.time - 30_000),
        ),
    };
    return { ports, base, queue, most: () => most };
  }

  it("keeps some ten seconds of work ahead on the queue, not a thousand messages", async () => {
    for (const lagMs of [0, 4_000]) {
      const { outcomes, on } = ended();
      const { ports, base, most } = steadyFleet(20, lagMs);

      const end = await runFleet(arns(2_000), ports, on);

      assert.deepEqual([end, outcomes.length], [{ underWay: 0, unsent: 0 }, 2_000]);
      assert.ok(most() <= 300, `${most()} on the queue at once`);
      // A fleet that is never idle needs 100 seconds.
      const seconds = (base.time - 1_000_000) / 1_000;
      assert.ok(seconds <= 125, `${seconds} s`);
    }
  });

  it("leaves little behind when it is stopped early", async () => {
    let looks = 0;
    const { ports, queue } = steadyFleet(2, 0, { stopped: () => looks > 3 });
    const { sleep } = ports;

    const end = await runFleet(arns(300), { ...ports, sleep: (ms) => ((looks += 1), sleep(ms)) }, ended().on);

    assert.equal(end.cause, "stopped");
    assert.ok(end.underWay <= 25, `${end.underWay} under way`);
    assert.ok(queue.length <= 25, `${queue.length} on the queue`);
    assert.ok(end.unsent >= 265, `${end.unsent} unsent`);
  });

  it("lets secrets that wait for reasons of their own hold up no other", async () => {
    const { outcomes, on } = ended();
    let round = 0;
    const stuck = new Set(arns(40));
    const ports = fleet();
    const news = async (): Promise<readonly News[]> => {
      round += 1;
      const found = await ports.news();
      return found.map((item) => {
        const { secret } = item.is === "outcome" ? item.outcome : item;
        return stuck.has(secret) ? { is: "retry", secret, code: "replicas-missing", logged: ports.time } : item;
      });
    };

    const end = await runFleet(arns(200), { ...ports, news, stopped: () => round > 30 }, on);

    assert.deepEqual([end.underWay, end.unsent, outcomes.length], [40, 0, 160]);
  });

  it("takes any new line for a sign of life, and counts those about others", async () => {
    let looks = 0;
    const states: (readonly [number, number])[] = [];
    const ports = fleet({ stopped: () => looks > 3_600 });
    const news = (): Promise<readonly News[]> => {
      looks += 1;
      return Promise.resolve([
        { is: "outcome", outcome: outcomeOf(`other-${looks}`), started: ports.time, logged: ports.time },
      ]);
    };

    const end = await runFleet(
      arns(1),
      { ...ports, news },
      { outcome: () => undefined, state: ({ others, underWay }) => void states.push([others, underWay]) },
    );

    assert.equal(end.cause, "stopped");
    assert.ok(looks > 3_600);
    assert.deepEqual(states.slice(0, 3), [
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it("takes no line twice for a sign of life", async () => {
    const ports = fleet();
    const old: News = { is: "outcome", outcome: outcomeOf("other"), started: 1, logged: 1_000_000 };

    const end = await runFleet(arns(1), { ...ports, news: () => Promise.resolve([old]) }, ended().on);

    assert.equal(end.cause, "silent");
  });

  it("does not wait for ever for a mover that is silent", async () => {
    const ports = fleet({ news: () => Promise.resolve([]) });

    const end = await runFleet(arns(1), ports, ended().on);

    assert.equal(end.cause, "silent");
    assert.ok(ports.time - 1_000_000 >= patienceMs);
  });
});

describe("a line of the mover's log", () => {
  it("tells an outcome or a retry, and nothing of a form that is not known", () => {
    const outcome = outcomeOf("arn-1", { arn: "arn-1", home: "homing/a" });
    const line = {
      level: "INFO",
      message: "moved",
      timestamp: "2026-03-01T12:00:01.000Z",
      durationMs: 250,
      ...outcome,
    };

    assert.deepEqual(readLine(JSON.stringify(line), 7), {
      is: "outcome",
      logged: 7,
      outcome,
      started: Date.parse("2026-03-01T12:00:00.750Z"),
    });
    assert.deepEqual(readLine('{"secret":"a","code":"vault-sealed","receives":2}', 8), {
      is: "retry",
      secret: "a",
      code: "vault-sealed",
      logged: 8,
    });
    for (const other of [
      "START RequestId",
      "{",
      "[]",
      '{"secret":"a","code":"new-code"}',
      JSON.stringify({ ...line, reason: "x" }),
    ]) {
      assert.equal(readLine(other, 9), undefined, other);
    }
  });
});

describe("what a person reads", () => {
  it("of a denied ListSecrets is the call and where the permissions are listed", async () => {
    const list = makeListing(() => Promise.reject(Object.assign(new Error(), { name: "AccessDeniedException" })), {
      region: "eu-west-1",
      namePrefix: "",
      pace: () => Promise.resolve(),
      describe: () => Promise.resolve(undefined),
    });

    await assert.rejects(
      list(undefined),
      /AWS denies ListSecrets .*docs\/command-line\.md lists what each command needs/,
    );
  });

  it("of a long run is its rate and the time left", () => {
    assert.equal(paceOf(100, 900, 10_000), "10/s, 1 min 30 s left");
    assert.equal(paceOf(5, 9_995, 1_000), "5.0/s, 33 min 19 s left");
    assert.equal(paceOf(10, 1_199, 1_000), "10/s, 2 min 0 s left");
    assert.equal(paceOf(1, 7_260, 1_000), "1.0/s, 2 h 1 min left");
    assert.equal(paceOf(0, 10, 0), "0.0/s");
    assert.equal(paceOf(1_000, undefined, 10_000), "100/s");
  });

  it("of a run that has become slow, or stands still, is the rate of the last half minute", () => {
    let time = 0;
    const pace = makePace(10_000, () => time);
    const after = (seconds: number, each: number): string => {
      let last = "";
      for (let second = 0; second < seconds; second += 1) {
        time += 1_000;
        done += each;
        last = pace(done);
      }
      return last;
    };
    let done = 0;

    assert.equal(pace(0), "0.0/s");
    assert.equal(after(10, 100), "100/s, 1 min 30 s left");
    assert.equal(after(60, 100), "100/s, 30 s left");
    assert.equal(after(31, 1), "1.0/s, 49 min 29 s left");
    assert.equal(after(31, 0), "0.0/s");
    // One that ends a secret in a minute has a rate all the same.
    time += 60_000;
    assert.match(pace(done + 1), /^0\.0\/s, \d+ h/);
  });
});
