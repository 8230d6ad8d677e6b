import * as assert from "node:assert/strict";

import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";

import { moverAlarms } from "../../../components/mover/alarmTable";
import { awsClient } from "../../../local/providers/aws/client";
import type { AwsClient } from "../../../local/providers/aws/client";
import type { Bench } from "./bench";
import { eventually } from "./eventually";

interface Notification {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly NewStateValue: string;
}

/** A subscriber of the alarms' topic, with a look at CloudWatch. */
export interface OnCall {
  /** What came so far. */
  readonly heard: readonly Notification[];
  /** Waits until this alarm has come, with the words of the table. */
  readonly hears: (key: string) => Promise<void>;
  /** The alarms that are on, by the ending of their names. */
  readonly alarmsOn: () => Promise<readonly string[]>;
  /** The sum of one of the function's metrics, of this stack only. */
  readonly counted: (metricName: string) => Promise<number>;
  readonly aws: AwsClient;
}

export async function subscribe({ clients: { sqs }, system }: Bench): Promise<OnCall> {
  const { awsEndpoint, region, account, functionName, outputs } = system();
  const heard: Notification[] = [];
  const aws = awsClient({
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  const topicArn = outputs["alarmTopicArn"];
  const inboxArn = `arn:aws:sqs:${region}:${account}:on-call`;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: inboxArn,
        Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
      },
    ],
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "on-call", Attributes: { Policy } }));
  await aws.query("sns", "Subscribe", { TopicArn: topicArn, Protocol: "sqs", Endpoint: inboxArn });

  async function listen(): Promise<void> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    for (const { Body = "{}", ReceiptHandle } of Messages) {
      const { Message } = JSON.parse(Body) as { readonly Message: string };
      heard.push(JSON.parse(Message) as Notification);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }

  return {
    heard,
    aws,
    async hears(key) {
      const row = moverAlarms.find((alarm) => alarm.key === key);
      assert.ok(row, key);
      const name = `${functionName}-${key}`;
      const notification = await eventually(
        async () => {
          await listen();
          return heard.find(({ AlarmName, NewStateValue }) => AlarmName === name && NewStateValue === "ALARM");
        },
        () => `${name} is not among ${heard.map(({ AlarmName }) => AlarmName).join(", ")}`,
      );
      assert.equal(notification.AlarmDescription, `${row.means} ${row.todo}`);
    },
    async alarmsOn() {
      const { MetricAlarms } = await aws.json("monitoring", "DescribeAlarms", { StateValue: "ALARM" });
      const prefix = `${functionName}-`;
      return (MetricAlarms as { AlarmName: string }[]).map(({ AlarmName }) => AlarmName.slice(prefix.length));
    },
    async counted(MetricName) {
      const minute = 60_000;
      const { Datapoints } = await aws.json("monitoring", "GetMetricStatistics", {
        Namespace: "Homing",
        MetricName,
        Dimensions: [{ Name: "service", Value: functionName }],
        StartTime: (Date.now() - 10 * minute) / 1_000,
        EndTime: (Date.now() + minute) / 1_000,
        Period: 3_600,
        Statistics: ["Sum"],
      });
      return (Datapoints as { Sum: number }[]).reduce((sum, { Sum }) => sum + Sum, 0);
    },
  };
}
