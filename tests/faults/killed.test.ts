import * as assert from "node:assert/strict";

import type { CallName } from "./support/calls";
import { parts, wanted } from "./support/combinations";
import { deliverOnce, until, wait, work } from "./support/deliveries";
import type { End } from "./support/deliveries";
import { judge, leaked } from "./support/judge";
import { create, scenarios } from "./support/scenarios";
import { count, printSummary } from "./support/summary";
import type { Actor, Run, Theatre } from "./support/theatre";
import { useTheatre } from "./support/useTheatre";

after(printSummary);

const moments = [
  { acted: false, when: "kill-before" },
  { acted: true, when: "kill-after" },
] as const;

const kills = scenarios.flatMap((scenario) =>
  scenario.calls.flatMap((call) =>
    moments.map(({ acted, when }) => ({ name: `${scenario.name}/${call}/${when}`, scenario, call, acted })),
  ),
);

/** The calls of a new container, and how it logs in. */
const coldCalls: readonly (readonly [string, readonly CallName[]])[] = [
  ["aws", ["login", "record-read", "record-write", "record-reread"]],
  ["jwt", ["web-identity", "login"]],
];
const coldKills = coldCalls.flatMap(([login, calls]) =>
  calls.flatMap((call) =>
    moments.map(({ acted, when }) => ({ name: `cold-${login}/${call}/${when}`, login, call, acted })),
  ),
);

/** A message comes back after a kill, or the next one about the same secret comes first. */
const soonSeconds = 60;

describe("the shipped function, killed", function () {
  this.timeout(600_000);
  let theatre: Theatre;
  useTheatre((opened) => {
    theatre = opened;
  });

  /** Delivers, waits until every call is at its point, and kills the process there. */
  async function killAt(actor: Actor, runs: readonly Run[], allHeld: () => boolean): Promise<void> {
    const delivered = deliverOnce(theatre, actor, runs, () => 1).then(
      () => "answered",
      () => "killed",
    );
    await until(allHeld, `the calls of ${runs.map(({ name }) => name).join(", ")}`);
    actor.kill();
    assert.equal(await delivered, "killed");
  }

  const all = wanted(kills);

  it(`leaves a move that the next container ends (${all.length.toString()} combinations)`, async () => {
    if (all.length === 0) return;
    let actor = await theatre.start();
    const ends: End[] = [];
    const outputs: string[] = [];

    // Held calls keep their connections, of which a container has no more than 32 to Vault.
    for (const wave of parts(all, 24)) {
      const runs = wave.map(({ name, scenario, call, acted }) => {
        const run = theatre.addRun(name, scenario);
        run.hold = { call, acted };
        run.stop = { call, acted };
        return run;
      });
      await killAt(actor, runs, () => runs.every(({ held }) => held));
      outputs.push(actor.container.output());
      for (const run of runs) run.hold = undefined;
      wait(theatre, soonSeconds);
      actor = await theatre.start();
      ends.push(...(await work(theatre, actor, runs)));
    }

    await actor.container.stop();
    const output = [...outputs, actor.container.output()].join("\n");
    assert.deepEqual(judge(ends, output), []);
    assert.deepEqual(theatre.violations, []);
    assert.deepEqual(leaked(output, theatre), []);
    count("kill -9", ends.length);
  });

  const cold = wanted(coldKills);

  it(`leaves nothing behind before its first move (${cold.length.toString()} combinations)`, async () => {
    if (cold.length === 0) return;
    const runs: Run[] = [];
    const outputs: string[] = [];

    for (const { name, login, call, acted } of cold) {
      const run = theatre.addRun(name, create);
      runs.push(run);
      theatre.forgetRecord();
      const hold = { call, acted, held: false };
      theatre.coldHold = hold;
      const actor = await theatre.start({ HOMING_LOGIN: login });
      await killAt(actor, [run], () => hold.held);
      outputs.push(actor.container.output());
    }
    theatre.coldHold = undefined;
    wait(theatre, soonSeconds);
    const actor = await theatre.start();
    const ends = await work(theatre, actor, runs);

    await actor.container.stop();
    const output = [...outputs, actor.container.output()].join("\n");
    assert.deepEqual(judge(ends, output), []);
    assert.deepEqual(theatre.violations, []);
    assert.deepEqual(leaked(output, theatre), []);
    count("kill -9", ends.length);
  });
});
