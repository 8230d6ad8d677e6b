/**
 * What the readers that a rotator names tell of the version that they use. A report is the data of an entry that its
 * reader alone may write. It can make an ending wait, up to the longest overlap, and can never bring it forward: nothing
 * ends before the overlap is over, whatever a report says.
 */
import { membersOf } from "../shared/members";
import type { HomeVersionId } from "./rotation";

export interface Report {
  /** The version of the home that one of the reader's processes has read. */
  readonly version: number;
  /** When Vault stored the report, milliseconds since the epoch. */
  readonly createdTime: number;
  /** How long any process of the reader uses a value without asking Vault again. */
  readonly cacheSeconds: number;
}

/** A reader with its report; `absent` as well for what can't be read as one. */
export interface Reported {
  readonly reader: string;
  readonly report: Report | "absent";
}

/** From when on no process of a reader uses what the home held before, as far as its report tells. */
export interface ReaderState {
  readonly reader: string;
  /** Milliseconds since the epoch. */
  readonly movedOn: number | "unknown";
}

/** Between a read and its use, and between two clocks. */
const marginMs = 60_000;

const isCount = (value: unknown): value is number => typeof value === "number" && value >= 0;

/** The data of a report's entry; `createdTime` is Vault's, not the reader's. */
export function readReport(data: unknown, createdTime: number): Report | "absent" {
  const { version, cacheSeconds } = membersOf(data);
  if (!isCount(version) || !isCount(cacheSeconds) || Number.isNaN(createdTime)) return "absent";
  return { version, createdTime, cacheSeconds };
}

/**
 * What a report says of a version of the home. One process has read it; another may have read the version before it just
 * before the home was written, and use that for as long as the reader says.
 */
export function readerState({ reader, report }: Reported, home: HomeVersionId): ReaderState {
  const written = Date.parse(home.createdTime);
  // Numbers start again after an entry was deleted with its metadata: a report from before then says nothing.
  if (report === "absent" || report.version !== home.version || report.createdTime < written) {
    return { reader, movedOn: "unknown" };
  }
  return { reader, movedOn: written + report.cacheSeconds * 1_000 + marginMs };
}

/** The readers that may still use what the home held before. */
export const readersBehind = (states: readonly ReaderState[], now: number): readonly string[] =>
  states.filter(({ movedOn }) => movedOn === "unknown" || now < movedOn).map(({ reader }) => reader);
