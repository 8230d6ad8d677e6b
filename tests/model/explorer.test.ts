/** The protocol, explored: nothing lost, nothing older, nothing foreign touched, nobody blocked. */
import { deepEqual, ok } from "node:assert/strict";

import { configurations } from "./configurations";
import { explore } from "./explorer";
import type { Exploration } from "./explorer";
import { lineOf, shrink } from "./replayer";

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};

/** Distinct states over all configurations; those that are exhausted with fewer leave their share to the others. */
const wanted = Number(process.env["HOMING_MODEL_STATES"] ?? 320_000);

describe("the explorer", function () {
  this.timeout(0);
  let visited = 0;

  for (const [index, configuration] of configurations.entries()) {
    it(`finds nothing wrong with ${configuration.name}`, async () => {
      const share = Math.ceil((wanted - visited) / (configurations.length - index));
      const found = await explore(configuration, { states: share, findings: 3, seed: 1 });
      visited += found.states;
      say(summaryOf(found));
      for (const [why, count] of Object.entries(found.accepted)) say(`accepted ${count.toString()} times: ${why}`);
      const lines: string[] = [];
      for (const { violation, choices } of found.findings) {
        const short = await shrink(configuration, choices, violation);
        lines.push(`${violation}\n  node local/bootstrap.mjs tests/model/replay.ts '${lineOf(configuration, short)}'`);
      }
      deepEqual(lines, []);
    });
  }

  it("visited as many distinct states as it should", () => {
    say(`${visited.toString()} distinct states in ${configurations.length.toString()} configurations`);
    ok(visited >= Math.min(wanted, 300_000) || visited >= wanted * 0.75);
  });
});

const summaryOf = ({ states, moverStates, ends, deepest, exhausted, ms }: Exploration): string =>
  `${states.toString()} states (${exhausted ? "all" : "bounded"}), ${moverStates.toString()} mover states, ` +
  `${ends.toString()} quiet ends, ${deepest.toString()} steps deep, ${(ms / 1_000).toFixed(1)} s`;
