import { deepEqual, equal } from "node:assert/strict";
import { changedProperties, check, same } from "../../../local/providers/properties";
import type { Properties, Property } from "../../../local/providers/properties";
import { secretOf, unknownValue } from "../../../local/providers/values";

const properties: Properties = {
  name: { kind: "text", required: true },
  size: { kind: "number", default: 30 },
  policy: { kind: "json" },
  mode: { kind: "text", oneOf: ["on", "off"] },
  chosen: { kind: "text", computed: true },
  subnets: { kind: "object", fields: { ids: { kind: "set", required: true } } },
};

describe("check of a resource's inputs", () => {
  it("adds the defaults", () => {
    deepEqual(check(properties, { name: "n" }).inputs, { name: "n", size: 30 });
  });

  const wrong: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ["a property that nobody implements", { name: "n", colour: "red" }, "colour"],
    ["an unknown member of an object", { name: "n", subnets: { ids: [], ipv6: true } }, "subnets.ipv6"],
    ["a missing one", {}, "name"],
    ["a missing member of an object", { name: "n", subnets: {} }, "subnets.ids"],
    ["another type", { name: 7 }, "name"],
    ["a value that isn't offered", { name: "n", mode: "perhaps" }, "mode"],
    ["text that is no JSON document", { name: "n", policy: "{" }, "policy"],
  ];
  for (const [what, inputs, property] of wrong) {
    it(`refuses ${what}`, () => {
      deepEqual(
        check(properties, inputs).failures.map((failure) => failure.property),
        [property],
      );
    });
  }

  it("takes a value that isn't known yet for any kind", () => {
    deepEqual(check(properties, { name: unknownValue, size: unknownValue, subnets: unknownValue }).failures, []);
  });

  it("looks into secrets and leaves them marked", () => {
    const { inputs, failures } = check(properties, { name: secretOf("n"), size: secretOf("large") });

    deepEqual(inputs.name, secretOf("n"));
    deepEqual(failures, [{ property: "size", reason: "must be of kind number" }]);
  });

  it("turns a document given as an object into text, keeping secret and unknown", () => {
    const policyOf = (policy: unknown) => check(properties, { name: "n", policy }).inputs.policy;

    equal(policyOf({ a: [1] }), '{"a":[1]}');
    deepEqual(policyOf({ a: secretOf("s") }), secretOf('{"a":"s"}'));
    equal(policyOf({ a: unknownValue }), unknownValue);
  });
});

describe("sameness of two values", () => {
  const cases: readonly (readonly [string, Property, unknown, unknown, boolean])[] = [
    ["a set in another order", { kind: "set" }, ["b", "a"], ["a", "b"], true],
    ["a list in another order", { kind: "list" }, ["b", "a"], ["a", "b"], false],
    ["a document written differently", { kind: "json" }, '{"a":1,"b":2}', '{ "b": 2, "a": 1 }', true],
    ["a document with another array order", { kind: "json" }, "[1,2]", "[2,1]", false],
    ["absent and empty", { kind: "map" }, undefined, {}, true],
    ["absent and no", { kind: "boolean" }, undefined, false, true],
    ["a tag with an empty value and none", { kind: "map" }, { a: "" }, {}, false],
    ["the same code", { kind: "archive" }, { hash: "1", assets: {} }, { hash: "1" }, true],
    ["other code", { kind: "archive" }, { hash: "1" }, { hash: "2" }, false],
    ["anything and a value that isn't known yet", { kind: "text" }, unknownValue, unknownValue, false],
  ];
  for (const [what, property, one, other, expected] of cases) {
    it(`${expected ? "holds for" : "doesn't hold for"} ${what}`, () => {
      equal(same(property, one, other), expected);
      equal(same(property, other, one), expected);
    });
  }

  it("leaves out what the server chose", () => {
    const state = { name: "n", chosen: "by the server" };

    deepEqual(changedProperties(properties, state, { name: "n" }), []);
    deepEqual(changedProperties(properties, state, { name: "n", chosen: "by me" }), ["chosen"]);
  });
});
