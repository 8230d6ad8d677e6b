/** A secret as a program gets it from Vault. */
import { parseJson } from "../model/json";
import { readVersionLabel } from "../model/labels";
import { readValue } from "../model/value";
import type { ValueKind } from "../model/value";

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [member: string]: JsonValue };
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** The shapes of the value contract. The label of the version that was read says which one it is. */
export type SecretValue =
  | { readonly kind: "fields"; readonly fields: JsonObject }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array }
  /** The mover did not write this version: somebody changed it in Vault, and only they know what its members mean. */
  | { readonly kind: "unlabelled"; readonly fields: JsonObject };

export type Secret = SecretValue & {
  /** Version in Vault. */
  readonly version: number;
};

/** A version of a KV entry as Vault answered it. */
export interface StoredVersion {
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly createdTime: number;
  /** When it expires, milliseconds since the epoch; absent for one that doesn't. */
  readonly expiryTime?: number;
  /** The entry's custom metadata. */
  readonly labels: Readonly<Record<string, string>>;
  /** JSON text of the object under `data`. */
  readonly data: string;
}

/** Whether the version has a label, one that can't be read included. */
export const isLabelled = ({ labels, version }: StoredVersion): boolean =>
  readVersionLabel(labels, version).is !== "absent";

/** Whether a label may still be written: the mover writes the data first and its label a moment later. */
export const awaitsLabel = (stored: StoredVersion, now: number): boolean =>
  !isLabelled(stored) && now - stored.createdTime < labelMs;

/** A mover writes its label within a few calls after the data. A version without one by then is taken for a person's. */
const labelMs = 2_000;

/**
 * The value of a version. Each call makes a new object, so that no caller can change what another one gets.
 *
 * @returns undefined for a label of a newer format, and for data that is not what its label says
 */
export function readSecretValue({ labels, version, data }: StoredVersion): SecretValue | undefined {
  const label = readVersionLabel(labels, version);
  switch (label.is) {
    case "ours":
      return valueOfKind(label.label.kind, data);
    case "absent": {
      const fields = objectIn(data);
      return fields === undefined ? undefined : { kind: "unlabelled", fields };
    }
    case "unknown":
      return undefined;
    default:
      return label satisfies never;
  }
}

function valueOfKind(kind: ValueKind, data: string): SecretValue | undefined {
  const value = readValue(data, kind);
  if (value === undefined) return undefined;
  if (value.type === "binary") return { kind: "binary", bytes: value.bytes };
  if (kind === "text") return { kind: "text", text: value.string };
  const fields = objectIn(value.string);
  return fields === undefined ? undefined : { kind: "fields", fields };
}

/** The mover keeps no number whose text JSON.parse would change, and Vault itself has no other numbers. */
function objectIn(text: string): JsonObject | undefined {
  const parsed = parseJson(text, 1_000);
  return parsed?.node.type === "object" ? (JSON.parse(text) as JsonObject) : undefined;
}
