/** How a secret's value is kept in Vault, and how it is known to be the same. */
import { compactText, isKeptObject, parseJson, sameJson, stringOf, textOf, valueAt } from "./json";
import type { JsonValue } from "./json";

/**
 * `fields`: a JSON object, kept member by member · `text`: `{ "value": "<the string>" }` · `binary`:
 * `{ "value_base64": "<base64>" }`. The kind is part of the label of a KV version: the text `x` and the object
 * `{"value":"x"}` look alike without it.
 */
export type ValueKind = "fields" | "text" | "binary";

/** A value as Secrets Manager gives it. */
export type SourceValue =
  { readonly type: "string"; readonly string: string } | { readonly type: "binary"; readonly bytes: Uint8Array };

/** A value as Vault is to keep it. */
export interface HomeValue {
  readonly kind: ValueKind;
  /** JSON text of the object under `data`. For `fields` the secret's own text, never parsed and printed again. */
  readonly json: string;
}

export type Encoded = HomeValue | "unsupported";

const textValue = (string: string): Encoded =>
  string.isWellFormed() ? { kind: "text", json: `{"value":${JSON.stringify(string)}}` } : "unsupported";

/**
 * Decides the shape of a value before it is written: a server's refusal is no guard, since servers differ in what
 * they refuse and what they change silently.
 *
 * @returns `unsupported` for a string with a lone surrogate, which JSON in UTF-8 can't carry
 */
export function encodeValue(value: SourceValue, objects: "fields" | "text"): Encoded {
  if (value.type === "binary") {
    return { kind: "binary", json: `{"value_base64":"${Buffer.from(value.bytes).toString("base64")}"}` };
  }
  if (objects === "fields" && isKeptObject(value.string)) return { kind: "fields", json: value.string };
  return textValue(value.string);
}

/** The only member of an object, when it is a string under this name. */
function onlyString(data: JsonValue, name: string): string | undefined {
  if (data.node.type !== "object" || data.node.children?.length !== 1) return undefined;
  const member = valueAt(data, [name]);
  return member === undefined ? undefined : stringOf(member);
}

/**
 * Whether `data`, the JSON text of the object that Vault gave back, is exactly `value` kept as `kind`. Never true by
 * leniency: what can't be read is not equal.
 */
export function holdsValue(data: string, kind: ValueKind, value: SourceValue): boolean {
  const parsed = parseJson(data, 200);
  if (parsed === undefined) return false;
  switch (kind) {
    case "binary": {
      const encoded = onlyString(parsed, "value_base64");
      return value.type === "binary" && encoded === Buffer.from(value.bytes).toString("base64");
    }
    case "text":
      return value.type === "string" && onlyString(parsed, "value") === value.string;
    case "fields": {
      if (value.type !== "string") return false;
      const source = parseJson(value.string, 200);
      return source?.node.type === "object" && sameJson(source, parsed);
    }
    default:
      return kind satisfies never;
  }
}

function bytesOf(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, "base64");
  // Buffer skips what is no base64; only the one form that encodeValue writes is read.
  return bytes.toString("base64") === base64 ? Uint8Array.from(bytes) : undefined;
}

/**
 * The value behind a home, as Secrets Manager would take it back: the exact string of a `text`, the exact bytes of a
 * `binary`, and for `fields` an object of the same keys, values and number texts, without white space and with its
 * members in Vault's order. It is never longer than the source's text was, so it fits again.
 *
 * @param data JSON text of the object under `data`, as {@link cutData} cuts it out
 * @param kind from the label of that very KV version. Without one nothing is read: the text `x` and the object
 * `{"value":"x"}` look alike in Vault, and a guess could give a program the wrong one
 * @returns undefined without a kind, and for data that was never written as that kind
 */
export function readValue(data: string, kind: ValueKind | undefined): SourceValue | undefined {
  if (kind === undefined) return undefined;
  const parsed = parseJson(data, 200);
  if (parsed === undefined) return undefined;
  switch (kind) {
    case "binary": {
      const encoded = onlyString(parsed, "value_base64");
      const bytes = encoded === undefined ? undefined : bytesOf(encoded);
      return bytes === undefined ? undefined : { type: "binary", bytes };
    }
    case "text": {
      const string = onlyString(parsed, "value");
      return string === undefined ? undefined : { type: "string", string };
    }
    case "fields":
      return isKeptObject(data) ? { type: "string", string: compactText(parsed) } : undefined;
    default:
      return kind satisfies never;
  }
}

/** The body of a check-and-set write. The value's text is spliced in, so that no digit is lost on the way. */
export const writeBody = (value: HomeValue, checkAndSet: number): string =>
  `{"options":{"cas":${checkAndSet.toString()}},"data":${value.json}}`;

/**
 * Cuts the value's text out of Vault's answer to a read, `{"data":{"data":{…},"metadata":{…}}}`. It may be any JSON:
 * `null` for an empty version, or deeper than the mover would write when somebody else wrote it.
 */
export function cutData(answer: string): string | undefined {
  // Vault itself stops at 300 levels.
  const parsed = parseJson(answer, 1_000);
  const data = parsed === undefined ? undefined : valueAt(parsed, ["data", "data"]);
  return data === undefined ? undefined : textOf(data);
}
