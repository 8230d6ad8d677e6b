import { deepEqual, equal, throws } from "node:assert/strict";

import { Failure } from "../../cli/failure";
import { commonPrefix, makeFilter, readDuration } from "../../cli/filter";
import type { FilterOptions } from "../../cli/filter";
import { sourceOf, startTime } from "../support/builders";

const hour = 3_600_000;

describe("a filter", () => {
  const wrong: readonly (readonly [FilterOptions, RegExp])[] = [
    [{ name: ["dev *"] }, /^--name "dev \*" matches no name: .* --name 'dev\/\*'/],
    [{ name: ["dev/*", ""] }, /^--name "" matches no name/],
    [{ tag: ["=x"] }, /^--tag "=x" is no tag: use --tag team or --tag team=payments/],
    [{ tag: ["team", ""] }, /^--tag "" is no tag/],
    [{ olderThan: "2 days" }, /^--older-than 2 days is no time: use a number and s, m, h, d or w, for example 2h/],
    [{ newerThan: "2y" }, /^--newer-than 2y is no time/],
    [{ olderThan: "7d", newerThan: "2h" }, /^--newer-than must be longer than --older-than/],
  ];
  for (const [options, says] of wrong) {
    it(`that can't be meant is refused with a right one: ${JSON.stringify(options)}`, () => {
      throws(
        () => makeFilter(options, 0),
        (error) => error instanceof Failure && says.test(error.message),
      );
    });
  }

  it("reads a number and its unit as a time, and nothing else", () => {
    deepEqual(
      ["90s", "90m", "2h", "7d", "1w"].map((text) => readDuration("--since", text) / 1_000),
      [90, 5_400, 7_200, 604_800, 604_800],
    );
    for (const text of ["", "h", "2", "-2h", "about 2h", "2hours", "2h ", "1000000s", "1.5h"]) {
      throws(() => readDuration("--since", text), /^Error: --since .*is no time/, text);
    }
  });

  /** What the options let through of a secret with these tags, which changed so many hours ago. */
  const passes: readonly (readonly [FilterOptions, tags: Record<string, string>, hours: number, boolean])[] = [
    [{}, {}, 0, true],
    [{ name: [] }, {}, 0, true],
    [{ name: ["other", "app/*"] }, {}, 0, true],
    [{ name: ["db"] }, {}, 0, false],
    [{ tag: ["team"] }, { team: "" }, 0, true],
    [{ tag: ["team"] }, { teams: "x" }, 0, false],
    [{ tag: ["team=search"] }, { team: "search" }, 0, true],
    [{ tag: ["team=search"] }, { team: "searching" }, 0, false],
    [{ tag: ["team="] }, { team: "" }, 0, true],
    [{ tag: ["team="] }, { team: "search" }, 0, false],
    [{ tag: ["team=a=b\nc"] }, { team: "a=b\nc" }, 0, true],
    [{ tag: ["team", "stage=dev"] }, { team: "x", stage: "dev" }, 0, true],
    [{ tag: ["team", "stage=dev"] }, { team: "x", stage: "prod" }, 0, false],
    [{ newerThan: "2h" }, {}, 2, true],
    [{ newerThan: "2h" }, {}, 2.001, false],
    [{ olderThan: "2h" }, {}, 2, true],
    [{ olderThan: "2h" }, {}, 1.999, false],
    [{ olderThan: "2h", newerThan: "2h" }, {}, 2, true],
  ];
  for (const [options, tags, hours, isIn] of passes) {
    const secret = `a secret with ${JSON.stringify(tags)}, changed ${hours} hours ago`;
    it(`${isIn ? "lets through" : "leaves out"}, by ${JSON.stringify(options)}, ${secret}`, () => {
      equal(makeFilter(options, startTime)({ source: sourceOf({ tags }), changedAt: startTime - hours * hour }), isIn);
    });
  }

  it("takes a secret without a date for one that just changed", () => {
    const listed = { source: sourceOf() };
    equal(makeFilter({ newerThan: "1s" }, startTime)(listed), true);
    equal(makeFilter({ olderThan: "1s" }, startTime)(listed), false);
  });

  it("lets the server leave out what the pattern leaves out, never more", () => {
    for (const [patterns, namePrefix, expected] of [
      [[], "", ""],
      [[], "app/", "app/"],
      [["dev/a*"], "", "dev/a"],
      [["dev/*", "prod/*"], "", ""],
      [["*"], "app/", "app/"],
      [["other/*"], "app/", "app/"],
      [["app/dev*"], "app/", "app/dev"],
      [["other/app/*"], "app/", "app/"],
    ] as const) {
      equal(commonPrefix(patterns, namePrefix), expected, `${patterns.join()} in ${namePrefix}`);
    }
  });
});
