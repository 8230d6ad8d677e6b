/** A function that EventBridge calls on a schedule. */
import { cloudwatch, lambda } from "@pulumi/aws";
import type { ComponentResource, Input, Output } from "@pulumi/pulumi";

export interface ScheduledCallArgs {
  readonly handler: lambda.Function;
  /** Names the permission's statement, and the resources after the component. */
  readonly key: string;
  readonly ruleName: Output<string>;
  readonly ruleArn: Output<string>;
  readonly description: string;
  /** `rate(…)` or `cron(…)`. */
  readonly scheduleExpression: string;
  /** Default `ENABLED`. */
  readonly state?: "ENABLED" | "DISABLED";
  readonly targetId: string;
  /** What the function gets as its event. */
  readonly event: object;
  readonly tags: Input<Readonly<Record<string, string>>>;
}

/** Makes the rule, its target and its permission below a component; the target comes last, so that no call is denied. */
export function createScheduledCall(
  parent: ComponentResource,
  name: string,
  { handler, key, ruleName, ruleArn, targetId, event, ...rule }: ScheduledCallArgs,
): void {
  const permission = new lambda.Permission(
    `${name}-${key}-permission`,
    {
      statementId: key,
      action: "lambda:InvokeFunction",
      function: handler.name,
      principal: "events.amazonaws.com",
      sourceArn: ruleArn,
    },
    { parent },
  );
  const { name: ruleOf } = new cloudwatch.EventRule(`${name}-${key}`, { name: ruleName, ...rule }, { parent });
  new cloudwatch.EventTarget(
    `${name}-${key}-target`,
    { rule: ruleOf, arn: handler.arn, targetId, input: JSON.stringify(event) },
    { parent, dependsOn: [permission] },
  );
}
