/**
 * What may command the mover: labels only withhold. Each state is looked at as it is, with all labels erased, and with
 * labels forged; the calls that change AWS with any labels are among those with none.
 */
import { deepEqual, ok } from "node:assert/strict";

import { commandedByLabels } from "./authority";
import { configurations } from "./configurations";

/** States of each configuration that are looked at. */
const wanted = Number(process.env["HOMING_MODEL_AUTHORITY_STATES"] ?? 60);

describe("what may command the mover", function () {
  this.timeout(0);

  const scenes = configurations.filter(({ settings }) => settings?.authorship !== "label");
  let looked = 0;
  for (const configuration of scenes) {
    it(`no label does: ${configuration.name}`, async () => {
      const { states, calls } = await commandedByLabels(configuration, wanted);
      looked += states;
      deepEqual(calls.slice(0, 3), []);
    });
  }

  it("looked at enough states to say so", () => {
    process.stdout.write(`      ${looked.toString()} states, each erased and with every forgery\n`);
    ok(looked >= scenes.length * 5);
  });
});
