/** Orders that once ended wrong; each line replays one, and was found with its safeguard taken out of the code. */
import { equal, ok } from "node:assert/strict";

import { configurations } from "./configurations";
import { parseLine, replay } from "./replayer";

const lines: readonly (readonly [string, string])[] = [
  [
    "a staged version was deleted with its secret when the mover stopped before its second look",
    "one mover, staged versions: m0 m0 m0 m0 m0 m0.read m0.metadata m0 m0 m0 stage m0 m0 m0!",
  ],
  [
    "a slow mover's announcement replaced that of a sound delete",
    "two movers, a writer: put m0.metadata m1 m0 roll-back m1 m1 m1 m1 m0 m1.read m0 m0 m1.metadata m0 m0 m0 m0 m0 m0.metadata m1 m0 m1 m0 m0 m0 m0 m0 m0 m1 m0 m1 m1 m1",
  ],
  [
    "a stale describe let a slow mover write an older value over a finished move",
    "two movers, stale describes, a writer: put m0.metadata m0 m0 m1 m0 m1 m1 m0 m0.metadata m1 m1 m1 m1~1 m0.read m1 m0 m1 m0 m0 m0 m0 m0 m1 m1 m1 m0 m1 m1 m1 m1",
  ],
  [
    "a value was deleted with a home that lost its labels before the delete and its version after it",
    "one mover, a person who destroys in Vault: m0.metadata m0 m0 m0 m0 m0.metadata m0 m0 m0 m0 delete-metadata edit m0 destroy m0!",
  ],
  [
    "the announcement, written once more, came after another mover's restore",
    "two movers, a writer: put m0.metadata m1 m0 m1 roll-back m0 m1 m0 m0 m1 m0 m0.metadata m1 m0 m0 m1 m1 m0 m1 m1 m0 m0 m0 m0 m1 m0 m1.read m0 m0 m0 m1.metadata m1 m0 m1 m1 m1 m1 m1.describe m0 m0 m1 m1 m1 m1 m0 m0",
  ],
];

describe("what the explorer once found", () => {
  for (const [what, line] of lines) {
    it(`holds now: ${what}`, async () => {
      const { name, choices } = parseLine(line);
      const configuration = configurations.find((one) => one.name === name);
      ok(configuration);
      const { violation } = await replay(configuration, choices);
      equal(violation, undefined);
    });
  }
});
