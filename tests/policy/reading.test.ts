import { deepEqual, equal, throws } from "node:assert/strict";
import * as sdk from "@pulumi/policy";
import { covers, globs } from "../../policy/glob";
import { readJson } from "../../policy/jsonText";
import { isMap, later, listOf, readKnown, textsOf } from "../../policy/known";
import { unknownValue } from "./support/judge";

describe("a pattern of AWS", () => {
  for (const [pattern, text, isMatch] of [
    ["a.c", "a.c", true],
    ["a.c", "abc", false],
    ["a.c", "ac", false],
    ["a+(b)[c]|^$\\{d}", "a+(b)[c]|^$\\{d}", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["a*c", "ac", true],
    ["a*c", "a\nb\nc", true],
    ["a?c", "a\nc", true],
    ["b", "abc", false],
  ] as const) {
    it(`${JSON.stringify(pattern)} ${isMatch ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
      equal(globs(pattern, text), isMatch);
    });
  }

  for (const [wide, narrow, isCovered] of [
    ["a*", "a?", true],
    ["a*", "a${b}*", true],
    ["a?", "a?", true],
    ["a?", "a*", false],
    ["a?", "ab", true],
    ["a????", "a${b}", false],
    ["a.c", "abc", false],
  ] as const) {
    it(`${wide} ${isCovered ? "covers" : "does not cover"} ${narrow}`, () => {
      equal(covers(wide, narrow), isCovered);
    });
  }
});

describe("a JSON text of others", () => {
  for (const [text, value, repeats] of [
    ['"a"', "a", false],
    ["[]", [], false],
    ["{}", {}, false],
    ['[1,[true,null],{"a":{"b":"c"}}]', [1, [true, null], { a: { b: "c" } }], false],
    ['{"a":1,"a":2,"b":3}', { a: [1, 2], b: 3 }, true],
    ['{"a":[1,2],"a":3,"a":null}', { a: [1, 2, 3] }, true],
    ['[{"a":1},{"a":1}]', [{ a: 1 }, { a: 1 }], false],
    ['[{"b":{"a":1,"a":1}}]', [{ b: { a: [1, 1] } }], true],
  ] as const) {
    it(`is read with each value of a key that is given again, and says so: ${text}`, () => {
      deepEqual(readJson(text), { value, repeats });
    });
  }

  it("is not read where it is no JSON, or too deep", () => {
    for (const text of ["", "{", "[1,]", "{a:1}", `${"[".repeat(102)}${"]".repeat(102)}`]) {
      equal(readJson(text), undefined, text);
    }
  });
});

describe("a property of a resource", () => {
  const { unknownCheckingProxy } = sdk as unknown as { readonly unknownCheckingProxy: (props: object) => object };
  const props = unknownCheckingProxy({
    text: "a",
    none: null,
    unknown: unknownValue,
    list: ["a", unknownValue, null],
    map: { text: "b", unknown: unknownValue, none: null },
  });

  for (const [path, value] of [
    [["text"], "a"],
    [["none"], null],
    [["unknown"], later],
    [["list"], ["a", later, null]],
    [["map"], { text: "b", unknown: later, none: null }],
    [["map", "text"], "b"],
    [["map", "unknown", "below"], later],
    [["map", "none", "below"], undefined],
    [["text", "below"], undefined],
    [["absent", "below"], undefined],
  ] as const) {
    it(`is read at ${path.join(".")}, as far as it is known`, () => {
      deepEqual(readKnown(props, ...path), value);
    });
  }

  it("that fails for another reason than that it is unknown ends the rule", () => {
    const broken = Object.defineProperty({}, "text", {
      get: () => {
        throw new Error("no such property");
      },
    });

    throws(() => readKnown(broken, "text"), /no such property/);
  });

  it("is taken for a map, for a list, or for the texts in it", () => {
    const values = [{ a: 1 }, ["a", 1, later], "a", null, undefined, later];

    deepEqual(values.map(isMap), [true, false, false, false, false, false]);
    deepEqual(values.map(listOf), [[{ a: 1 }], ["a", 1, later], ["a"], [], [], [later]]);
    deepEqual(values.map(textsOf), [[], ["a"], ["a"], [], [], []]);
  });
});
