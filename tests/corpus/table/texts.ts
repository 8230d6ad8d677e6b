/** Plain texts and bytes. */
import { binary, impossible, text, unsupported } from "./row";
import type { ValueRow } from "./row";

/** The most bytes that a secret may have. */
const most = 65_536;

const bytes = (count: number, value: (index: number) => number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => value(index));
const utf8 = (string: string): Uint8Array => Uint8Array.from(Buffer.from(string, "utf8"));
const range = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, index) => from + index));

const pem = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n";

const texts: readonly ValueRow[] = [
  text("one character", "x"),
  text("a text that is also a member's value", "value"),
  text("one blank", " "),
  text("white space only", " \t\r\n\v\f\u00a0\u2003"),
  text("blanks around", " hunter2 "),
  text("a line break at the end", "hunter2\n"),
  text("CRLF", "one\r\ntwo\r\n"),
  text("CR only", "one\rtwo\r"),
  text("U+0000 alone", "\u0000"),
  text("all control characters", range(0x00, 0x1f)),
  text("all of ASCII and Latin-1", range(0x00, 0xff)),
  text("a byte order mark alone", "\ufeff"),
  text("a byte order mark before", "\ufeffhunter2"),
  text("both normal forms of one letter", "\u00e9e\u0301\u212b\u00c5"),
  text("line separators and markup", "<>&'\"\u2028\u2029\u0085"),
  text("a family of emoji joined", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}"),
  text("noncharacters and planes", "\ufffe\uffff\u{1fffe}\u{10ffff}\ue000"),
  text("the replacement character itself", "\ufffd"),
  text("what looks like an escape", "\\u0041\\n\\x41%41&#65;"),
  text("backslashes and quotes", '\\"\\\\"'),
  text("base64", "aGVsbG8="),
  text("base64 of JSON", "eyJhIjoxfQ=="),
  text("a web token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."),
  text("PEM", pem),
  text("PEM with CRLF", pem.replaceAll("\n", "\r\n")),
  text("YAML", "a: 1.10\nb: &x [1, *x]\n"),
  text("an .env file", "A=1\nexport B='$(id)'\n"),
  text("XML", '<?xml version="1.0"?><a b="c">&amp;</a>'),
  text("a Go and a Vault template", "{{identity.entity.id}} {{ .Data }} ${x} $$"),
  text("a label's form", "1;AbCdEf;fields;00000000-0000-4000-8000-000000000001"),
  text("Vault's own cipher text", "vault:v1:AAAA"),
  text("a URL with a password", "postgres://u:p%40ss@h:5432/d?sslmode=require#f"),
  text("terminal escapes", "\u001b[31mred\u001b[0m\u0007"),
  text("a Vault answer", '{"data":{"data":{"a":1},"metadata":{"version":1,}}}'),
  text(`${most} quotes`, '"'.repeat(most)),
  text(`${most} <`, "<".repeat(most)),
  text(`${most} backslashes`, "\\".repeat(most)),
  text(`${most} times U+0000`, "\u0000".repeat(most)),
  text("64 KiB of three-byte characters", "\u20ac".repeat(Math.floor(most / 3))),
  text("64 KiB of four-byte characters", "\u{1f600}".repeat(most / 4)),
  text("64 KiB of line separators", "\u2028".repeat(Math.floor(most / 3))),
  unsupported("a lone high surrogate", "a\ud800"),
  unsupported("a lone low surrogate", "\udfff"),
  unsupported("a pair in the wrong order", "\ude00\ud83d"),
  impossible("no character", "", "ValidationException"),
  impossible(`${most + 1} characters`, "x".repeat(most + 1), "ValidationException"),
  impossible(
    `${most + 1} bytes in fewer characters`,
    "\u20ac".repeat(Math.ceil(most / 3)),
    "InvalidParameterException",
  ),
];

const binaries: readonly ValueRow[] = [
  binary(
    "one byte 0",
    bytes(1, () => 0),
    "AA==",
  ),
  binary("two bytes", utf8("hi"), "aGk="),
  binary(
    "three bytes 255",
    bytes(3, () => 0xff),
    "////",
  ),
  binary("bytes whose base64 has + and /", Uint8Array.of(0xfb, 0xff, 0xbf), "+/+/"),
  binary(
    "every byte",
    bytes(256, (index) => index),
  ),
  binary("bytes that are valid UTF-8", utf8("h\u00e9llo\n"), "aMOpbGxvCg=="),
  binary("bytes of a JSON object", utf8('{"a":1}'), "eyJhIjoxfQ=="),
  binary("bytes of base64", utf8("aGVsbG8="), "YUdWc2JHOD0="),
  binary("a UTF-8 byte order mark", Uint8Array.of(0xef, 0xbb, 0xbf, 0x78), "77u/eA=="),
  binary("UTF-16 with its mark", Uint8Array.of(0xff, 0xfe, 0x78, 0x00), "//54AA=="),
  binary("overlong and broken UTF-8", Uint8Array.of(0xc0, 0x80, 0xed, 0xa0, 0x80, 0xff), "wIDtoID/"),
  binary(
    "64 KiB of zeros",
    bytes(most, () => 0),
  ),
  binary(
    "64 KiB of everything",
    bytes(most, (index) => (index * 167 + (index >> 8)) % 256),
  ),
  impossible("no byte", new Uint8Array(0), "ValidationException"),
  impossible(
    `${most + 1} bytes`,
    bytes(most + 1, () => 1),
    "ValidationException",
  ),
];

export const textRows: readonly ValueRow[] = [...texts, ...binaries];
