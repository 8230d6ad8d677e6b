import { equal } from "node:assert/strict";

import { fateOf, isExact } from "../../bench/script/judge";
import type { SourceValue } from "../../runtime/model/value";

const string = (text: string): SourceValue => ({ type: "string", string: text });
const bytes = (...values: number[]): SourceValue => ({ type: "binary", bytes: Uint8Array.from(values) });

describe("whether Vault holds a value exactly", () => {
  const cases: readonly (readonly [string, SourceValue, string, boolean])[] = [
    ["an object with its members in another order", string('{"b": 1.10, "a": "<"}'), '{"a":"\\u003c","b":1.10}', true],
    ["an object whose number is written otherwise", string('{"a":1.10}'), '{"a":1.1}', false],
    ["an object that lost digits", string('{"a":12345678901234567890}'), '{"a":12345678901234567000}', false],
    ["an object that lost a double member", string('{"a":1,"a":2}'), '{"a":2}', false],
    ["an object as one text", string('{"a":1.10}'), '{"value":"{\\"a\\":1.10}"}', true],
    ["a text", string("hunter2\n"), '{"value":"hunter2\\n"}', true],
    ["a text without its last character", string("hunter2\n"), '{"value":"hunter2"}', false],
    ["a text among other members", string("x"), '{"value":"x","other":1}', false],
    ["what is no JSON but begins so", string('{"a":['), '{"a":[]}', false],
    ["an array that was merged", string('[{"a":1},{"b":2}]'), '{"a":1,"b":2}', false],
    ["bytes under either name", bytes(0, 255), '{"value_base64":"AP8="}', true],
    ["bytes under the name of texts", bytes(0, 255), '{"value":"AP8="}', true],
    ["bytes that were taken for text", bytes(0xc3, 0x28), '{"value":"\ufffd("}', false],
    ["an empty version", string("{}"), "null", false],
  ];
  for (const [what, value, data, exact] of cases) {
    it(`says ${exact ? "yes" : "no"} to ${what}`, () => {
      equal(isExact(data, value), exact);
    });
  }
});

describe("the fate of a secret", () => {
  const value = string("x");

  it("is told from both sides", () => {
    equal(fateOf(value, { data: '{"value":"x"}', scheduled: true }), "moved");
    equal(fateOf(value, { data: '{"value":"x"}', scheduled: false }), "copied");
    equal(fateOf(value, { data: '{"value":"y"}', scheduled: false }), "kept");
    equal(fateOf(value, { data: undefined, scheduled: false }), "kept");
    equal(fateOf(value, { data: '{"value":"y"}', scheduled: true }), "lost");
    equal(fateOf(value, { data: undefined, scheduled: true }), "lost");
  });
});
