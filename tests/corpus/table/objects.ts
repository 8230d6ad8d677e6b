/** Strings that are JSON, nearly JSON, or JSON that no server gives back unchanged. */
import { fields, text, unsupported } from "./row";
import type { ValueRow } from "./row";

/** `{"a":[[[…]]]}` of so many levels. */
const nested = (levels: number): string => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
const nestedObjects = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(",");
/** Members named so that their order is the same for everybody. */
const members = (count: number): string =>
  `{${list(count, (index) => `"k${String(index).padStart(5, "0")}":${index}`)}}`;
const elements = (count: number): string => `{"a":[${list(count, String)}]}`;

const plain: readonly ValueRow[] = [
  fields("an object in Vault's order", '{"password":"p","user":"u"}'),
  fields("an object in another order", '{"user":"u","password":"p"}', '{"password":"p","user":"u"}'),
  fields(
    "objects within objects, unordered",
    '{"z":{"b":1,"a":[{"d":null,"c":true}]}}',
    '{"z":{"a":[{"c":true,"d":null}],"b":1}}',
  ),
  fields("white space everywhere", ' \n{\t"a" : [ 1 ,\r\n2 ] } ', '{"a":[1,2]}'),
  fields("a member that is an empty object, array, string, null", '{"a":{},"b":[],"c":"","d":null}'),
  fields("JSON as a string within", '{"a":"{\\"b\\":1.10}"}'),
];

const keys: readonly ValueRow[] = [
  fields("an empty key", '{"":"x"}'),
  fields("keys of blanks", '{" ":1,"\\t":2}', '{"\\t":2," ":1}'),
  fields("__proto__ as a key", '{"a":2,"__proto__":{"x":1}}', '{"__proto__":{"x":1},"a":2}'),
  fields("__proto__ as the only key, a string", '{"__proto__":"x"}'),
  fields("names of Object's own members", '{"constructor":1,"hasOwnProperty":2,"toString":3,"valueOf":4}'),
  fields("keys that look like numbers", '{"10":1,"9":2,"1":3,"-1":4,"1e1":5}', '{"-1":4,"1":3,"10":1,"1e1":5,"9":2}'),
  fields("the member that text is kept under", '{"value":"x"}'),
  fields("the member that binary is kept under", '{"value_base64":"eA=="}'),
  fields(
    "members named as in Vault's own answers",
    '{"data":{"data":{"data":1}},"metadata":{"version":9},"options":{"cas":0}}',
  ),
  fields("a member named as Vault's errors", '{"errors":[],"warnings":null}'),
  fields("keys that differ in case only", '{"A":1,"a":2}'),
  fields("keys that differ in normal form only", '{"\u00e9":1,"e\u0301":2}', '{"e\u0301":2,"\u00e9":1}'),
  fields("keys ordered by bytes, not by UTF-16", '{"\u{1f600}":1,"\uffff":2}', '{"\uffff":2,"\u{1f600}":1}'),
  fields("keys of control characters", '{"\\u0000":1,"\\u001f":2,"\x7f":3}'),
  fields("keys of markup", '{"<a href=\\"x\\">":1,"&":2}', '{"\\u0026":2,"\\u003ca href=\\"x\\"\\u003e":1}'),
  fields("keys with dots and slashes", '{"../x":1,"/":2,"a.b":3}'),
  fields("a key of 60,000 characters", `{"${"k".repeat(60_000)}":1}`),
  text("equal keys", '{"a":"1","a":"2"}'),
  text("equal keys, one by an escape", '{"a":1,"\\u0061":2}'),
  text("equal keys of equal values", '{"a":1,"a":1}'),
  text("equal keys deep inside", '{"x":[{"a":{"b":1,"b":2}}]}'),
  text("__proto__ twice", '{"__proto__":1,"__proto__":2}'),
];

const numbers: readonly ValueRow[] = [
  fields("integers", '{"a":0,"b":-1,"c":5432,"d":9007199254740991,"e":-9007199254740991}'),
  fields(
    "the digits that float64 prints",
    '{"a":9007199254740992,"b":123456789012345680000,"c":1e+21,"d":1e-7,"e":0.000001}',
  ),
  fields("the ends of float64", '{"a":1.7976931348623157e+308,"b":5e-324,"c":2.2250738585072014e-308}'),
  fields("fractions", '{"a":0.1,"b":-1.5,"c":3.141592653589793}'),
  ...[
    "12345678901234567890",
    "9007199254740993",
    "-9007199254740993",
    "1.10",
    "1.0",
    "-0",
    "-0.0",
    "1e3",
    "1E3",
    "1e21",
    "1E+21",
    "0.1e-6",
    "1e-07",
    "1e400",
    "1E400",
    "-1e400",
    "1e-400",
    "0.1000000000000000055511151231257827",
    "1.7976931348623159e308",
  ].map((number) => text(`the number ${number}`, `{"a":${number}}`)),
  text("a number of 60,000 digits", `{"a":${"9".repeat(60_000)}}`),
  text("an inexact number deep inside", '{"a":[{"b":[0,{"c":1.10}]}]}'),
];

const strings: readonly ValueRow[] = [
  fields("every escape", '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t"}', '{"a":"\\"\\\\/\\b\\f\\n\\r\\t"}'),
  fields("escapes that nobody needs", '{"a":"\\u0061\\u00e9\\u20AC"}', '{"a":"a\u00e9\u20ac"}'),
  fields("markup", '{"a":"<>&\'"}', '{"a":"\\u003c\\u003e\\u0026\'"}'),
  fields("what looks like Vault's escape and is none", '{"a":"\\\\u003c"}'),
  fields("both line separators", '{"a":"\u2028\u2029"}', '{"a":"\\u2028\\u2029"}'),
  fields("U+0000 and its neighbours", '{"a":"\\u0000\\u0001\\u001f\x7f\x80\x9f"}'),
  fields("a byte order mark inside", '{"a":"\ufeffx"}'),
  fields("a surrogate pair by escapes", '{"a":"\\ud83d\\ude00"}', '{"a":"\u{1f600}"}'),
  fields("noncharacters", '{"a":"\ufffe\uffff\u{10ffff}\ufdd0"}'),
  fields("the replacement character itself", '{"a":"\ufffd"}'),
  fields("both normal forms of one letter", '{"a":"\u00e9","b":"e\u0301","c":"\u212b"}'),
  fields("writing from right to left", '{"a":"\u202eabc\u2066\u05d0"}'),
  fields("a PEM block", '{"key":"-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----\\n"}'),
  text("a lone high surrogate by an escape", '{"a":"\\ud800"}'),
  text("a lone low surrogate by an escape", '{"a":"\\udfff"}'),
  text("a pair in the wrong order", '{"a":"\\ude00\\ud83d"}'),
  text("a lone surrogate in a key", '{"\\ud800":1}'),
  unsupported("a lone surrogate itself", '{"a":"\ud800"}'),
];

const shapes: readonly ValueRow[] = [
  ...[
    "{}",
    "{ }",
    " {} ",
    "[]",
    "[1]",
    '[{"a":1},{"b":2}]',
    "[[]]",
    '"s"',
    '""',
    "12",
    "0",
    "1.10",
    "true",
    "false",
    "null",
  ].map((json) => text(`the JSON ${json}`, json)),
  fields("100 levels", nested(100)),
  fields("100 levels of objects", nestedObjects(100)),
  text("101 levels", nested(101)),
  text("101 levels of objects", nestedObjects(101)),
  text("300 levels", nested(300)),
  text("5,000 levels", nested(5_000)),
  text("10,000 levels of objects", nestedObjects(10_000)),
  text("30,000 levels that are never closed", `{"a":${"[".repeat(30_000)}`),
  fields("900 members", members(900)),
  text("1,001 members", members(1_001)),
  fields("1,000 elements", elements(1_000)),
  text("1,001 elements", elements(1_001)),
  text("10,001 elements", elements(10_001)),
  fields(
    "175 members within each of five",
    `{${list(5, (index) => `"m${index}":{${list(175, (i) => `"k${String(i).padStart(4, "0")}":1`)}}`)}}`,
  ),
  text(
    "1,000 members within each of five",
    `{${list(5, (index) => `"m${index}":{${list(1_000, (i) => `"k${String(i).padStart(4, "0")}":1`)}}`)}}`,
  ),
];

const nearly: readonly ValueRow[] = [
  text("JSON with text behind it", '{"a":1} x'),
  text("two objects", '{"a":1}{"b":2}'),
  text("JSON lines", '{"a":1}\n{"b":2}\n'),
  text("a comment", '{"a":1}/* c */'),
  text("a comment inside", '{"a":1, // c\n"b":2}'),
  text("a trailing comma", '{"a":1,}'),
  text("single quotes", "{'a':'1'}"),
  text("a key without quotes", "{a:1}"),
  text("NaN", '{"a":NaN}'),
  text("Infinity", '{"a":-Infinity}'),
  text("a hexadecimal number", '{"a":0x10}'),
  text("a number with a plus", '{"a":+1}'),
  text("a number with a leading zero", '{"a":01}'),
  text("a number without digits before the point", '{"a":.5}'),
  text("a tab inside a string", '{"a":"\t"}'),
  text("a line break inside a string", '{"a":"\n"}'),
  text("a byte order mark before", '\ufeff{"a":1}'),
  text("a no-break space behind", '{"a":1}\u00a0'),
  text("a form feed before", '\f{"a":1}'),
  text("U+0000 behind", '{"a":1}\u0000'),
  text("an object cut short", '{"a":"b'),
];

export const objectRows: readonly ValueRow[] = [...plain, ...keys, ...numbers, ...strings, ...shapes, ...nearly];
