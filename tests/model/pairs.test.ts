/** Every pair of acts, explored: neighbours at the same Vault, tools at the tag, denied calls, an undo from a terminal. */
import { deepEqual, ok } from "node:assert/strict";

import { explore } from "./explorer";
import { pairs, together, touchesDeletion } from "./pairs";
import { lineOf, shrink } from "./replayer";

/** Distinct states of a pair at most; the deep run takes more. */
const wanted = Number(process.env["HOMING_MODEL_PAIR_STATES"] ?? 150);

describe("two acts at one secret", function () {
  this.timeout(0);

  for (const [movers, chosen] of [
    [1, pairs],
    [2, pairs.filter((pair) => pair.some(touchesDeletion))],
  ] as const) {
    it(`end well with ${movers === 1 ? "one mover" : "two movers, where one act touches a deletion"}`, async () => {
      let [states, exhausted] = [0, 0];
      const accepted: Record<string, number> = {};
      const lines: string[] = [];
      for (const pair of chosen) {
        const configuration = together(pair, movers);
        const found = await explore(configuration, { states: wanted, findings: 1, seed: 1 });
        states += found.states;
        exhausted += found.exhausted ? 1 : 0;
        for (const [why, count] of Object.entries(found.accepted)) accepted[why] = (accepted[why] ?? 0) + count;
        for (const { violation, choices } of found.findings) {
          lines.push(`${violation}\n  ${lineOf(configuration, await shrink(configuration, choices, violation))}`);
        }
      }
      process.stdout.write(
        `      ${chosen.length} pairs, ${states} distinct states, ${exhausted} pairs to their end\n`,
      );
      for (const [why, count] of Object.entries(accepted))
        process.stdout.write(`      accepted ${count} times: ${why}\n`);
      deepEqual(lines, []);
      ok(states > chosen.length * 100);
    });
  }
});
