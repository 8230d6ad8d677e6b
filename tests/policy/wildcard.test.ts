import { equal, ok } from "node:assert/strict";
import { array, assert, constantFrom, property, string } from "fast-check";
import { anyOne, anything, anythingBut, literally, meet } from "../../policy/wildcard";
import type { Part } from "../../policy/wildcard";

/** `*`, `?` and `+` as in the patterns of AWS and Vault. */
const parts = (pattern: string): readonly Part[] =>
  Array.from(pattern).flatMap((character) => {
    if (character === "*") return [anything];
    if (character === "?") return [anyOne];
    return character === "+" ? [anythingBut("/")] : literally(character);
  });

const formOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".").replaceAll("+", "[^/]*")}$`);

describe("meet", () => {
  for (const [one, other, expected] of [
    ["", "", true],
    ["a", "", false],
    ["*", "", true],
    ["?", "", false],
    ["a", "a", true],
    ["a", "b", false],
    ["a*", "ab", true],
    ["*ab", "a*", true],
    ["a*c", "*b*", true],
    ["a?", "*b", true],
    ["a/+/b", "a/x/b", true],
    ["a/+/b", "a/x/y/b", false],
    ["a/+", "a/*", true],
    ["a/b*", "a/c*", false],
    ["*x*y*", "*y*x*", true],
    ["+", "a/*", false],
  ] as const) {
    it(`says ${expected ? "yes" : "no"} for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      equal(meet(parts(one), parts(other)), expected);
      equal(meet(parts(other), parts(one)), expected);
    });
  }

  it("agrees with regular expressions on patterns and texts", () => {
    const pattern = array(constantFrom("a", "b", "/", "*", "?", "+"), { maxLength: 7 }).map((all) => all.join(""));
    const text = array(constantFrom("a", "b", "/"), { maxLength: 7 }).map((all) => all.join(""));

    assert(
      property(pattern, text, (one, other) => meet(parts(one), literally(other)) === formOf(one).test(other)),
      { numRuns: 5_000 },
    );
  });

  it("says yes wherever one text fits both patterns", () => {
    const pattern = array(constantFrom("a", "b", "/", "*", "?", "+"), { maxLength: 6 }).map((all) => all.join(""));
    const text = array(constantFrom("a", "b", "/"), { maxLength: 6 }).map((all) => all.join(""));

    assert(
      property(pattern, pattern, text, (one, other, shared) => {
        if (formOf(one).test(shared) && formOf(other).test(shared)) ok(meet(parts(one), parts(other)));
      }),
      { numRuns: 5_000 },
    );
  });

  it("takes characters for themselves, whatever they are", () => {
    assert(property(string(), (text) => meet(literally(text), literally(text))));
  });
});
