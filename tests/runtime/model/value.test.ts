import { deepEqual, equal, notEqual, ok } from "node:assert/strict";

import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  letrec,
  nat,
  oneof,
  property,
  string,
  tuple,
  uint8Array,
} from "fast-check";

import { cutData, encodeValue, holdsValue, writeBody } from "../../../runtime/model/value";
import type { SourceValue } from "../../../runtime/model/value";
import { vaultPrints } from "../../support/fakeHome";

const text = (value: string): SourceValue => ({ type: "string", string: value });
const binary = (...bytes: number[]): SourceValue => ({ type: "binary", bytes: Uint8Array.from(bytes) });
const nested = (levels: number): string => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
const members = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"k${index.toString()}":1`).join(",")}}`;
const elements = (count: number): string => `{"a":[${Array.from({ length: count }, () => "1").join(",")}]}`;

/** What Vault would answer to a write of this body, cut out again. */
function roundTrip(json: string, checkAndSet = 0): string {
  const body = writeBody({ kind: "fields", json }, checkAndSet);
  const { data } = JSON.parse(body) as { data: unknown };
  const answer = `{"request_id":"r","data":{"data":${vaultPrints(JSON.stringify(data))},"metadata":{"version":1}}}`;
  const cut = cutData(answer);
  if (cut === undefined) throw new Error("nothing was cut out of the answer");
  return cut;
}

const kindOf = (value: string, objects: "fields" | "text" = "fields"): string => {
  const encoded = encodeValue(text(value), objects);
  return encoded === "unsupported" ? encoded : encoded.kind;
};

describe("encodeValue", () => {
  const kept: readonly (readonly [string, string])[] = [
    ["one string", '{"user":"u"}'],
    ["an empty key", '{"":"x"}'],
    ["__proto__ as a key", '{"__proto__":{}}'],
    ["constructor and toString as keys", '{"constructor":1,"toString":2}'],
    ["a null member", '{"a":null}'],
    ["U+0000", '{"a":"\\u0000"}'],
    ["U+FEFF inside", '{"a":"\ufeff"}'],
    ["U+2028 and U+2029", '{"a":"\u2028\u2029"}'],
    ["markup characters", '{"a":"<>&"}'],
    ["a surrogate pair", '{"a":"\\ud83d\\ude00"}'],
    ["a 64 KiB string", `{"a":"${"x".repeat(65_000)}"}`],
    ["whitespace around", ' \n\t{"a":1}\r\n '],
    ["whitespace within", '{ "a" : [ 1 , 2 ] }'],
    ["an integer that float64 holds", '{"a":9007199254740992}'],
    ["the digits that Vault itself prints", '{"a":1e+21}'],
    ["a fraction", '{"a":0.1}'],
    ["a negative number", '{"a":-1.5}'],
    ["an empty object within", '{"a":{}}'],
    ["100 levels", nested(100)],
    ["more than 100 containers, none of them deep", `{"a":[${"[],{},".repeat(100)}0]}`],
    ["opening brackets in a string", `{"a":"${"[{".repeat(100)}"}`],
    ["opening brackets after a quote in a string", `{"a":"\\"${"[{".repeat(100)}"}`],
    ["900 members", members(900)],
    ["450 members with texts", members(450).replaceAll(":1", ':"x"')],
    ["1,000 elements", elements(1_000)],
  ];
  for (const [what, value] of kept) {
    it(`keeps an object with ${what} as fields, its text untouched`, () => {
      deepEqual(encodeValue(text(value), "fields"), { kind: "fields", json: value });
    });
  }

  const asText: readonly (readonly [string, string])[] = [
    ["plain text", "hunter2"],
    ["an empty text", ""],
    ["a scalar string", '"s"'],
    ["a number", "12"],
    ["false", "false"],
    ["null", "null"],
    ["an array", "[1]"],
    ["an array of objects, which Vault would merge", '[{"a":1},{"b":2}]'],
    ["an empty array", "[]"],
    ["an empty object", "{}"],
    ["an integer of 20 digits", '{"a":12345678901234567890}'],
    ["the first integer that float64 lacks", '{"a":9007199254740993}'],
    ["1.10", '{"a":1.10}'],
    ["1e21", '{"a":1e21}'],
    ["0.1e-6", '{"a":0.1e-6}'],
    ["1e3", '{"a":1e3}'],
    ["1E3", '{"a":1E3}'],
    ["1e400", '{"a":1e400}'],
    ["-0", '{"a":-0}'],
    ["1.0", '{"a":1.0}'],
    ["an inexact number deep inside", '{"a":[{"b":[1.10]}]}'],
    ["duplicate keys", '{"a":1,"a":2}'],
    ["duplicate keys by an escape", '{"a":1,"\\u0061":2}'],
    ["duplicate keys deep inside", '{"x":[{"a":1,"a":1}]}'],
    ["a lone surrogate's escape", '{"a":"\\ud800"}'],
    ["a lone surrogate's escape in a key", '{"\\udc00":1}'],
    ["101 levels", nested(101)],
    ["101 levels after closing brackets in a string", `{"s":"${"]}".repeat(100)}",${nested(101).slice(1)}`],
    ["101 levels after a string that ends in a backslash", `{"s":"\\\\",${nested(101).slice(1)}`],
    ["600 levels", nested(600)],
    ["901 members", members(901)],
    ["451 members with texts", members(451).replaceAll(":1", ':"x"')],
    ["900 texts under one name", `{"a":[${Array.from({ length: 900 }, () => '"x"').join(",")}]}`],
    ["1,001 elements", elements(1_001)],
    ["a byte order mark before", '\ufeff{"a":1}'],
    ["a trailing comma", '{"a":1,}'],
    ["a comment", '{"a":1}/* c */'],
    ["single quotes", "{'a':1}"],
    ["two values", '{"a":1}{"b":2}'],
    ["a tab inside a string", '{"a":"\t"}'],
    ["NaN", '{"a":NaN}'],
    ["no-break space around", '\u00a0{"a":1}'],
  ];
  for (const [what, value] of asText) {
    it(`keeps ${what} as text`, () => {
      const encoded = encodeValue(text(value), "fields");
      notEqual(encoded, "unsupported");
      if (encoded === "unsupported") return;
      equal(encoded.kind, "text");
      deepEqual(JSON.parse(encoded.json), { value });
    });
  }

  it("keeps every string as text when objects is text", () => {
    equal(kindOf('{"a":1}', "text"), "text");
  });

  it("calls a string with a lone surrogate unsupported", () => {
    equal(kindOf("\ud800"), "unsupported");
    equal(kindOf('{"a":"\udfff"}'), "unsupported");
  });

  for (const [what, bytes, base64] of [
    ["no byte", [], ""],
    ["bytes that are no UTF-8", [0xff, 0xfe, 0x00, 0x80], "//4AgA=="],
    ["text as bytes", [0x7b, 0x7d], "e30="],
  ] as const) {
    it(`keeps ${what} as base64 once`, () => {
      deepEqual(encodeValue(binary(...bytes), "fields"), { kind: "binary", json: `{"value_base64":"${base64}"}` });
    });
  }

  it("encodes only the bytes of a view, not the buffer behind it", () => {
    const view = new Uint8Array(Uint8Array.from([1, 2, 3, 4]).buffer, 1, 2);
    deepEqual(encodeValue({ type: "binary", bytes: view }, "fields"), {
      kind: "binary",
      json: '{"value_base64":"AgM="}',
    });
  });

  it("does not exhaust the stack on hostile nesting", () => {
    for (const open of ["[", '{"a":', '[{"a":']) {
      const hostile = `{"x":${open.repeat(21_000)}`;
      equal(kindOf(hostile), "text");
      equal(kindOf(`{"x":${"[".repeat(32_000)}${"]".repeat(32_000)}}`), "text");
    }
  });
});

describe("holdsValue", () => {
  const equalPairs: readonly (readonly [string, string, string])[] = [
    ["re-ordered members", '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ["Vault's escapes", '{"a":"<>&\u2028"}', '{"a":"\\u003c\\u003e\\u0026\\u2028"}'],
    ["escapes in keys", '{"<":1}', '{"\\u003c":1}'],
    ["other whitespace", '{ "a" : [ 1, 2 ] }', '{"a":[1,2]}'],
    ["__proto__", '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
  ];
  for (const [what, value, data] of equalPairs) {
    it(`is true for ${what}`, () => {
      ok(holdsValue(data, "fields", text(value)));
    });
  }

  const unequalPairs: readonly (readonly [string, string, string])[] = [
    ["a changed digit", '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ["a number printed anew", '{"a":1.10}', '{"a":1.1}'],
    ["a number as a string", '{"a":1}', '{"a":"1"}'],
    ["null for a missing member", '{"a":null,"b":1}', '{"b":1}'],
    ["one member more", '{"a":1}', '{"a":1,"b":2}'],
    ["one member less", '{"a":1,"b":2}', '{"a":1}'],
    ["a renamed member", '{"a":1}', '{"b":1}'],
    ["another case of a key", '{"a":1}', '{"A":1}'],
    ["re-ordered elements", '{"a":[1,2]}', '{"a":[2,1]}'],
    ["one element more", '{"a":[1]}', '{"a":[1,1]}'],
    ["an array for an object", '{"a":{}}', '{"a":[]}'],
    ["true for false", '{"a":true}', '{"a":false}'],
    ["a replacement character", '{"a":"x"}', '{"a":"\ufffd"}'],
    ["another normal form of the same letter", '{"a":"\u00e9"}', '{"a":"e\u0301"}'],
    ["a lost __proto__", '{"__proto__":{},"a":1}', '{"a":1}'],
    ["null as data", '{"a":1}', "null"],
    ["a missing half of a pair of equal keys in the source", '{"a":1,"a":1}', '{"a":1,"b":2}'],
    ["equal keys in the source", '{"a":1,"a":1}', '{"a":1}'],
    ["equal keys in Vault's answer", '{"a":1,"b":2}', '{"a":1,"a":1}'],
    ["a key that Vault's answer has once more", '{"a":1}', '{"a":1,"a":1}'],
    ["a change deep inside", '{"a":[{"b":{"c":[0,"x"]}}]}', '{"a":[{"b":{"c":[0,"y"]}}]}'],
    ["an answer that is not JSON", '{"a":1}', '{"a":1'],
    ["an empty answer", '{"a":1}', ""],
  ];
  for (const [what, value, data] of unequalPairs) {
    it(`is false for ${what}`, () => {
      equal(holdsValue(data, "fields", text(value)), false);
    });
  }

  it("tells the text x from the object that looks like it", () => {
    const object = '{"value":"x"}';
    ok(holdsValue(object, "text", text("x")));
    ok(holdsValue(object, "fields", text(object)));
    equal(holdsValue(object, "text", text(object)), false);
    equal(holdsValue(object, "fields", text("x")), false);
    equal(holdsValue(object, "binary", text("x")), false);
  });

  it("tells binary from text of the same base64", () => {
    const data = '{"value_base64":"AQI="}';
    ok(holdsValue(data, "binary", binary(1, 2)));
    equal(holdsValue(data, "binary", binary(1, 3)), false);
    equal(holdsValue(data, "binary", text("AQI=")), false);
    equal(holdsValue(data, "text", binary(1, 2)), false);
    equal(holdsValue(data, "fields", binary(1, 2)), false);
    equal(holdsValue('{"value_base64":"AQI=","value":"x"}', "binary", binary(1, 2)), false);
  });

  it("accepts no second member beside a text's value", () => {
    equal(holdsValue('{"value":"x","other":1}', "text", text("x")), false);
    equal(holdsValue('{"value":["x"]}', "text", text("x")), false);
  });

  it("is false, and does not exhaust the stack, for an answer of hostile depth", () => {
    equal(holdsValue(nested(20_000), "fields", text('{"a":1}')), false);
  });
});

describe("cutData", () => {
  it("cuts the value's own text out of an answer", () => {
    equal(
      cutData('{"data": {"metadata":{"data":{"x":1}}, "data" : {"n":1.10,"data":{"data":{}}} }}'),
      '{"n":1.10,"data":{"data":{}}}',
    );
  });

  it("gives a deep foreign value back, so that it is compared and not retried for ever", () => {
    const deep = nested(298);
    equal(cutData(`{"data":{"data":${deep},"metadata":{}}}`), deep);
  });

  it("gives an empty version back as null", () => {
    equal(cutData('{"data":{"data":null,"metadata":{"version":1}}}'), "null");
  });

  for (const answer of [
    "",
    "null",
    "[]",
    '{"data":null}',
    '{"data":{}}',
    '{"data":{"Data":{}}}',
    '{"data":{"data":{}}',
    '{"data":[{"data":{}}]}',
  ]) {
    it(`finds nothing in ${answer === "" ? "an empty answer" : answer}`, () => {
      equal(cutData(answer), undefined);
    });
  }
});

describe("a value on its way to Vault and back", () => {
  const numberTexts = oneof(
    double({ noNaN: true, noDefaultInfinity: true }).map(String),
    integer().map(String),
    tuple(integer(), nat(), integer({ min: -400, max: 400 })).map(
      ([a, b, c]) => `${a.toString()}.${b.toString()}e${c.toString()}`,
    ),
    constantFrom("1.10", "1e21", "-0", "12345678901234567890", "0.1e-6", "1e-7"),
  );
  const strings = oneof(
    string({ unit: "binary" }),
    string({ unit: "grapheme" }),
    constantFrom("<>&\u2028", "__proto__", "\u0000", "\ufeff", '\\"'),
  );
  const jsonTexts = letrec<{ node: string; object: string }>((tie) => ({
    node: oneof(
      { maxDepth: 5 },
      strings.map((value) => JSON.stringify(value)),
      numberTexts,
      boolean().map(String),
      constant("null"),
      array(tie("node"), { maxLength: 4 }).map((nodes) => `[${nodes.join(", ")}]`),
      tie("object"),
    ),
    object: dictionary(strings, tie("node"), { maxKeys: 5, noNullPrototype: false }).map(
      (object) =>
        `{${Object.entries(object)
          .map(([key, value]) => `${JSON.stringify(key)} : ${value}`)
          .join(",")}}`,
    ),
  }));

  it("is held exactly, whatever JSON text it is", () => {
    assert(
      property(oneof(jsonTexts.object, jsonTexts.node), (value) => {
        const encoded = encodeValue(text(value), "fields");
        return encoded !== "unsupported" && holdsValue(roundTrip(encoded.json), encoded.kind, text(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is held exactly, whatever string it is", () => {
    assert(
      property(string({ unit: "binary", maxLength: 200 }), (value) => {
        const encoded = encodeValue(text(value), "fields");
        return encoded !== "unsupported" && holdsValue(roundTrip(encoded.json), encoded.kind, text(value));
      }),
      { numRuns: 500 },
    );
  });

  it("is held exactly, whatever bytes it has", () => {
    assert(
      property(uint8Array({ maxLength: 100 }), (bytes) => {
        const value: SourceValue = { type: "binary", bytes };
        const encoded = encodeValue(value, "fields");
        return encoded !== "unsupported" && holdsValue(roundTrip(encoded.json), "binary", value);
      }),
    );
  });

  it("is not held by what another value left there", () => {
    assert(
      property(jsonTexts.object, jsonTexts.object, (one, other) => {
        const encoded = encodeValue(text(one), "fields");
        if (encoded === "unsupported" || encoded.kind !== "fields") return true;
        const same =
          vaultPrints(one) === (encodeValue(text(other), "fields") === "unsupported" ? "" : vaultPrints(other));
        return same || !holdsValue(roundTrip(encoded.json), "fields", text(other));
      }),
      { numRuns: 500 },
    );
  });

  it("reads strings as JSON.parse does", () => {
    assert(
      property(strings, (value) => {
        const data = `{"value":${JSON.stringify(value)}}`;
        return !value.isWellFormed() || holdsValue(data, "text", text(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it("carries the check-and-set base beside the value, whose text it leaves alone", () => {
    equal(writeBody({ kind: "fields", json: ' {"a":1.5} ' }, 7), '{"options":{"cas":7},"data": {"a":1.5} }');
  });
});
