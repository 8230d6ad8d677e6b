/** The function's outcomes, read from its log group as anybody could. */
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";

import type { Outcome } from "../runtime/model/outcome";

/** An outcome with the moments of its run, in milliseconds since the epoch. */
export interface LoggedOutcome extends Outcome {
  /** When the function began with this secret. */
  readonly started: number;
  readonly ended: number;
}

export interface OutcomeLog {
  readonly awsEndpoint: string;
  readonly region: string;
  readonly logGroupName: string;
}

interface LogRecord extends Outcome {
  readonly timestamp: string;
  readonly durationMs: number;
}

const parse = (message: string): unknown => {
  try {
    return JSON.parse(message);
  } catch {
    // The log group also holds lines of the runtime itself, which are no JSON.
    return undefined;
  }
};

const isOutcome = (record: unknown): record is LogRecord =>
  typeof record === "object" && record !== null && "outcome" in record && "durationMs" in record && "secret" in record;

/**
 * Makes a reader of the outcomes so far.
 *
 * @returns a function that gives all outcomes since the log group began, oldest first
 */
export function outcomeReader({
  awsEndpoint,
  region,
  logGroupName,
}: OutcomeLog): () => Promise<readonly LoggedOutcome[]> {
  const client = new CloudWatchLogsClient({
    region,
    endpoint: awsEndpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return async () => {
    const messages: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new FilterLogEventsCommand({ logGroupName, ...(nextToken === undefined ? {} : { nextToken }) }),
      );
      messages.push(...(page.events ?? []).flatMap(({ message }) => (message ?? "").split("\n")));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return messages.flatMap((message) => {
      const record = parse(message);
      if (!isOutcome(record)) return [];
      const ended = Date.parse(record.timestamp);
      return [{ ...record, started: ended - record.durationMs, ended }];
    });
  };
}
