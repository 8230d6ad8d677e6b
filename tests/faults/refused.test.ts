import * as assert from "node:assert/strict";

import { besideOthers, isVaultCall } from "./support/calls";
import type { CallName } from "./support/calls";
import { wanted } from "./support/combinations";
import { deliverOnce, wait, work } from "./support/deliveries";
import type { End } from "./support/deliveries";
import { judge, leaked } from "./support/judge";
import { scenarios } from "./support/scenarios";
import { count, printSummary } from "./support/summary";
import type { Theatre } from "./support/theatre";
import { useTheatre } from "./support/useTheatre";

after(printSummary);

/** For each call the one before it: when that one gets its answer, nothing listens for the next any more. */
const refused = scenarios
  .filter(({ calls }) => calls.includes("resolve"))
  .flatMap((scenario) => {
    const inTurn = scenario.calls.filter((call) => !besideOthers.includes(call));
    return inTurn.map((call, index) => {
      return { name: `${scenario.name}/${call}/refused`, scenario, call, before: inTurn[index - 1] };
    });
  });

describe("the shipped function with nothing listening", function () {
  this.timeout(600_000);
  let theatre: Theatre;
  useTheatre((opened) => {
    theatre = opened;
  });

  const all = wanted(refused);

  it(`comes to the end of a move without faults when a call is refused (${all.length.toString()} combinations)`, async () => {
    if (all.length === 0) return;
    const actor = await theatre.start();
    const frontOf = (call: CallName) => (isVaultCall(call) ? theatre.vaultFront : theatre.awsFront);
    const ends: End[] = [];
    const unmoved: string[] = [];
    // Logs in and reads the record, so that only the calls of a move are left.
    await work(
      theatre,
      actor,
      scenarios.slice(0, 1).map((scenario) => theatre.addRun("warm-up", scenario)),
    );

    for (const { name, scenario, call, before } of all) {
      const run = theatre.addRun(name, scenario);
      run.stop = { call, acted: false };
      const front = { closed: false };
      const close = (): void => {
        front.closed = true;
        frontOf(call).close();
      };
      if (before === undefined) close();
      theatre.onCall = (named, when) => {
        if (!front.closed && when === "answering" && named.name === before && named.secret === run.subject.secret.name)
          close();
      };
      const { again } = await deliverOnce(theatre, actor, [run], () => 1);
      theatre.onCall = () => undefined;
      if (!front.closed) unmoved.push(`${name}: its call never came`);
      if (again.length === 0) unmoved.push(`${name}: its message did not come again`);
      await frontOf(call).open();
      wait(theatre, Math.max(0, ...again.map(({ seconds }) => seconds)));
      ends.push(...(await work(theatre, actor, [run])));
    }

    await actor.container.stop();
    const output = actor.container.output();
    assert.deepEqual([...unmoved, ...judge(ends, output)], []);
    assert.match(output, /ECONNREFUSED/);
    assert.deepEqual(theatre.violations, []);
    assert.deepEqual(leaked(output, theatre), []);
    count("connection refused", ends.length);
  });
});
