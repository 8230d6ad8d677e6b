import * as assert from "node:assert/strict";

import { combinations, parts, wanted } from "./support/combinations";
import { work } from "./support/deliveries";
import type { End } from "./support/deliveries";
import { shortenLimits } from "./support/edits";
import { judge, leaked } from "./support/judge";
import { scenarios } from "./support/scenarios";
import { count, printSummary } from "./support/summary";
import type { Theatre } from "./support/theatre";
import { useTheatre } from "./support/useTheatre";

after(printSummary);

describe("the shipped function on a failing wire", function () {
  this.timeout(600_000);
  let theatre: Theatre;
  useTheatre((opened) => {
    theatre = opened;
  });

  it("makes exactly the calls that the table of faults names", async () => {
    const runs = scenarios.map((scenario) => theatre.addRun(scenario.name, scenario));
    const actor = await theatre.start();

    const ends = await work(theatre, actor, runs);

    await actor.container.stop();
    assert.deepEqual(judge(ends, actor.container.output()), []);
    assert.deepEqual(theatre.violations, []);
    for (const [index, { name, calls }] of scenarios.entries()) {
      const secret = runs[index]?.subject.secret.name;
      const heard = theatre.heard.filter((call) => call.secret === secret).map((call) => call.name);
      const missed = calls.filter((call) => !heard.includes(call));
      assert.deepEqual(missed, [], `${name} does not make all its calls: ${heard.join(", ")}`);
      // The others name only the calls that these don't have.
      if (calls.includes("resolve")) assert.deepEqual([...heard].sort(), [...calls].sort());
    }
  });

  for (const slow of [false, true]) {
    // Those whose calls are repeated for a while come together, so that the others don't wait for them.
    const all = [...wanted(combinations())]
      .filter(({ trap }) => (trap.fault.slow === true) === slow)
      .sort((a, b) => a.trap.span.localeCompare(b.trap.span));
    const what = slow ? "a server that does not answer in time" : "a reset connection or a wrong answer";

    it(`comes to the end of a move without faults after ${what} (${all.length.toString()} combinations)`, async () => {
      if (all.length === 0) return;
      const actor = await theatre.start({}, slow ? shortenLimits : undefined);
      const ends: End[] = [];

      // Calls that wait for an answer hold their connections, of which a container has no more than 32 to Vault.
      for (const wave of parts(all, slow ? 12 : 100)) {
        const runs = wave.map(({ name, scenario, trap }) => theatre.addRun(name, scenario, [trap]));
        ends.push(...(await work(theatre, actor, runs)));
      }

      await actor.container.stop();
      const output = actor.container.output();
      assert.deepEqual(judge(ends, output), []);
      assert.deepEqual(theatre.violations, []);
      assert.deepEqual(leaked(output, theatre), []);
      count(what, ends.length);
    });
  }
});
