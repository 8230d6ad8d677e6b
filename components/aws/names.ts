import { createHash } from "node:crypto";
import { getProject, getStack, output } from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import { baseName } from "../../runtime/shared/baseName";
import type { Owner } from "../../runtime/shared/baseName";

/** Where the mover works: one account, one region. */
export interface Place {
  /** `aws`, `aws-cn`, `aws-us-gov` … */
  readonly partition: string;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Domain of the partition's endpoints, as in `amazonaws.com`. */
  readonly dnsSuffix: string;
}

/** The names and ARNs of one mover in AWS and in Vault. */
export interface MoverNames {
  readonly role: string;
  readonly roleArn: string;
  readonly function: string;
  readonly functionArn: string;
  readonly logGroup: string;
  readonly logGroupArn: string;
  readonly queue: string;
  readonly queueArn: string;
  readonly deadLetterQueue: string;
  readonly deadLetterQueueArn: string;
  /** Rule for the calls that CloudTrail records. */
  readonly callRule: string;
  readonly callRuleArn: string;
  /** Rule for the events that Secrets Manager itself sends. */
  readonly labelRule: string;
  readonly labelRuleArn: string;
  /** The sweeper's role and its function. */
  readonly sweeper: string;
  readonly sweeperRoleArn: string;
  readonly sweeperArn: string;
  readonly sweeperLogGroup: string;
  readonly sweeperLogGroupArn: string;
  /** Schedule of the sweep of what changed. */
  readonly hourlyRule: string;
  readonly hourlyRuleArn: string;
  /** Schedule of the sweep of everything. */
  readonly dailyRule: string;
  readonly dailyRuleArn: string;
  readonly alarmTopic: string;
  readonly alarmTopicArn: string;
  /** What the name of every alarm starts with. */
  readonly alarmPrefix: string;
  readonly alarmArnPrefix: string;
  /** Name of the permissions boundary that keeps others from making secrets. */
  readonly fencePolicy: string;
  /**
   * Name of the mover's policy, its identity entity and, unless `loginRole` names one, its login role in Vault, where
   * movers of several accounts may meet.
   */
  readonly vaultIdentity: string;
}

/** Vault writes names in small letters: two that differ in nothing else would be one. */
function vaultName(name: string): string {
  const small = name.toLowerCase();
  return small === name ? name : `${small}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

/**
 * The names of the mover of one stack in one region. They are fixed before anything exists, because Vault's role is
 * bound to the ARNs of a role and a function that are made after it.
 *
 * @param owner of another program's mover
 * @param rolePath IAM path of the roles
 * @throws when the stack's name is too long for AWS
 */
export function moverNames(stack: string, place: Place, owner?: Owner, rolePath = "/"): MoverNames {
  const { partition, account, region } = place;
  const base = baseName(stack, region, owner);
  const queue = base;
  const deadLetterQueue = `${base}-dead`;
  const logGroup = `/aws/lambda/${base}`;
  const callRule = `${base}-calls`;
  const labelRule = `${base}-labels`;
  const sweeper = `${base}-sweep`;
  const sweeperLogGroup = `/aws/lambda/${sweeper}`;
  const hourlyRule = `${base}-hourly`;
  const dailyRule = `${base}-daily`;
  const alarmTopic = `${base}-alarms`;
  const alarmPrefix = `${base}-`;
  return {
    // IAM roles have no region in their ARN, so the region in the name keeps two stacks of one account apart.
    role: base,
    roleArn: `arn:${partition}:iam::${account}:role${rolePath}${base}`,
    function: base,
    functionArn: `arn:${partition}:lambda:${region}:${account}:function:${base}`,
    logGroup,
    logGroupArn: `arn:${partition}:logs:${region}:${account}:log-group:${logGroup}`,
    queue,
    queueArn: `arn:${partition}:sqs:${region}:${account}:${queue}`,
    deadLetterQueue,
    deadLetterQueueArn: `arn:${partition}:sqs:${region}:${account}:${deadLetterQueue}`,
    callRule,
    callRuleArn: `arn:${partition}:events:${region}:${account}:rule/${callRule}`,
    labelRule,
    labelRuleArn: `arn:${partition}:events:${region}:${account}:rule/${labelRule}`,
    sweeper,
    sweeperRoleArn: `arn:${partition}:iam::${account}:role${rolePath}${sweeper}`,
    sweeperArn: `arn:${partition}:lambda:${region}:${account}:function:${sweeper}`,
    sweeperLogGroup,
    sweeperLogGroupArn: `arn:${partition}:logs:${region}:${account}:log-group:${sweeperLogGroup}`,
    hourlyRule,
    hourlyRuleArn: `arn:${partition}:events:${region}:${account}:rule/${hourlyRule}`,
    dailyRule,
    dailyRuleArn: `arn:${partition}:events:${region}:${account}:rule/${dailyRule}`,
    alarmTopic,
    alarmTopicArn: `arn:${partition}:sns:${region}:${account}:${alarmTopic}`,
    alarmPrefix,
    alarmArnPrefix: `arn:${partition}:cloudwatch:${region}:${account}:alarm:${alarmPrefix}`,
    fencePolicy: `${base}-fence`,
    vaultIdentity: vaultName(`${base}-${account}`),
  };
}

/** The names and ARNs of one rotator in AWS and in Vault. */
export interface RotatorNames {
  /** Name of the function, its role and its rules. */
  readonly rotator: string;
  readonly roleArn: string;
  readonly functionArn: string;
  readonly logGroup: string;
  readonly logGroupArn: string;
  /** Starts what is due. */
  readonly dueRule: string;
  readonly dueRuleArn: string;
  /** Starts a rotation on its schedule. */
  readonly startRule: string;
  readonly startRuleArn: string;
  readonly alarmTopic: string;
  readonly alarmTopicArn: string;
  readonly alarmPrefix: string;
  readonly alarmArnPrefix: string;
  /** Name of the rotator's policy and of its login role in Vault. */
  readonly vaultIdentity: string;
}

/**
 * The names of the rotator that a program calls `component`; fixed before anything exists, as those of a mover.
 *
 * @param rolePath IAM path of the role
 */
export function rotatorNames(stack: string, place: Place, owner: Owner, rolePath = "/"): RotatorNames {
  const { partition, account, region } = place;
  // No longer than a mover's longest ending. A mover of the same component has none of these names.
  const base = `${baseName(stack, region, owner)}-rot`;
  const logGroup = `/aws/lambda/${base}`;
  const rule = (name: string): string => `arn:${partition}:events:${region}:${account}:rule/${name}`;
  return {
    rotator: base,
    roleArn: `arn:${partition}:iam::${account}:role${rolePath}${base}`,
    functionArn: `arn:${partition}:lambda:${region}:${account}:function:${base}`,
    logGroup,
    logGroupArn: `arn:${partition}:logs:${region}:${account}:log-group:${logGroup}`,
    dueRule: `${base}-d`,
    dueRuleArn: rule(`${base}-d`),
    startRule: `${base}-s`,
    startRuleArn: rule(`${base}-s`),
    alarmTopic: `${base}-alarms`,
    alarmTopicArn: `arn:${partition}:sns:${region}:${account}:${base}-alarms`,
    alarmPrefix: `${base}-`,
    alarmArnPrefix: `arn:${partition}:cloudwatch:${region}:${account}:alarm:${base}-`,
    vaultIdentity: vaultName(`${base}-${account}`),
  };
}

/** The names of a part that a program uses without `Homing`: the same for each part of one program and place. */
export const namesOfProgram = (place: Input<Place>, rolePath?: string): Output<MoverNames> =>
  output(place).apply((where) =>
    moverNames(getStack(), where, { project: getProject(), component: "homing" }, rolePath),
  );
