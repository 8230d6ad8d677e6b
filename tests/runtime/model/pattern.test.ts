import { equal } from "node:assert/strict";

import { assert, property, string } from "fast-check";

import { matches, matchesAny } from "../../../runtime/model/pattern";

describe("matches", () => {
  for (const [pattern, name, expected] of [
    ["dev/*", "dev/a/b", true],
    ["dev/*", "dev/", true],
    ["dev/*", "dev", false],
    ["dev/*", "prod/dev/", false],
    ["*", "", true],
    ["*", "a/b", true],
    ["", "", true],
    ["", "a", false],
    ["app", "app", true],
    ["app", "app2", false],
    ["app", "my-app", false],
    ["*/db", "a/b/db", true],
    ["*/db", "a/db2", false],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "abc", true],
    ["a*b*c", "acb", false],
    ["a*b*b", "ab", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["**", "x", true],
    ["*!*", "rds!cluster", true],
    ["*!*", "rds", false],
    ["a.c", "abc", false],
    ["a+", "aa", false],
    ["AmazonMSK_*", "amazonmsk_x", false],
    ["*ab*ab", "ab", false],
    ["*ab*ab", "abab", true],
  ] as const) {
    it(`${expected ? "takes" : "passes over"} ${JSON.stringify(name)} for ${JSON.stringify(pattern)}`, () => {
      equal(matches(pattern, name), expected);
    });
  }

  it("agrees with a regular expression", () => {
    const few = string({ unit: "grapheme-ascii", maxLength: 6 }).map((text) =>
      text.replace(/[^*]/g, (c) => (c < "P" ? "a" : "b")),
    );
    const patterns = string({ maxLength: 6 }).map((text) =>
      text.replace(/./g, (c) => (c < "A" ? "*" : c < "a" ? "a" : "b")),
    );
    assert(
      property(patterns, few, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s");
        return matches(pattern, name) === expression.test(name);
      }),
      { numRuns: 2_000 },
    );
  });

  it("does not slow down on a pattern full of stars", () => {
    equal(matches(`${"*a".repeat(200)}b`, "a".repeat(512)), false);
  });
});

describe("matchesAny", () => {
  it("takes what any pattern takes, and nothing without a pattern", () => {
    equal(matchesAny(["x", "y*"], "yes"), true);
    equal(matchesAny([], "yes"), false);
  });
});
