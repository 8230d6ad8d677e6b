import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";

import { array, assert, dictionary, double, letrec, oneof, property, string, uint8Array } from "fast-check";
import type { Arbitrary } from "fast-check";

import { encodeValue, holdsValue, readValue } from "../../../runtime/model/value";
import type { SourceValue } from "../../../runtime/model/value";
import { vaultPrints } from "../../support/fakeHome";

const text = (value: string): SourceValue => ({ type: "string", string: value });
const unicode = string({ unit: "binary" }).filter((value) => value.isWellFormed());
const json: Arbitrary<unknown> = letrec<{ value: unknown }>((tie) => ({
  value: oneof(
    { maxDepth: 4 },
    unicode,
    double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    array(tie("value"), { maxLength: 5 }),
    dictionary(unicode, tie("value"), { maxKeys: 5 }),
  ),
})).value;

describe("readValue", () => {
  it('reads nothing without a kind: the text x and the object {"value":"x"} look alike', () => {
    equal(readValue('{"value":"x"}', undefined), undefined);
    deepEqual(readValue('{"value":"x"}', "text"), text("x"));
    deepEqual(readValue('{"value":"x"}', "fields"), text('{"value":"x"}'));
  });

  const strange: readonly (readonly ["fields" | "text" | "binary", string, string])[] = [
    ["text", "no value", "{}"],
    ["text", "another member", '{"values":"x"}'],
    ["text", "a member more", '{"value":"x","a":1}'],
    ["text", "a value twice", '{"value":"x","value":"y"}'],
    ["text", "a number", '{"value":1}'],
    ["text", "an empty version", "null"],
    ["binary", "no value", "{}"],
    ["binary", "a text", '{"value":"aGk="}'],
    ["binary", "no base64", '{"value_base64":"a~b="}'],
    ["binary", "base64 without its padding", '{"value_base64":"aGk"}'],
    ["binary", "base64 for URLs", '{"value_base64":"-_-_"}'],
    ["binary", "base64 in lines", '{"value_base64":"aGVs\\nbG8="}'],
    ["binary", "base64 with loose bits", '{"value_base64":"aGl="}'],
    ["fields", "no member", "{}"],
    ["fields", "an array", "[1]"],
    ["fields", "an empty version", "null"],
    ["fields", "a number that was never written", '{"a":1.10}'],
    ["fields", "equal keys", '{"a":1,"a":1}'],
    ["fields", "no JSON", '{"a":'],
    ["fields", "nothing", ""],
  ];
  for (const [kind, what, data] of strange) {
    it(`reads nothing where ${kind} is said and ${what} is found`, () => {
      equal(readValue(data, kind), undefined);
    });
  }

  it("gives fields back in their shortest form, so that Vault's escapes can't outgrow Secrets Manager", () => {
    const value = `{"a":"${"<".repeat(65_000)}","b":[1e+21, "\\u0000\\u00e9"]}`;
    const restored = readValue(vaultPrints(value), "fields");
    ok(restored?.type === "string");
    equal(restored.string, `{"a":"${"<".repeat(65_000)}","b":[1e+21,"\\u0000\u00e9"]}`);
  });

  it("gives back empty bytes and empty text", () => {
    deepEqual(readValue('{"value_base64":""}', "binary"), { type: "binary", bytes: new Uint8Array(0) });
    deepEqual(readValue('{"value":""}', "text"), text(""));
  });

  it("gives every string back: the very text, or an object that is the same and no longer", () => {
    assert(
      property(
        oneof(
          unicode,
          json.map((value) => JSON.stringify(value)),
        ),
        (value) => {
          const encoded = encodeValue(text(value), "fields");
          notDeepEqual(encoded, "unsupported");
          if (encoded === "unsupported") return;
          const restored = readValue(vaultPrints(encoded.json), encoded.kind);
          if (encoded.kind === "text") deepEqual(restored, text(value));
          else {
            ok(restored?.type === "string" && restored.string.length <= value.length);
            ok(holdsValue(restored.string, "fields", text(value)));
          }
        },
      ),
    );
  });

  it("gives every byte back", () => {
    assert(
      property(uint8Array({ maxLength: 300 }), (bytes) => {
        const encoded = encodeValue({ type: "binary", bytes }, "fields");
        ok(encoded !== "unsupported");
        const restored = readValue(encoded.json, "binary");
        ok(restored?.type === "binary" && Buffer.from(restored.bytes).equals(bytes));
      }),
    );
  });
});
