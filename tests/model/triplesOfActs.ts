/** Threes of acts: a sample for as long as it is given, with what it covered. Part of the deep run only. */
import { deepEqual, ok } from "node:assert/strict";

import { explore } from "./explorer";
import { together, triples } from "./pairs";
import { lineOf, shrink } from "./replayer";

// Not named `.test.ts`, so that `npm test` leaves it out: in the time that is there it would repeat the same first few.
const minutes = Number(process.env["HOMING_MODEL_TRIPLE_MINUTES"] ?? 90);
const statesOfEach = 3_000;
const seed = 1;

/** Every member once, in an order that only the seed decides. */
function shuffled<T>(list: readonly T[]): readonly T[] {
  const order = [...list];
  let random = seed;
  for (let index = order.length - 1; index > 0; index -= 1) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const other = (random >>> 4) % (index + 1);
    const [a, b] = [order[index], order[other]];
    if (a !== undefined && b !== undefined) [order[index], order[other]] = [b, a];
  }
  return order;
}

describe("three acts at one secret", function () {
  this.timeout(0);

  it("end well, as far as the sample goes", async () => {
    const end = Date.now() + minutes * 60_000;
    let [looked, states] = [0, 0];
    const lines: string[] = [];
    for (const triple of shuffled(triples)) {
      if (Date.now() >= end) break;
      const configuration = together(triple);
      const found = await explore(configuration, { states: statesOfEach, findings: 1, seed });
      looked += 1;
      states += found.states;
      for (const { violation, choices } of found.findings) {
        lines.push(`${violation}\n  ${lineOf(configuration, await shrink(configuration, choices, violation))}`);
      }
    }
    const share = ((100 * looked) / triples.length).toFixed(1);
    process.stdout.write(
      `      ${looked} of ${triples.length} threes (${share} %), ${states} distinct states, seed ${seed}\n`,
    );
    deepEqual(lines, []);
    ok(looked > 0);
  });
});
