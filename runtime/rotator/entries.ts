/** The two entries of a rotation in Vault: the home and the pending path. */
import { readDeletion, readVersionLabel } from "../model/labels";
import { cutData } from "../model/value";
import { isRetryableError, retryableError } from "../shared/errors";
import type { Step } from "../shared/errors";
import { membersOf } from "../shared/members";
import type { Kv } from "../vault/kv";
import { answerError, isDeletedVersion, isMismatch, isNeverWritten, isRejected, readJson } from "../vault/vaultErrors";
import type { OutcomeKind, Reason } from "./outcome";
import { readReport } from "./reports";
import type { Report } from "./reports";
import { readRotation, writeRotation } from "./rotation";
import { noEntry } from "./run";
import type { Call, Event } from "./run";

type EntryCall = Extract<
  Call,
  { readonly is: "read-entry" | "read-home" | "read-reports" | "write-entry" | "write-home" }
>;

/** Where the entries of a rotation are, below the mount. */
export interface EntryPaths {
  readonly home: string;
  readonly pending: string;
  /** The readers that report, each with the path of its report. */
  readonly reports: readonly { readonly reader: string; readonly path: string }[];
}

interface Version {
  readonly version: number;
  readonly createdTime: string;
  /** JSON text of the object under `data`. */
  readonly data: string;
  readonly stage?: "copied";
}

/** Whether the mover has copied this version, and not yet told of the deletion of its source. */
function stageOf(labels: unknown, version: number): Pick<Version, "stage"> {
  const texts = Object.fromEntries(
    Object.entries(membersOf(labels)).filter((label): label is [string, string] => typeof label[1] === "string"),
  );
  const copy = readVersionLabel(texts, version);
  if (copy.is !== "ours") return {};
  const deletion = readDeletion(texts, copy.label.suffix);
  const isMoved = deletion.is === "deleted" && deletion.label.versionId === copy.label.versionId;
  return isMoved ? {} : { stage: "copied" };
}

const stopped = (outcome: OutcomeKind, reason: Reason): Event => ({ is: "stopped", outcome: { outcome, reason } });

/**
 * Makes what does the calls to Vault.
 *
 * @throws (each call) a RetryableError when Vault can't be reached, or answers what says nothing about the entry
 */
export function makeEntries({ send, url }: Kv, paths: EntryPaths): (call: EntryCall) => Promise<Event> {
  const { home, pending } = paths;

  async function read(path: string): Promise<Version | "absent" | "deleted"> {
    const step = "read-home";
    const answer = await send({ step, method: "GET", path: url("data", path) });
    if (isNeverWritten(answer)) return "absent";
    if (isDeletedVersion(answer)) return "deleted";
    if (answer.status !== 200) throw answerError(step, answer);
    const { metadata } = membersOf(membersOf(readJson(step, answer.text))["data"]);
    const { version, created_time: createdTime, custom_metadata: labels } = membersOf(metadata);
    const data = cutData(answer.text);
    if (typeof version !== "number" || typeof createdTime !== "string" || data === undefined) throw unknownForm(step);
    return { version, createdTime, data, ...stageOf(labels, version) };
  }

  async function write(path: string, data: string, base: number): Promise<Omit<Version, "data" | "stage"> | Event> {
    const step = "write";
    const body = `{"options":{"cas":${base.toString()}},"data":${data}}`;
    const answer = await send({ step, method: "POST", path: url("data", path), body });
    if (isMismatch(answer)) return path === home ? { is: "home-mismatch" } : stopped("nothing", "elsewhere");
    if (isRejected(answer)) return stopped("failed", "vault-rejected");
    // A status below 300 alone is no proof that anything was stored.
    if (answer.status !== 200) throw answerError(step, answer);
    const { version, created_time: createdTime } = membersOf(membersOf(readJson(step, answer.text))["data"]);
    if (typeof version !== "number" || typeof createdTime !== "string") throw unknownForm(step);
    return { version, createdTime };
  }

  async function report(path: string): Promise<Report | "absent"> {
    try {
      const found = await read(path);
      if (found === "absent" || found === "deleted") return "absent";
      return readReport(readJson("read-home", found.data), Date.parse(found.createdTime));
    } catch (error) {
      // A report that can't be read is none: a reader must not be able to hold up an ending beyond the longest overlap.
      if (isRetryableError(error)) return "absent";
      throw error;
    }
  }

  return async (call) => {
    switch (call.is) {
      case "read-entry": {
        const found = await read(pending);
        if (found === "absent") return noEntry;
        if (found === "deleted") return stopped("refused", "pending-deleted");
        const rotation = readRotation(readJson("read-home", found.data));
        if (rotation === undefined) return stopped("refused", "pending-unreadable");
        return { is: "entry", version: found.version, rotation };
      }
      case "read-home": {
        const found = await read(home);
        if (found === "absent") return stopped("refused", "home-absent");
        if (found === "deleted") return stopped("refused", "home-deleted");
        return { is: "home", home: found };
      }
      case "read-reports": {
        const reports = paths.reports.map(async ({ reader, path }) => ({ reader, report: await report(path) }));
        return { is: "reports", reports: await Promise.all(reports) };
      }
      case "write-entry": {
        const { rotation, base, ends } = call;
        const written = await write(pending, writeRotation(rotation), base);
        if ("is" in written) return written;
        return { is: "entry-written", version: written.version, rotation, ...(ends === undefined ? {} : { ends }) };
      }
      case "write-home": {
        const written = await write(home, call.value, call.base);
        return "is" in written ? written : { is: "home-written", home: { ...written, data: call.value } };
      }
      default:
        return call satisfies never;
    }
  };
}

const unknownForm = (step: Step) =>
  retryableError("vault-answer-unreadable", step, "Vault's answer has an unknown form");
