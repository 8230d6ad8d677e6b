/** Nothing is found in any world that rotators, a person, a reader and time can make. */
import { equal } from "node:assert/strict";

import { configurations } from "./configurations";
import { explore } from "./explorer";

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};

describe("a rotation, explored", function () {
  this.timeout(0);

  for (const configuration of configurations) {
    it(configuration.name, () => {
      const { worlds, ends, exhausted, finding } = explore(configuration, 3_000_000);
      say(`${worlds.toString()} worlds, ${ends.toString()} brought to their end`);
      equal(finding && [...finding.path, finding.violation].join("\n"), undefined);
      equal(exhausted, true);
    });
  }
});
