/**
 * Supplies what CloudWatch does by itself and the emulator does not: log lines in embedded metric format become metrics,
 * and SQS reports the state of its queues. The emulator evaluates its alarms only when a metric is put, and does not
 * distinguish dimensions. So for each queue only the metric is put that an alarm of the program watches there.
 *
 * Not supplied: AWS/Lambda's metric Errors for invocations by the queue. The emulator counts only direct invocations.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { emulatorAccount } from "./emulator";
import { awsClient, unlessMissing } from "./providers/aws/client";
import type { AwsClient } from "./providers/aws/client";
import { isObject } from "./providers/values";

export interface MetricHopOptions {
  readonly awsEndpoint: string;
  readonly region: string;
  /** The functions' log groups. */
  readonly logGroupNames: readonly string[];
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: () => number;
  /** Milliseconds from one look to the next. Default 1000. */
  readonly everyMs?: number;
  /** Called with a line when a look fails; the next one tries again. Default: standard error. */
  readonly report?: (line: string) => void;
}

export interface MetricHop {
  /** Stops after the look that is under way. */
  readonly stop: () => Promise<void>;
}

/** A datum of PutMetricData. */
export interface Datum {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  /** Seconds since the epoch. */
  readonly Timestamp: number;
  readonly Unit: string;
  readonly Values: readonly number[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions?: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

interface Embedded extends Readonly<Record<string, unknown>> {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
}

/** SQS no longer counts a message for the age once it was received more often than this. */
const agedReceives = 3;
/** Log lines can appear after later ones, so each look goes back this far and skips the lines that it knows. */
const lookBackMs = 60_000;
/** SQS reports once a minute. For the age the emulator returns everything that a queue holds, so it is asked rarely. */
const ageEveryMs = 60_000;

function embedded(line: string): Embedded | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const record: unknown = JSON.parse(line);
    const isMetric = isObject(record) && isObject(record._aws) && Array.isArray(record._aws.CloudWatchMetrics);
    return isMetric ? (record as Embedded) : undefined;
  } catch {
    // CloudWatch treats a line that is not JSON as text, whatever it starts with.
    return undefined;
  }
}

/**
 * The metrics of a log event, by namespace, as CloudWatch's embedded metric format defines them.
 *
 * @param message of the event; the emulator puts the lines of a whole invocation in one
 */
export function embeddedMetrics(message: string): ReadonlyMap<string, readonly Datum[]> {
  const data = new Map<string, Datum[]>();
  for (const line of message.split("\n")) {
    const record = embedded(line);
    for (const { Namespace, Dimensions = [[]], Metrics } of record?._aws.CloudWatchMetrics ?? []) {
      const found = Dimensions.flatMap((names) =>
        Metrics.map(({ Name, Unit = "None" }) => ({
          MetricName: Name,
          Dimensions: names.map((dimension) => ({ Name: dimension, Value: String(record?.[dimension]) })),
          Timestamp: (record?._aws.Timestamp ?? 0) / 1_000,
          Unit,
          Values: [record?.[Name]].flat().filter((value) => typeof value === "number"),
        })),
      );
      data.set(Namespace, [...(data.get(Namespace) ?? []), ...found]);
    }
  }
  return data;
}

interface Peeked {
  /** Seconds since the epoch. */
  readonly SentTimestamp: number;
  readonly ReceiveCount: number;
}

const queueName = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

interface LogEvent {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

/** Names each event. The emulator gives ids to some of them only; equal ones of one moment are told apart by number. */
function named(events: readonly LogEvent[]): readonly (readonly [string, LogEvent])[] {
  const equals = new Map<string, number>();
  return events.map((event) => {
    const text = JSON.stringify([event.logStreamName, event.timestamp, event.message]);
    const number = (equals.get(text) ?? 0) + 1;
    equals.set(text, number);
    return [`${number} ${text}`, event];
  });
}

/** Puts the metrics of the log lines that came since the last call. */
function logMetrics(client: AwsClient, logGroupName: string): () => Promise<void> {
  const known = new Map<string, number>();
  let newest = 0;
  return async () => {
    const startTime = Math.max(0, newest - lookBackMs);
    const answer = await unlessMissing(["ResourceNotFoundException"], () =>
      client.json("logs", "FilterLogEvents", { logGroupName, startTime }),
    );
    const events = ((answer?.events ?? []) as LogEvent[]).filter(({ message }) => message.includes('"_aws"'));
    for (const [name, { timestamp, message }] of named(events).filter(([one]) => !known.has(one))) {
      for (const [Namespace, MetricData] of embeddedMetrics(message)) {
        await client.json("monitoring", "PutMetricData", { Namespace, MetricData });
      }
      known.set(name, timestamp);
      newest = Math.max(newest, timestamp);
    }
    for (const [name, timestamp] of known) if (timestamp < newest - lookBackMs) known.delete(name);
  };
}

/** Puts how many messages the dead-letter queue shows and, now and then, how old the queue's oldest one is. */
function queueMetrics(client: AwsClient, options: MetricHopOptions, now: () => number): () => Promise<void> {
  const { awsEndpoint, queueUrl, deadLetterQueueUrl } = options;
  let agedAt = -Infinity;

  async function put(url: string, MetricName: string, Unit: string, Value: number): Promise<void> {
    const Dimensions = [{ Name: "QueueName", Value: queueName(url) }];
    await client.json("monitoring", "PutMetricData", {
      Namespace: "AWS/SQS",
      // As of now by the emulator's clock.
      MetricData: [{ MetricName, Dimensions, Unit, Value }],
    });
  }

  /** The emulator's own way to look at a queue without receiving from it. */
  async function oldestSent(): Promise<number | undefined> {
    const url = new URL("/_ministack/sqs/messages", awsEndpoint);
    url.searchParams.set("QueueUrl", queueUrl);
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    const { messages } = (await response.json()) as {
      readonly messages: Readonly<
        Record<string, Readonly<Record<string, Readonly<Record<string, readonly Peeked[]>>>>>
      >;
    };
    const queues = Object.values(messages).flatMap((regions) => Object.values(regions));
    const counted = queues.flatMap((queue) => Object.values(queue).flat());
    const sent = counted.filter(({ ReceiveCount }) => ReceiveCount <= agedReceives).map((one) => one.SentTimestamp);
    return sent.length === 0 ? undefined : sent.reduce((one, other) => Math.min(one, other));
  }

  return async () => {
    const names = ["ApproximateNumberOfMessages"];
    const answer = await unlessMissing(["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"], () =>
      client.json("sqs", "GetQueueAttributes", { QueueUrl: deadLetterQueueUrl, AttributeNames: names }),
    );
    if (answer === undefined) return;
    const visible = isObject(answer.Attributes) ? Number(answer.Attributes.ApproximateNumberOfMessages) : 0;
    await put(deadLetterQueueUrl, "ApproximateNumberOfMessagesVisible", "Count", visible);

    if (now() - agedAt < ageEveryMs) return;
    const sent = await oldestSent();
    agedAt = now();
    if (sent === undefined) return;
    await put(queueUrl, "ApproximateAgeOfOldestMessage", "Seconds", Math.max(0, now() / 1_000 - sent));
  };
}

/** Looks at once, and then at every interval until it is stopped. */
export function startMetricHop(options: MetricHopOptions): MetricHop {
  const { awsEndpoint, region, everyMs = 1_000, now = Date.now } = options;
  const report = options.report ?? ((line: string) => process.stderr.write(`metric hop: ${line}\n`));
  const client = awsClient({
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: emulatorAccount.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulatorAccount.secretAccessKey,
  });
  const logs = options.logGroupNames.map((logGroupName) => logMetrics(client, logGroupName));
  const steps = [...logs, queueMetrics(client, options, now)];
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const step of steps) {
        await step().catch((error: unknown) => {
          report(error instanceof Error ? error.message : String(error));
        });
      }
      // Rejects when it is stopped early, which is not a failure.
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
