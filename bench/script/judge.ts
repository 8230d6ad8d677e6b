/** What became of a secret, whoever moved it: whether Vault holds it exactly, and whether the source is still there. */
import type { SourceValue } from "../../runtime/model/value";
import { flatten } from "../../tests/corpus/flatten";

export interface Remains {
  /** JSON text of the data in Vault, as Vault prints it; undefined: there is none. */
  readonly data: string | undefined;
  /** The source is scheduled for deletion. */
  readonly scheduled: boolean;
}

/**
 * - `moved`: exactly in Vault, and the source scheduled for deletion
 * - `copied`: exactly in Vault, and still at the source
 * - `kept`: not exactly in Vault, and still at the source
 * - `lost`: not exactly in Vault, and the source scheduled for deletion
 */
export const fates = ["moved", "copied", "kept", "lost"] as const;
export type Fate = (typeof fates)[number];

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Names that anybody may have chosen for the one member that holds a value that is no object. */
const singleMembers = ["value", "value_base64"];

/** The text of an object's only member, if it is one of those names. */
function singleText(data: string): string | undefined {
  const parsed = JSON.parse(data) as Readonly<Record<string, unknown>> | null;
  const [[name, text] = ["", undefined], ...others] = Object.entries(parsed ?? {});
  return others.length === 0 && singleMembers.includes(name) && typeof text === "string" ? text : undefined;
}

/**
 * Whether the data gives the value back: as one text, as base64, or as an object with the same keys, values and digits.
 * It is generous: how a reader would tell a text from base64 or from an object is not asked.
 */
export function isExact(data: string, value: SourceValue): boolean {
  const text = singleText(data);
  if (value.type === "binary") return text !== undefined && Buffer.from(text, "base64").equals(value.bytes);
  if (text === value.string) return true;
  return isJson(value.string) && isSame(flatten(data), flatten(value.string));
}

export function fateOf(value: SourceValue, { data, scheduled }: Remains): Fate {
  const exact = data !== undefined && isExact(data, value);
  if (exact) return scheduled ? "moved" : "copied";
  return scheduled ? "lost" : "kept";
}
