import { deepEqual, equal, match } from "node:assert/strict";

import { verdictOf } from "../../bench/figures";
import type { Figure, Goal, Verdict } from "../../bench/figures";
import { print, tableOf } from "../../bench/table";

const figure = (over: Partial<Figure> = {}): Figure => ({ name: "speed", unit: "ms", samples: [1, 2, 30], ...over });

describe("a figure's goal", () => {
  const cases: readonly (readonly [Goal | undefined, Verdict])[] = [
    [undefined, "no goal"],
    [{ below: 2 }, "missed"],
    [{ below: 2.01 }, "met"],
    [{ atMost: 2 }, "met"],
    [{ atMost: 1.99 }, "missed"],
    [{ atLeast: 2 }, "met"],
    [{ atLeast: 2.01 }, "missed"],
  ];
  for (const [goal, verdict] of cases) {
    it(`${goal === undefined ? "none" : JSON.stringify(goal)} is ${verdict} by a median of 2`, () => {
      equal(verdictOf(figure(goal === undefined ? {} : { goal })), verdict);
    });
  }
});

describe("print", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0"],
    [14, "14"],
    [0.04312, "0.0431"],
    [1.234, "1.23"],
    [12.34, "12.3"],
    [99.96, "100.0"],
    [123.4, "123"],
    [-1.234, "-1.23"],
    [1_234_567, "1,234,567"],
  ];
  for (const [value, text] of cases) {
    it(`writes ${value} as ${text}`, () => {
      equal(print(value), text);
    });
  }
});

describe("tableOf", () => {
  const cells = (line = ""): readonly string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());

  it("shows minimum, median and maximum beside the goal, and marks one that is missed", () => {
    const [head, , met, missed] = tableOf([
      figure({ goal: { atMost: 2 } }),
      figure({ name: "rate", unit: "", goal: { atLeast: 0.9 }, samples: [0.5, 0.8, 0.7] }),
    ]).split("\n");

    deepEqual(cells(head), ["figure", "goal", "minimum", "median", "maximum", "measured", ""]);
    deepEqual(cells(met), ["speed", "≤ 2 ms", "1", "2 ms", "30", "3×", "met"]);
    deepEqual(cells(missed), ["rate", "≥ 0.9", "0.500", "0.700", "0.800", "3×", "**missed**"]);
  });

  it("gives a single measurement no range", () => {
    const [, , line] = tableOf([figure({ samples: [5], goal: { below: 6 } })]).split("\n");

    deepEqual(cells(line), ["speed", "< 6 ms", "", "5 ms", "", "1×", "met"]);
  });

  it("says how to measure what was not, and explains below", () => {
    const text = tableOf([{ name: "installation", how: "`npm run x`" }, figure({ note: "what it is." })]);

    match(text, /\| installation \|.*not measured.*`npm run x` \|/);
    match(text, /\n- speed: what it is\.$/);
  });
});
