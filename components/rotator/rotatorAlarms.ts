/** The alarms of a rotator: what each counts and what it says. */
import { cloudwatch } from "@pulumi/aws";
import { output } from "@pulumi/pulumi";
import type { ComponentResource, Input, Output } from "@pulumi/pulumi";
import { alarmTopic } from "../aws/alarmTopic";
import type { Place, RotatorNames } from "../aws/names";

interface RotatorAlarm {
  /** Ending of the alarm's name. */
  readonly key: string;
  /** What the rotator's function counts: see its telemetry. */
  readonly metric: "rotation-failing" | "rotation-overdue" | "retire-overdue" | "retire-unread";
  /** What a time without any count means. */
  readonly treatMissingData: "breaching" | "notBreaching";
  /** What happened, then what to do: the alarm's description. */
  readonly means: string;
  readonly todo: string;
}

export const rotatorAlarms: readonly RotatorAlarm[] = [
  {
    key: "rotation-failing",
    metric: "rotation-failing",
    // A function that no longer runs fails as well, and ends no danger.
    treatMissingData: "breaching",
    means:
      "A rotation does not get on, or its function does not run. Readers still have a value that the target accepts.",
    todo: "The function's log names the reason of each attempt: a callback that throws, a home that is not there, Vault. After a first deployment the first look ends this alarm.",
  },
  {
    key: "rotation-overdue",
    metric: "rotation-overdue",
    treatMissingData: "notBreaching",
    means:
      "A rotation has been due for over an hour, the first one for over a week, and the home still holds the old value.",
    todo: "The function's log names the reason of each attempt; the first one waits until the secret was moved.",
  },
  {
    key: "retire-overdue",
    metric: "retire-overdue",
    treatMissingData: "notBreaching",
    means: "A value that was replaced should have ended over an hour ago, and the target may still accept it.",
    todo: "The function's log names the reason: a retire that throws, or a home that was deleted.",
  },
  {
    key: "retire-unread",
    metric: "retire-unread",
    treatMissingData: "notBreaching",
    means:
      "A reader that is named may still use a value that was replaced, which ends all the same after the longest overlap.",
    todo: "The function's log names the readers: have each read the secret again, or take one that is gone out of readers.",
  },
];

export interface RotatorAlarmsArgs {
  readonly place: Output<Place>;
  readonly names: Output<RotatorNames>;
  /** The topic that they publish to; its policy has to let CloudWatch. Without it one is made. */
  readonly topicArn: Input<string> | undefined;
  readonly tags: Input<Readonly<Record<string, string>>>;
}

/**
 * Makes the alarms below a component. The function counts every five minutes: three counts of the last four are an alarm.
 *
 * @returns the topic's ARN
 */
export function createRotatorAlarms(parent: ComponentResource, name: string, args: RotatorAlarmsArgs): Output<string> {
  const { place, names, topicArn, tags } = args;
  const topic =
    topicArn === undefined
      ? alarmTopic(
          parent,
          name,
          output([place, names] as const).apply(([{ account }, all]) => ({
            topicName: all.alarmTopic,
            topicArn: all.alarmTopicArn,
            account,
            alarmArns: rotatorAlarms.map(({ key }) => all.alarmArnPrefix + key),
          })),
          tags,
        )
      : { arn: output(topicArn), ready: [] };
  for (const { key, metric, treatMissingData, means, todo } of rotatorAlarms) {
    new cloudwatch.MetricAlarm(
      `${name}-${key}`,
      {
        name: names.alarmPrefix.apply((prefix) => prefix + key),
        alarmDescription: `${means} ${todo}`,
        namespace: "Homing",
        dimensions: { service: names.rotator },
        metricName: metric,
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        period: 300,
        evaluationPeriods: 4,
        datapointsToAlarm: 3,
        treatMissingData,
        alarmActions: [topic.arn],
        tags,
      },
      // An alarm that goes off before it may publish would be lost.
      { parent, dependsOn: [...topic.ready] },
    );
  }
  return topic.arn;
}
