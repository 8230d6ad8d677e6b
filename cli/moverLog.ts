/** Reads the outcomes of secrets from the mover's log group. */
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

import { outcomeKinds, reasons } from "../runtime/model/outcome";
import type { Outcome } from "../runtime/model/outcome";
import { retryCodes } from "../runtime/shared/errors";
import type { RetryCode } from "../runtime/shared/errors";
import { awsFailure } from "./failure";
import type { News } from "./fleet";

/** CloudWatch may show lines of several streams out of order by this much. */
export const overlapMs = 30_000;
/** Lines about a secret: its outcome, or a connection that fails for now. */
const filterPattern = '{ ($.outcome = "*") || ($.code = "*") }';

type LogRecord = Readonly<Record<string, unknown>>;

function parse(line: string): LogRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === "object" && record !== null ? (record as LogRecord) : undefined;
  } catch {
    // A line of the runtime's own.
    return undefined;
  }
}

const isOutcome = (record: LogRecord): record is LogRecord & Outcome & { timestamp: string; durationMs: number } =>
  outcomeKinds.some((kind) => kind === record["outcome"]) &&
  typeof record["reason"] === "string" &&
  record["reason"] in reasons &&
  typeof record["secret"] === "string" &&
  typeof record["timestamp"] === "string" &&
  typeof record["durationMs"] === "number";

const isCode = (code: unknown): code is RetryCode => retryCodes.some((known) => known === code);

/**
 * What a line of the log tells, if it tells of a secret.
 *
 * @param logged when it was logged, in milliseconds since the epoch
 */
export function readLine(line: string, logged: number): News | undefined {
  const record = parse(line);
  if (record === undefined) return undefined;
  if (isOutcome(record)) {
    const {
      outcome,
      reason,
      secret,
      arn,
      home,
      homeVersion,
      versionId,
      intent,
      restored,
      looksLike,
      droppedTags,
      steps,
    } = record;
    return {
      is: "outcome",
      logged,
      started: Date.parse(record.timestamp) - record.durationMs,
      outcome: {
        outcome,
        reason,
        secret,
        ...(arn === undefined ? {} : { arn }),
        ...(home === undefined ? {} : { home }),
        ...(homeVersion === undefined ? {} : { homeVersion }),
        ...(versionId === undefined ? {} : { versionId }),
        ...(intent === undefined ? {} : { intent }),
        ...(restored === undefined ? {} : { restored }),
        ...(looksLike === undefined ? {} : { looksLike }),
        ...(droppedTags === undefined ? {} : { droppedTags }),
        steps,
      },
    };
  }
  const { secret, code } = record;
  return typeof secret === "string" && isCode(code) ? { is: "retry", secret, code, logged } : undefined;
}

type Logs = Pick<CloudWatchLogsClient, "send">;

/** Which part of a log is read. */
export interface LogPart {
  readonly logGroupName: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Whether somebody wants the reading to end. */
  readonly stopped?: () => boolean;
}

/** Reads the log a page at a time and gives on every line that tells something, one after the other; keeps none. */
export async function readLog(
  client: Logs,
  { logGroupName, from: startTime, stopped = () => false }: LogPart,
  each: (news: News) => Promise<void> | undefined,
): Promise<void> {
  let nextToken: string | undefined;
  do {
    const page = await client
      .send(
        new FilterLogEventsCommand({
          logGroupName,
          startTime,
          filterPattern,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure("FilterLogEvents", error);
      });
    for (const { message = "", timestamp = 0 } of page.events ?? []) {
      for (const line of message.split("\n")) {
        const read = readLine(line, timestamp);
        if (read !== undefined) await each(read);
      }
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined && !stopped());
}

/**
 * Makes a reader of the log from a moment on.
 *
 * @returns a function that gives what was logged since its last call, and a little of what it gave already
 */
export function makeNews(client: Logs, logGroupName: string, from: number): () => Promise<readonly News[]> {
  let latest = from;
  return async () => {
    const news: News[] = [];
    await readLog(client, { logGroupName, from: Math.max(from, latest - overlapMs) }, (item) => {
      latest = Math.max(latest, item.logged);
      news.push(item);
      return undefined;
    });
    return news;
  };
}
