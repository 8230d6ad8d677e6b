/** The sweep: which secrets to look at again, from the list of all. It reads no value and decides nothing by itself. */

import { matchesAny } from "../model/pattern";
import { stateTag } from "../model/stateTag";
import { membersOf } from "../shared/members";
import type { Entry } from "./entry";
import { makeTaskPool } from "./taskPool";
import type { SweepSettings } from "./settings";
import { readUnwatched } from "./unwatched";
import type { Unwatched } from "./unwatched";

/** `recent`: what changed since the sweep before last. `all`: everything, scheduled deletions of the mover included. */
export const sweepKinds = ["recent", "all"] as const;
export type SweepKind = (typeof sweepKinds)[number];
/** What a list has: a sweep's secrets within `namePrefix`, or what carries the mover's tag under any name. */
export type ListKind = SweepKind | "tagged";

export interface Page {
  /** May be empty although more pages follow. */
  readonly entries: readonly Entry[];
  /** Absent on the last page. */
  readonly next?: string;
}

export interface SweepPorts {
  /** A page of the list; `recent` asks for the latest change first and leaves out what is scheduled for deletion. */
  readonly list: (kind: ListKind, token: string | undefined) => Promise<Page>;
  /** Puts up to {@link batchSize} secrets on the mover's queue, all of them. */
  readonly send: (secretIds: readonly string[]) => Promise<void>;
  readonly now: () => number;
  /** Milliseconds that the function has left. */
  readonly remainingMs: () => number;
}

export interface SweepReport {
  readonly sweep: SweepKind;
  readonly pages: number;
  /** Secrets on these pages. */
  readonly listed: number;
  /** Secrets put on the queue. */
  readonly sent: number;
  /** Of a sweep of everything: deletions that no mover watches over. */
  readonly unwatched?: Unwatched;
}

const hourMs = 60 * 60_000;
/** Schedule of `recent`, as an EventBridge rate; `recentWindowMs` follows from it. */
export const recentRate = "rate(1 hour)";
export const allRate = "rate(1 day)";
/** Two intervals, so that one failed sweep leaves no gap, and the five minutes by which the list may be behind. */
export const recentWindowMs = 2 * hourMs + 5 * 60_000;

/** SQS takes so many messages in one call. */
export const batchSize = 10;
/** Calls to SQS under way at once; a page waits for room, so memory holds a page and these. */
const sendsAtOnce = 20;
/** With less time left nothing new is begun, because calls under way may need the time up to their own limits. */
export const reserveMs = 30_000;

/**
 * Reads what an invocation is to do.
 *
 * @throws when the event is not `{"sweep":"recent"}` or `{"sweep":"all"}`
 */
export function readSweep(event: unknown): SweepKind {
  const asked = membersOf(event)["sweep"];
  const kind = sweepKinds.find((known) => known === asked);
  if (kind === undefined) throw new Error('A sweep is started with {"sweep":"recent"} or {"sweep":"all"}.');
  return kind;
}

/** What AWS says went wrong, without its message: `ListSecrets: AccessDeniedException`. */
export function sweepError(call: string, error: unknown): Error {
  const named = error instanceof Error ? error : new Error();
  const code = "code" in named && typeof named.code === "string" ? ` (${named.code})` : "";
  return new Error(`The sweep stopped at ${call}: ${named.name}${code}. What it did not send is left to the next one.`);
}

/**
 * Whether the mover has to look at a secret. Only secrets that it would skip whatever the home holds are left out. Within
 * the prefix a secret with the mover's tag is never left out: the mover may have something to finish or to check there.
 */
export function concernsMover(
  entry: Entry,
  { namePrefix, exemptNames }: Pick<SweepSettings, "namePrefix" | "exemptNames">,
): boolean {
  if (!entry.name.startsWith(namePrefix)) return false;
  if (entry.tags.includes(stateTag)) return true;
  if (entry.scheduled) return false;
  return !entry.serviceOwned && !entry.name.includes("!") && !matchesAny(exemptNames, entry.name);
}

/**
 * Whether a change is recent: either it was just made, or its settle time ended within the window. A change without a
 * date counts as recent.
 */
export function isRecent(changedAt: number | undefined, settleMinutes: number, now: number): boolean {
  if (changedAt === undefined) return true;
  const age = now - changedAt;
  const settled = age - settleMinutes * 60_000;
  return age <= recentWindowMs || (settleMinutes > 0 && settled >= 0 && settled <= recentWindowMs);
}

/**
 * Makes a function that says when the rest of a list is too old, if the list has the latest change first. A list that
 * turns out to be in another order, or that has an entry without a date, is read to its end.
 */
function makeHorizon(settleMinutes: number, now: number): (entries: readonly Entry[]) => boolean {
  const horizon = now - settleMinutes * 60_000 - recentWindowMs;
  let ordered = true;
  let last = Infinity;
  return (entries) => {
    for (const { changedAt } of entries) {
      ordered &&= changedAt !== undefined && changedAt <= last;
      last = changedAt ?? last;
    }
    const [newest] = entries;
    return ordered && newest?.changedAt !== undefined && newest.changedAt < horizon;
  };
}

/**
 * Runs one sweep. It goes through the list page by page and puts the secrets that concern the mover on its queue, in
 * batches. Only a batch that is not full is kept from one page to the next. While nobody reads the queue, nothing is put
 * on it: messages would wait for four days and end as dead letters, and the first sweep after that names all secrets.
 *
 * @throws when a call failed for good or time runs out; the secrets sent so far are sent
 */
export async function runSweep(kind: SweepKind, settings: SweepSettings, ports: SweepPorts): Promise<SweepReport> {
  const { list, send, now, remainingMs } = ports;
  const started = now();
  const isTooOld = makeHorizon(settings.settleMinutes, started);
  const pool = makeTaskPool(sendsAtOnce);
  let [pages, listed, sent] = [0, 0, 0];
  const unwatched = { secrets: 0, ending: 0 };
  let batch: string[] = [];

  const keepTime = (): void => {
    if (remainingMs() >= reserveMs) return;
    throw new Error(
      `The sweep ran out of time after ${pages} pages with ${listed} secrets, of which ${sent} are on the queue. ` +
        "Raise sweepShare, or give parts of the names to stacks of their own with namePrefix.",
    );
  };
  const sendBatch = async (): Promise<void> => {
    keepTime();
    const full = batch;
    batch = [];
    await pool.add(async () => {
      await send(full);
      sent += full.length;
    });
  };

  const watch = (entry: Entry): void => {
    const found = readUnwatched(entry, settings, started);
    if (found === undefined) return;
    unwatched.secrets += 1;
    if (found === "ending") unwatched.ending += 1;
  };
  /** What the list by prefix does not show. */
  const watchOtherNames = async (): Promise<void> => {
    let next: string | undefined;
    do {
      keepTime();
      const page = await list("tagged", next);
      for (const entry of page.entries) if (!entry.name.startsWith(settings.namePrefix)) watch(entry);
      next = page.next;
    } while (next !== undefined);
  };

  let token: string | undefined;
  try {
    do {
      keepTime();
      const page = await list(kind, token);
      pages += 1;
      listed += page.entries.length;
      for (const entry of page.entries) {
        if (kind === "all" && entry.name.startsWith(settings.namePrefix)) watch(entry);
        if (!settings.enabled || !concernsMover(entry, settings)) continue;
        if (kind === "recent" && !isRecent(entry.changedAt, settings.settleMinutes, started)) continue;
        if (batch.push(entry.secretId) === batchSize) await sendBatch();
      }
      token = kind === "recent" && isTooOld(page.entries) ? undefined : page.next;
    } while (token !== undefined);
    if (batch.length > 0) await sendBatch();
    if (kind === "all" && settings.namePrefix !== "") await watchOtherNames();
  } finally {
    // Also after an error: the calls under way end before the function does.
    await pool.idle();
  }
  pool.check();
  return { sweep: kind, pages, listed, sent, ...(kind === "all" ? { unwatched } : {}) };
}
