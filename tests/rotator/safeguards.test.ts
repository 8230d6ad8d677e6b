/** Every safeguard of a rotation, switched off, is missed: a safeguard that nobody would miss is not proven. */
import { equal, match, ok } from "node:assert/strict";

import { explore } from "./explorer";
import { safeguards, timesFit, whole } from "./safeguards";

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};

describe("a rotation without a safeguard", function () {
  this.timeout(0);

  for (const { safeguard, configuration, finds } of safeguards) {
    it(`${safeguard}: the explorer finds it missing`, () => {
      const { worlds, finding } = explore(configuration, 1_000_000);
      ok(finding, `nothing found in ${worlds.toString()} worlds`);
      say(`after ${worlds.toString()} worlds: ${finding.violation}`);
      match(finding.violation, finds);

      const on = explore(whole(configuration), Math.min(2 * worlds, 30_000));
      equal(on.finding && [...on.finding.path, on.finding.violation].join("\n"), undefined);
    });
  }

  it("has times that can tell them apart", () => {
    equal(timesFit, true);
  });
});
