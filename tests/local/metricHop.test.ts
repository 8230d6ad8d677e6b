import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator } from "../../local/emulator";
import type { Emulator } from "../../local/emulator";
import { embeddedMetrics, startMetricHop } from "../../local/metricHop";
import type { MetricHop, MetricHopOptions } from "../../local/metricHop";
import { awsClient } from "../../local/providers/aws/client";
import type { AwsClient } from "../../local/providers/aws/client";
import { installTools, isVaultAtHand } from "../../local/tools";

const line = (values: Readonly<Record<string, number | readonly number[]>>, service = "mover"): string =>
  JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: "Homing",
          Dimensions: [["service"]],
          Metrics: Object.keys(values).map((Name) => ({ Name, Unit: "Count" })),
        },
      ],
    },
    service,
    ...values,
  });

describe("embeddedMetrics", () => {
  it("reads every metric of a line, one value or several, with its dimensions", () => {
    const timestamp = 1_700_000_000_500;
    const text = line({ moved: 1, "refused:unequal": [1, 1] }).replace(/"Timestamp":\d+/, `"Timestamp":${timestamp}`);

    const shared = { Dimensions: [{ Name: "service", Value: "mover" }], Timestamp: 1_700_000_000.5, Unit: "Count" };
    deepEqual(Object.fromEntries(embeddedMetrics(text)), {
      Homing: [
        { ...shared, MetricName: "moved", Values: [1] },
        { ...shared, MetricName: "refused:unequal", Values: [1, 1] },
      ],
    });
  });

  it("finds the lines among others in the event of a whole invocation", () => {
    const message = ["START RequestId: 1", '{"level":"INFO"}', "{no JSON", line({ moved: 1 }), line({ failed: 1 }), ""];

    const names = embeddedMetrics(message.join("\n"))
      .get("Homing")
      ?.map(({ MetricName }) => MetricName);

    deepEqual(names, ["moved", "failed"]);
  });
});

describe("the metric hop", function () {
  this.timeout(180_000);
  const directory = mkdtempSync(join(tmpdir(), "homing-hop-"));
  const logGroupName = "/aws/lambda/mover";
  const logStreamName = "one";
  let emulator: Emulator | undefined;
  let aws: AwsClient;
  let queueUrl: string;
  let deadLetterQueueUrl: string;
  let hop: MetricHop | undefined;

  before(async function () {
    this.timeout(30 * 60_000);
    const server = (await isVaultAtHand()) ? "vault" : "openbao";
    const tools = await installTools({ server, vaultAwsPlugin: false, progress: () => undefined });
    emulator = await startEmulator({ tools, directory, environment: {} });
    aws = awsClient({
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
    await aws.json("logs", "CreateLogGroup", { logGroupName });
    await aws.json("logs", "CreateLogStream", { logGroupName, logStreamName });
    const queue = async (QueueName: string) => String((await aws.json("sqs", "CreateQueue", { QueueName })).QueueUrl);
    [queueUrl, deadLetterQueueUrl] = [await queue("mover"), await queue("mover-dead")];
  });

  afterEach(async () => {
    await hop?.stop();
    hop = undefined;
  });

  after(async () => {
    await emulator?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(over: Partial<MetricHopOptions> = {}): void {
    const awsEndpoint = emulator?.endpoint ?? "";
    hop = startMetricHop({
      awsEndpoint,
      region: "us-east-1",
      logGroupNames: [logGroupName],
      queueUrl,
      deadLetterQueueUrl,
      everyMs: 50,
      ...over,
    });
  }

  const log = (...messages: readonly string[]) =>
    aws.json("logs", "PutLogEvents", {
      logGroupName,
      logStreamName,
      logEvents: messages.map((message) => ({ timestamp: Date.now(), message })),
    });

  const send = (QueueUrl: string) => aws.json("sqs", "SendMessage", { QueueUrl, MessageBody: "{}" });

  async function statistic(name: "Sum" | "Maximum", Namespace: string, MetricName: string, dimension: string[]) {
    const [Name, Value] = dimension;
    const { Datapoints } = await aws.json("monitoring", "GetMetricStatistics", {
      Namespace,
      MetricName,
      Dimensions: [{ Name, Value }],
      StartTime: Date.now() / 1_000 - 600,
      EndTime: Date.now() / 1_000 + 60,
      Period: 3_600,
      Statistics: [name],
    });
    const values = (Datapoints as Readonly<Record<string, number>>[]).map((point) => point[name] ?? 0);
    return name === "Sum" ? values.reduce((one, other) => one + other, 0) : Math.max(-1, ...values);
  }

  /** The limit is against hanging only. */
  async function until(reached: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 60_000;
    while (!(await reached())) {
      ok(Date.now() < end, "not within a minute");
      await sleep(50);
    }
  }

  const sum = (metric: string, service = "mover") => statistic("Sum", "Homing", metric, ["service", service]);

  it("counts what was logged before and after its start, each line once, each service apart", async () => {
    await log(line({ failed: 1 }));
    start();
    await until(async () => (await sum("failed")) === 1);
    const one = line({ failed: 1 }, "other");
    await log(`some text\n${line({ failed: [1, 1] })}`, one, one);

    await until(async () => (await sum("failed")) === 3 && (await sum("failed", "other")) === 2);
    await sleep(300);

    deepEqual([await sum("failed"), await sum("failed", "other")], [3, 2]);
  });

  it("sets off an alarm on a metric of the log, and no other", async () => {
    for (const MetricName of ["refused:unequal", "refused:home-deleted"]) {
      await aws.json("monitoring", "PutMetricAlarm", {
        AlarmName: MetricName.replace(":", "-"),
        Namespace: "Homing",
        MetricName,
        Statistic: "Sum",
        Period: 300,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 1,
        Threshold: 0,
        ComparisonOperator: "GreaterThanThreshold",
      });
    }
    start();
    await log(line({ "refused:unequal": 1, moved: 1 }));

    const on = async () => {
      const { MetricAlarms } = await aws.json("monitoring", "DescribeAlarms", { StateValue: "ALARM" });
      return (MetricAlarms as { AlarmName: string }[]).map(({ AlarmName }) => AlarmName);
    };
    await until(async () => (await on()).length > 0);

    deepEqual(await on(), ["refused-unequal"]);
  });

  it("reports how many dead letters there are", async () => {
    await Promise.all([send(deadLetterQueueUrl), send(deadLetterQueueUrl)]);
    start();

    const dimension = ["QueueName", "mover-dead"];
    await until(
      async () => (await statistic("Maximum", "AWS/SQS", "ApproximateNumberOfMessagesVisible", dimension)) === 2,
    );
  });

  it("reports the age of the oldest message that was not received more than three times", async () => {
    const age = () => statistic("Maximum", "AWS/SQS", "ApproximateAgeOfOldestMessage", ["QueueName", "mover"]);
    await send(queueUrl);
    for (let receive = 1; receive <= 4; receive += 1) {
      await aws.json("sqs", "ReceiveMessage", { QueueUrl: queueUrl, VisibilityTimeout: 0 });
    }
    start({ now: () => Date.now() + 7_200_000 });
    await sleep(500);
    equal(await age(), -1, "a message that keeps failing has no age");
    await hop?.stop();

    await send(queueUrl);
    start({ now: () => Date.now() + 3_700_000 });
    await until(async () => (await age()) > 3_600);

    ok((await age()) < 3_800);
  });

  it("goes on when the log group and the queues are gone, and when nobody answers, and says so", async () => {
    const lines: string[] = [];
    const report = (text: string): void => void lines.push(text);
    start({ logGroupNames: ["/none"], deadLetterQueueUrl: `${deadLetterQueueUrl}-none`, report });
    await sleep(300);
    await hop?.stop();
    deepEqual(lines, []);

    start({ awsEndpoint: "http://127.0.0.1:9", report });
    await until(() => Promise.resolve(lines.length > 2));
    match(lines.join("\n"), /fetch failed|ECONNREFUSED|bad port/);
  });
});
