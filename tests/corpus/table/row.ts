/** What a row of the corpus says, and short ways to write one. */
import type { Reason } from "../../../runtime/model/outcome";
import type { SourceValue, ValueKind } from "../../../runtime/model/value";

/** What a secret must become. */
export type Becomes =
  /** Moved; `vault` is the data's text exactly as Vault prints it. */
  | { readonly is: "moved"; readonly kind: ValueKind; readonly vault: string }
  | { readonly is: "stays"; readonly outcome: "refused" | "skipped"; readonly reason: Reason }
  /** Secrets Manager itself refuses to create it. */
  | { readonly is: "impossible"; readonly error: "ValidationException" | "InvalidParameterException" };

export interface ValueRow {
  readonly what: string;
  readonly value: SourceValue;
  readonly becomes: Becomes;
}

export interface NameRow {
  readonly what: string;
  readonly name: string;
  /** The name as it stands in the home's path; absent when there is no home. */
  readonly path?: string;
  readonly becomes: Becomes;
}

/** A secret of the corpus. */
export type CorpusRow = ValueRow & Omit<NameRow, "becomes">;

/** A JSON string as Go prints it, which Vault is written in. */
export const goString = (text: string): string =>
  JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const stringOf = (string: string): SourceValue => ({ type: "string", string });

/** Moved member by member. `vault` is for texts that are not in Vault's form already: compact, members sorted. */
export const fields = (what: string, string: string, vault = string): ValueRow => ({
  what,
  value: stringOf(string),
  becomes: { is: "moved", kind: "fields", vault },
});

/** Moved as one exact text. */
export const text = (what: string, string: string): ValueRow => ({
  what,
  value: stringOf(string),
  becomes: { is: "moved", kind: "text", vault: `{"value":${goString(string)}}` },
});

/** Moved as base64, which the row spells out where it is short. */
export const binary = (what: string, bytes: Uint8Array, base64 = Buffer.from(bytes).toString("base64")): ValueRow => ({
  what,
  value: { type: "binary", bytes },
  becomes: { is: "moved", kind: "binary", vault: `{"value_base64":"${base64}"}` },
});

/** A string that stays where it is. */
export const unsupported = (what: string, string: string): ValueRow => ({
  what,
  value: stringOf(string),
  becomes: { is: "stays", outcome: "refused", reason: "value-unsupported" },
});

export const impossible = (
  what: string,
  value: string | Uint8Array,
  error: Extract<Becomes, { is: "impossible" }>["error"],
): ValueRow => ({
  what,
  value: typeof value === "string" ? stringOf(value) : { type: "binary", bytes: value },
  becomes: { is: "impossible", error },
});
