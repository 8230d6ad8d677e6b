import { sns } from "@pulumi/aws";
import { output } from "@pulumi/pulumi";
import type { ComponentResource, Input, Output, Resource } from "@pulumi/pulumi";
import { alarmsMayPublish, policyOf } from "./iam";

/** What a topic that alarms publish to is made of. */
export interface AlarmTopicArgs {
  readonly topicName: string;
  readonly topicArn: string;
  /** The account of the alarms. */
  readonly account: string;
  /** The alarms that may publish, and no others. */
  readonly alarmArns: readonly string[];
}

/**
 * Makes the topic that the alarms of a component publish to.
 *
 * Without a KMS key: CloudWatch can't publish to a topic that is encrypted with the AWS managed key alias/aws/sns, whose
 * policy nobody can change (AWS Knowledge Center), and a customer managed key costs more than it protects: a notification
 * holds an alarm's name, its description and a count, and names no secret.
 *
 * @returns its ARN, and what has to be there before an alarm can publish
 */
export function alarmTopic(
  parent: ComponentResource,
  name: string,
  args: Output<AlarmTopicArgs>,
  tags: Input<Readonly<Record<string, string>>>,
): { readonly arn: Output<string>; readonly ready: readonly Resource[] } {
  const topic = new sns.Topic(`${name}-topic`, { name: args.topicName, tags }, { parent });
  const document = output(args).apply(({ account, alarmArns, topicArn }) =>
    policyOf([alarmsMayPublish(topicArn, account, alarmArns)]),
  );
  const policy = new sns.TopicPolicy(`${name}-topic-policy`, { arn: topic.arn, policy: document }, { parent });
  return { arn: topic.arn, ready: [policy] };
}
