import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

import type { Outcome } from "../../../runtime/model/outcome";
import { eventually } from "./eventually";

/** What a test expects of an outcome; what it leaves out may be anything. */
export type Expected = Partial<Omit<Outcome, "steps">>;

type LogRecord = Readonly<Record<string, unknown>>;

/** The function's log group. Lambda writes an invocation's lines when it has ended. */
export interface MoverLog {
  readonly messages: () => Promise<readonly string[]>;
  /** Lines of the logger, which are JSON objects. */
  readonly records: () => Promise<readonly LogRecord[]>;
  /** What became of a secret so far, oldest first. */
  readonly outcomesOf: (secret: string) => Promise<readonly Outcome[]>;
  /** Waits for an outcome of the secret (its ARN, or what a message named it) that has all the expected members. */
  readonly outcome: (secret: string, expected: Expected) => Promise<Outcome>;
}

/** The line as the logger's record, or nothing when something else than the logger wrote it. */
const recordsIn = (line: string): readonly LogRecord[] => {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line) as LogRecord];
  } catch {
    // A line of Node's own: a warning, a stack.
    return [];
  }
};

const isOutcome = (record: LogRecord): record is LogRecord & Outcome =>
  typeof record["outcome"] === "string" && typeof record["reason"] === "string";

/** @param evidence what else to say of a secret whose outcome does not come; default: nothing */
export function moverLog(
  client: CloudWatchLogsClient,
  logGroupName: string,
  evidence: (secret: string) => Promise<string> = () => Promise.resolve(""),
): MoverLog {
  async function messages(): Promise<readonly string[]> {
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    return events.flatMap(({ message }) => (message === undefined ? [] : message.split("\n")));
  }
  const records = async () => (await messages()).flatMap(recordsIn);
  const outcomesOf = async (secret: string) =>
    (await records()).filter(isOutcome).filter((outcome) => outcome.arn === secret || outcome.secret === secret);
  return {
    messages,
    records,
    outcomesOf,
    outcome: (secret, expected) =>
      eventually(
        async () =>
          (await outcomesOf(secret)).find((outcome) =>
            Object.entries(expected).every(([key, value]) => outcome[key as keyof Expected] === value),
          ),
        async () => {
          const seen = (await outcomesOf(secret)).map(({ outcome, reason }) => `${outcome}: ${reason}`);
          const retries = (await records()).filter((record) => record["secret"] === secret && "code" in record);
          return [
            `${secret} is not ${JSON.stringify(expected)} but ${seen.join(", ") || "nothing so far"}`,
            ...retries.map(({ message, timestamp }) => `${String(timestamp)} ${String(message)}`),
            await evidence(secret),
          ].join("\n");
        },
      ),
  };
}
