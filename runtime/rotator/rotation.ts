/** Where the rotation of one secret stands, as it is kept at the pending path: a path of the mount that no reader reads. */
import { isKeptObject, parseJson } from "../model/json";
import { holdsValue } from "../model/value";
import { membersOf } from "../shared/members";

/**
 * JSON text of the object that a home holds as data. Values are kept as texts, so that a rotation holds several of them
 * and stays far below the number of strings that a server takes in one request.
 */
export type ValueText = string;

interface Common {
  /** When a rotation was last finished, milliseconds since the epoch; 0 for never. */
  readonly rotatedAt: number;
  /** Since when one is wanted; 0 while none is. */
  readonly wantedAt: number;
  /** Attempts since the last one that got to its end. */
  readonly tries: number;
  /** When the last attempt took the rotation for itself; 0 after one that got to its end. */
  readonly claimedAt: number;
  /** No attempt begins before this time; 0 when one may. */
  readonly notBefore: number;
  /** The value that was the target's before: with it a target that is behind can still be reached. */
  readonly previous?: ValueText;
  /** Given up, and perhaps accepted by the target: they end once the target accepts what the home holds. */
  readonly loose: readonly ValueText[];
  /** Values that the target refused, newest first: none of them is offered again. */
  readonly refused: readonly ValueText[];
}

/** A version of the home. Its time is part of it: numbers start again after an entry was deleted with its metadata. */
export interface HomeVersionId {
  readonly version: number;
  readonly createdTime: string;
}

export interface Idle extends Common {
  readonly is: "idle";
}
/** A new value exists. The target may accept it or not; the home still has the version that it was made from. */
export interface Pending extends Common {
  readonly is: "pending";
  readonly base: HomeVersionId;
  readonly current: ValueText;
  readonly pending: ValueText;
  /** Attempts that there had been when the value was made. */
  readonly triesBefore: number;
}
/** The target accepts what the home holds. What it held before ends, after `notBefore`. */
export interface Retiring extends Common {
  readonly is: "retiring";
  /** What the home held when this began. */
  readonly current: ValueText;
  readonly ending: readonly ValueText[];
}
export type Rotation = Idle | Pending | Retiring;

/** Before the first rotation. */
export const unrotated: Idle = {
  is: "idle",
  rotatedAt: 0,
  wantedAt: 0,
  tries: 0,
  claimedAt: 0,
  notBefore: 0,
  loose: [],
  refused: [],
};

/** A newer format is refused, never overwritten. */
const format = 1;
/** Characters of a value. Some twenty of them, escaped once more, fit into the 1 MiB that Vault takes. */
export const maxValueLength = 16_384;
/** How many refused values, and how many loose ones, are remembered. */
export const maxRemembered = 8;

/** Whether a value can be kept: by Vault as it is, and by a rotation among others. */
export const isKeptValue = (text: ValueText): boolean => text.length <= maxValueLength && isKeptObject(text);

/** Whether two values are the same, whatever order a server gave their members. */
export const sameValue = (one: ValueText, other: ValueText): boolean =>
  holdsValue(one, "fields", { type: "string", string: other });

export const isAmong = (value: ValueText, values: readonly ValueText[]): boolean =>
  values.some((other) => sameValue(value, other));

/** The data of the entry at the pending path. */
export const writeRotation = (rotation: Rotation): string => JSON.stringify({ format, ...rotation });

const isCount = (value: unknown): value is number => typeof value === "number" && value >= 0;
const isValue = (value: unknown): value is ValueText =>
  typeof value === "string" && parseJson(value, 200) !== undefined;
const areValues = (value: unknown): value is readonly ValueText[] => Array.isArray(value) && value.every(isValue);

function readCommon(members: Readonly<Record<string, unknown>>): Common | undefined {
  const { rotatedAt, wantedAt, tries, claimedAt, notBefore, previous, loose, refused } = members;
  if (!isCount(rotatedAt) || !isCount(wantedAt) || !isCount(tries) || !isCount(claimedAt)) return undefined;
  if (!isCount(notBefore) || !areValues(loose) || !areValues(refused)) return undefined;
  if (previous !== undefined && !isValue(previous)) return undefined;
  return {
    rotatedAt,
    wantedAt,
    tries,
    claimedAt,
    notBefore,
    loose,
    refused,
    ...(previous === undefined ? {} : { previous }),
  };
}

/**
 * Reads a rotation back from the entry's data.
 *
 * @returns undefined for another format and for anything that this program did not write
 */
export function readRotation(data: unknown): Rotation | undefined {
  const members = membersOf(data);
  const common = members["format"] === format ? readCommon(members) : undefined;
  if (common === undefined) return undefined;
  switch (members["is"]) {
    case "idle":
      return { is: "idle", ...common };
    case "pending": {
      const { current, pending, triesBefore } = members;
      const { version, createdTime } = membersOf(members["base"]);
      if (!isValue(current) || !isValue(pending) || !isCount(triesBefore)) return undefined;
      if (!isCount(version) || typeof createdTime !== "string") return undefined;
      return { is: "pending", ...common, base: { version, createdTime }, current, pending, triesBefore };
    }
    case "retiring": {
      const { current, ending } = members;
      if (!isValue(current) || !areValues(ending)) return undefined;
      return { is: "retiring", ...common, current, ending };
    }
    default:
      return undefined;
  }
}
