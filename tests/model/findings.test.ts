/** Orders that once ended wrong; each line replays one, and was found with its safeguard taken out of the code. */
import { equal, ok } from "node:assert/strict";

import { configurations } from "./configurations";
import { togetherBy } from "./pairs";
import { parseLine, replay } from "./replayer";

const lines: readonly (readonly [string, string])[] = [
  [
    "a mover wrote its tag `b` over another's `d`, and nobody looked at that delete again",
    "two movers, a writer: put m0.metadata m0 m1.metadata m1 m1 m0 m1 m0 m1 m1.read roll-back m1 m1 m0 m0 m0 m1 m0 m0 m0 m0 m0 m1 m1 m1 m0 m1.describe m1 m1 m1 m0 m0 m1 m0 m1 m1 m1 m0 m0.describe m0 m0.describe m0 m0 m0 m0 m0",
  ],
  [
    "a mover whose delete was denied wrote `b` over a person's `u`",
    "one mover and release, undo: m0 m0 m0 m0 m0 m0.metadata m0 m0 m0 m0 m1 m1 release m0 m1 m0 m0 m0 m1 m1 m0 m0",
  ],
  [
    "a tag that was replaced right before the delete left a deletion that nobody was told of",
    "one mover and put, copied-tag: m0 put m0 m0 m0 m0 m0.read m0 m0 m0 m0 copied-tag m0 tick",
  ],
  [
    "a mover that stopped between the removal of replicas and its delete forgot their regions",
    "one mover, forged orders: m0 m0 m0 m0 m0 m0.metadata forge-format m0.read m0 m0 m0 m0 m0 m0 m0 m0 m0 m0!",
  ],
  [
    "a home that its rotator had written was told as a conflict with a person",
    "one mover, a rotator: m0 m0 m0 m0 m0 rotate m0 m0 m0 m0 m0 m0",
  ],
  [
    "nobody was told of a deletion outside a narrower prefix whose tag somebody cut off",
    "one mover and put, set-names, cut-tag: m0 m0 set-names m0 m0 m0 put m0 m0.metadata m0 m0 m0 cut-tag m0 tick",
  ],
  [
    "nor of one over whose tag somebody wrote another secret's",
    "one mover and stage, set-names, copied-tag: m0.metadata m0 m0 m0 set-names stage m0 m0 m0.metadata m0 m0 m0 copied-tag m0 tick",
  ],
  [
    "nor of such a one where the homes had moved away from their labels",
    "one mover and soft-delete, set-homes, copied-tag: m0.metadata set-homes m0 m0 m0 m0 m0.metadata m0 m0 soft-delete m0 m0 copied-tag m0 tick",
  ],
];

describe("what the explorer once found", () => {
  for (const [what, line] of lines) {
    it(`holds now: ${what}`, async () => {
      const { name, choices } = parseLine(line);
      const configuration = configurations.find((one) => one.name === name) ?? togetherBy(name);
      ok(configuration);
      const { violation } = await replay(configuration, choices);
      equal(violation, undefined);
    });
  }
});
