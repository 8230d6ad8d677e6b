import * as assert from "node:assert/strict";

import { Failure } from "../../cli/failure";
import { runLocally } from "../../cli/localRun";
import type { LocalPorts } from "../../cli/localRun";
import { makeSettingsCheck } from "../../cli/settingsCheck";
import type { Outcome } from "../../runtime/model/outcome";
import { makeMove } from "../../runtime/mover/move";
import { retryableError } from "../../runtime/shared/errors";
import { moverSettings } from "../support/builders";
import { fakeHomePort } from "../support/fakeHome";
import { createSecret, fakeSourcePort, isScheduled } from "../support/fakeSource";
import { atCall, homeHoldsCurrent, makeWorld } from "../support/world";
import type { Hook } from "../support/hook";
import type { World } from "../support/world";
import { arns, outcomeOf } from "./support/outcomes";

const hourMs = 60 * 60_000;

describe("a run in this process", () => {
  const ports = (over: Partial<LocalPorts>): LocalPorts => ({
    move: ({ secret }) => Promise.resolve(outcomeOf(secret)),
    sleep: () => Promise.resolve(),
    random: () => 0,
    stopped: () => false,
    now: () => 0,
    timeoutMs: 120_000,
    checkSettings: () => Promise.resolve(),
    ...over,
  });
  const none = (): void => undefined;

  it("moves so many at once and no more", async () => {
    let [now, most] = [0, 0];
    const move: LocalPorts["move"] = async ({ secret }) => {
      most = Math.max(most, (now += 1));
      await new Promise(setImmediate);
      now -= 1;
      return outcomeOf(secret);
    };

    assert.deepEqual(await runLocally(arns(20), ports({ move }), 4, none), { left: [], unbegun: 0 });
    assert.equal(most, 4);
  });

  it("tries again what a rest can heal, longer each time", async () => {
    const slept: number[] = [];
    const outcomes: string[] = [];
    const move: LocalPorts["move"] = ({ secret, receiveCount }) =>
      receiveCount < 4
        ? Promise.reject(retryableError("vault-sealed", "write", "x"))
        : Promise.resolve(outcomeOf(secret));

    await runLocally(arns(1), ports({ move, sleep: (ms) => (slept.push(ms), Promise.resolve()) }), 4, ({ secret }) => {
      outcomes.push(secret);
    });

    assert.deepEqual([slept, outcomes], [[5_000, 10_000, 20_000], ["arn-0"]]);
  });

  it("ends with the error when a token ends midway: nothing new is begun, what is under way ends", async () => {
    const begun: string[] = [];
    const outcomes: string[] = [];
    const move: LocalPorts["move"] = async ({ secret }) => {
      begun.push(secret);
      await new Promise(setImmediate);
      if (secret === "arn-1") throw retryableError("vault-denied", "read-home", "Vault answered with status 403");
      await new Promise(setImmediate);
      return outcomeOf(secret);
    };

    await assert.rejects(
      runLocally(arns(20), ports({ move }), 3, ({ secret }) => {
        outcomes.push(secret);
      }),
      { code: "vault-denied" },
    );

    assert.deepEqual(begun, ["arn-0", "arn-1", "arn-2"]);
    assert.deepEqual(outcomes, ["arn-0", "arn-2"]);
  });

  it("goes on with the others when one secret keeps changing, and tells that it is left", async () => {
    const move: LocalPorts["move"] = ({ secret }) =>
      secret === "arn-1"
        ? Promise.reject(retryableError("contended", "describe", "x"))
        : Promise.resolve(outcomeOf(secret));

    const end = await runLocally(arns(5), ports({ move }), 2, none);

    assert.deepEqual(end, { left: [{ secret: "arn-1", code: "contended" }], unbegun: 0 });
  });

  it("waits for a secret whose delete may only not show yet, for the five minutes that it may take", async () => {
    let now = 0;
    const outcomes: Outcome[] = [];
    const move: LocalPorts["move"] = ({ secret }) =>
      Promise.resolve(outcomeOf(secret, now < 300_000 ? { outcome: "deferred", reason: "deletion-unseen" } : {}));
    const sleep = (ms: number): Promise<void> => ((now += ms), Promise.resolve());

    const end = await runLocally(arns(1), ports({ move, sleep }), 1, (outcome) => {
      outcomes.push(outcome);
    });

    assert.deepEqual([end, outcomes], [{ left: [], unbegun: 0 }, [outcomeOf("arn-0")]]);
  });

  it("begins nothing more when it is told to stop", async () => {
    let ended = 0;

    const end = await runLocally(arns(9), ports({ stopped: () => ended >= 2 }), 1, () => {
      ended += 1;
    });

    assert.deepEqual(end, { left: [], unbegun: 9 - ended });
    assert.ok(ended >= 2 && ended <= 3);
  });

  it("gives each try of a secret the function's time, by the wall clock", async () => {
    let now = 0;
    const left: number[] = [];
    const move: LocalPorts["move"] = ({ secret, receiveCount, remainingMs }) => {
      left.push(remainingMs());
      now += 50_000;
      left.push(remainingMs());
      return receiveCount < 2
        ? Promise.reject(retryableError("vault-sealed", "write", "x"))
        : Promise.resolve(outcomeOf(secret));
    };

    await runLocally(arns(1), ports({ move, now: () => now, timeoutMs: 120_000 }), 1, none);

    assert.deepEqual(left, [120_000, 70_000, 120_000, 70_000]);
  });

  it("asks before every try whether the settings are still the same, and tries nothing when they are not", async () => {
    const done: string[] = [];
    const move: LocalPorts["move"] = ({ secret, receiveCount }) => {
      done.push(`${secret} ${receiveCount}`);
      return receiveCount < 2
        ? Promise.reject(retryableError("vault-sealed", "write", "x"))
        : Promise.resolve(outcomeOf(secret));
    };
    let checks = 0;
    const checkSettings = (): Promise<void> =>
      (checks += 1) > 3 ? Promise.reject(new Failure("They have changed.")) : Promise.resolve();

    await assert.rejects(runLocally(arns(9), ports({ move, checkSettings }), 1, none), /They have changed/);

    assert.deepEqual(done, ["arn-0 1", "arn-0 2", "arn-1 1"]);
  });

  it("goes on with the others when one secret keeps running out of time", async () => {
    const move: LocalPorts["move"] = ({ secret }) =>
      secret === "arn-1"
        ? Promise.reject(retryableError("out-of-time", "delete", "x"))
        : Promise.resolve(outcomeOf(secret));

    const end = await runLocally(arns(3), ports({ move }), 1, none);

    assert.deepEqual(end, { left: [{ secret: "arn-1", code: "out-of-time" }], unbegun: 0 });
  });
});

describe("a run in this process, on a machine that sleeps", () => {
  /** A local run over both sides in memory; `hook` is where the machine sleeps. */
  function machine(hook: (world: World) => Hook, checkSettings: LocalPorts["checkSettings"] = () => Promise.resolve()) {
    const world = makeWorld();
    const secret = createSecret(world.source, "app/db", "hunter2");
    const now = (): number => world.time;
    const sleep = (ms: number): Promise<void> => {
      world.time += ms;
      return Promise.resolve();
    };
    const around = hook(world);
    const move = makeMove(moverSettings(), {
      source: fakeSourcePort(world.source, { hook: around, clock: now }),
      home: fakeHomePort(world.home, { hook: around, clock: now }),
      now,
      sleep,
      rateLimit: () => Promise.resolve(),
    });
    const outcomes: Outcome[] = [];
    const run = () =>
      runLocally(
        [secret.arn],
        { move, sleep, random: () => 0, stopped: () => false, now, timeoutMs: 120_000, checkSettings },
        1,
        (outcome) => void outcomes.push(outcome),
      );
    return { world, secret, outcomes, run };
  }
  /** Calls of a move up to its delete, each with how often it was made by then: there the machine falls asleep. */
  const moments = [
    ["source.isReadByService", 1],
    ["source.read", 1],
    ["home.write", 1],
    ["home.read", 1],
    ["home.label", 1],
    ["home.label", 2],
    ["source.tag", 1],
  ] as const;

  for (const [name, count] of moments) {
    it(`deletes nothing by an old look, when it slept at ${name} (${count})`, async () => {
      let [made, looked] = [0, true];
      const { secret, outcomes, run, world } = machine((it) => (call, when) => {
        const called = `${call.side}.${call.name}`;
        if (when === "after" && called === name && (made += 1) === count) {
          it.time += 8 * hourMs;
          looked = false;
        }
        if (when === "before" && called === "source.describe") looked = true;
        if (when === "before" && called === "source.schedule") assert.ok(looked);
      });

      await run();

      assert.ok(made >= count);
      assert.deepEqual(
        outcomes.map(({ outcome, reason }) => `${outcome}: ${reason}`),
        ["moved: proven"],
      );
      assert.ok(isScheduled(secret) && homeHoldsCurrent(world, secret));
    });
  }

  it("deletes nothing when the settings changed while it slept, and says so", async () => {
    const { secret, run } = machine(
      (world) =>
        atCall("home.write", "after", () => {
          world.time += 8 * hourMs;
          changed = true;
        }),
      () => (changed ? Promise.reject(new Failure("The settings have changed.")) : Promise.resolve()),
    );
    let changed = false;

    await assert.rejects(run(), /The settings have changed/);

    assert.ok(!isScheduled(secret));
  });

  it("reads the settings when it begins, once a minute, and after a sleep, once for all tries", async () => {
    let [now, reads] = [1_000, 0];
    const check = makeSettingsCheck(
      moverSettings(),
      () => ((reads += 1), Promise.resolve(moverSettings())),
      () => now,
    );
    const readsAfter = async (ms: number): Promise<number> => {
      now += ms;
      await Promise.all([check(), check()]);
      return reads;
    };

    assert.deepEqual(
      [await readsAfter(0), await readsAfter(59_999), await readsAfter(1), await readsAfter(8 * hourMs)],
      [1, 1, 2, 3],
    );
    assert.equal(await readsAfter(-hourMs), 4, "a clock that was set back");
  });

  it("names what changed, and goes on being stopped", async () => {
    const after = moverSettings({ mode: "copy", exemptNames: ["app/*"] });
    const check = makeSettingsCheck(
      moverSettings(),
      () => Promise.resolve(after),
      () => 0,
    );

    for (let times = 0; times < 2; times += 1) {
      await assert.rejects(
        check(),
        (error) => error instanceof Failure && error.message.includes("(mode, exemptNames)"),
      );
    }
  });
});
