import { cloudwatch } from "@pulumi/aws";
import { all, ComponentResource, interpolate, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";
import { alarmTopic } from "../aws/alarmTopic";
import { namesOfProgram } from "../aws/names";
import type { MoverNames, Place } from "../aws/names";
import { moverAlarms } from "./alarmTable";
import type { Metric, MoverAlarm } from "./alarmTable";

export interface MoverAlarmsArgs extends AlarmOptions {
  readonly place: Input<Place>;
  /** Default: those of this program and stack in the place. */
  readonly names?: Input<MoverNames>;
  /**
   * Whether sweeps run; without them their alarms would stay on. `alone`: there are sweeps, and no mover. Default true.
   */
  readonly sweeps?: boolean | "alone";
  /** Tags of topic and alarms. Default none. */
  readonly tags?: Input<Readonly<Record<string, string>>>;
}

/** Namespace and dimension of a metric. */
function sourceOf(
  metric: Metric,
  names: Output<MoverNames>,
): { namespace: string; dimensions: Record<string, Output<string>> } {
  switch (metric.of) {
    case "mover":
    case "sweeper":
      return { namespace: "Homing", dimensions: { service: names.function } };
    case "function":
      return { namespace: "AWS/Lambda", dimensions: { FunctionName: names.function } };
    case "queue":
      return { namespace: "AWS/SQS", dimensions: { QueueName: names.queue } };
    case "deadLetterQueue":
      return { namespace: "AWS/SQS", dimensions: { QueueName: names.deadLetterQueue } };
    default:
      return metric satisfies never;
  }
}

/** Where the alarms of a stack go. */
export interface AlarmOptions {
  /** The topic that they publish to, in the alarms' region; its policy has to let CloudWatch. Default: one that is made. */
  readonly topicArn?: Input<string>;
  /** Whether the end of an alarm is published as well. Default false. */
  readonly okNotifications?: boolean;
}

/** What tells a person that the mover needs one: alarms, and the topic that they publish to. */
export class MoverAlarms extends ComponentResource {
  public readonly topicArn: Output<string>;

  constructor(name: string, args: MoverAlarmsArgs, opts?: ComponentResourceOptions) {
    super("homing:aws:MoverAlarms", name, {}, opts);
    const { sweeps = true, tags = {}, okNotifications = false } = args;
    const names = output(args.names ?? namesOfProgram(args.place));
    const alarms = moverAlarms.filter(({ metric }) =>
      metric.of === "sweeper" ? sweeps !== false : sweeps !== "alone",
    );
    const topic =
      args.topicArn === undefined
        ? this.createTopic(name, { ...args, names, tags }, alarms)
        : { arn: args.topicArn, ready: [] };
    for (const { key, metric, breach, means, todo } of alarms) {
      new cloudwatch.MetricAlarm(
        `${name}-${key}`,
        {
          name: interpolate`${names.alarmPrefix}${key}`,
          alarmDescription: `${means} ${todo}`,
          ...sourceOf(metric, names),
          metricName: metric.name,
          comparisonOperator: "GreaterThanThreshold",
          // Nothing was counted: nothing happened. An idle queue reports nothing either.
          treatMissingData: "notBreaching",
          ...breach,
          alarmActions: [topic.arn],
          ...(okNotifications ? { okActions: [topic.arn] } : {}),
          tags,
        },
        // An alarm that goes off before it may publish would be lost.
        { parent: this, dependsOn: [...topic.ready] },
      );
    }

    this.topicArn = output(topic.arn);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  private createTopic(
    name: string,
    { place, names, tags }: Pick<Required<MoverAlarmsArgs>, "place" | "tags"> & { readonly names: Output<MoverNames> },
    alarms: readonly MoverAlarm[],
  ) {
    const args = all([place, names]).apply(
      ([{ account }, { alarmTopic: topicName, alarmArnPrefix, alarmTopicArn }]) => ({
        topicName,
        topicArn: alarmTopicArn,
        account,
        alarmArns: alarms.map(({ key }) => alarmArnPrefix + key),
      }),
    );
    return alarmTopic(this, name, args, tags);
  }
}
