import { cloudwatch, lambda, sqs } from "@pulumi/aws";
import { all, ComponentResource, jsonStringify, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";
import { moverHandler } from "../../runtime/mover/handler";
import { writeEnvironment } from "../../runtime/shared/environment";
import { completeMover } from "../args/moverPart";
import type { GivenMover, MoverPart } from "../args/moverPart";
import { optionDefaults, withDefaults } from "../args/partDefaults";
import { policyOf, rulesMaySend } from "../aws/iam";
import { namesOfProgram } from "../aws/names";
import type { MoverNames, Place } from "../aws/names";
import { createSerializedFunction, functionRules } from "../aws/serializedFunction";
import type { FunctionRules } from "../aws/serializedFunction";
import { callPattern, labelPattern } from "./eventPatterns";
import { moverGrants } from "./moverGrants";

const day = 24 * 60 * 60;
/** Outlives a weekend with Vault down. */
const queueRetentionSeconds = 4 * day;
/** The longest that SQS allows: what is here waits for a person. */
const deadLetterRetentionSeconds = 14 * day;
/**
 * With its growing delays a message is received so often in about 75 hours (50 at the least): no outage of two days sends
 * it away, and one that can't succeed is on the dead-letter queue before the queue forgets it.
 */
const maxReceiveCount = 400;
/** SQS must not show a message again while its batch is being worked on; Lambda advises six times its time limit. */
const visibilityPerTimeout = 6;
/** How the function runs. */
export interface MoverOptions extends FunctionRules {
  /** Whether the queue is read; when it isn't, everything is kept and events wait. */
  readonly enabled: boolean;
  /** Messages per invocation, 1 to 10. */
  readonly batchSize: number;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logRetentionDays: number;
  readonly logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** The keys that secrets are encrypted with; empty for all keys of account and region. */
  readonly kmsKeyArns: Input<readonly string[]>;
  /** Subnets from which a private Vault can be reached; empty for no VPC. Together with `securityGroupIds`. */
  readonly subnetIds: Input<readonly string[]>;
  readonly securityGroupIds: Input<readonly string[]>;
  /** Tags of every resource in AWS. */
  readonly tags: Input<Readonly<Record<string, string>>>;
}

/** Each option that isn't given is the argument of `Homing` of the same name, with its default. */
export interface SecretMoverArgs extends Partial<MoverOptions> {
  readonly place: Input<Place>;
  /** Default: those of this program and stack in the place. */
  readonly names?: Input<MoverNames>;
  readonly mover: Input<GivenMover>;
  /** Identity entity of the mover in Vault; the function is made after it. */
  readonly moverEntityId: Input<string>;
  /** Identity entities of the operators in Vault. Default none. */
  readonly operatorEntityIds?: Input<readonly string[]>;
}

/** The arguments, with what was left out. */
type CompleteArgs = MoverOptions & {
  readonly place: Output<Place>;
  readonly names: Output<MoverNames>;
  readonly mover: Output<MoverPart>;
  readonly moverEntityId: Input<string>;
  readonly operatorEntityIds: Input<readonly string[]>;
};

function complete(given: SecretMoverArgs): CompleteArgs {
  const place = output(given.place);
  const names = output(given.names ?? namesOfProgram(place, given.rolePath));
  return {
    ...withDefaults({ ...optionDefaults, operatorEntityIds: [] }, given),
    place,
    names,
    mover: all([place, names, given.mover]).apply(([where, all, mover]) => completeMover(where, all, mover)),
  };
}

/**
 * What brings events of Secrets Manager to the function that moves secrets, and that function. Used without `Homing` its
 * arguments are taken as they are: nobody checks that they fit one another.
 */
export class SecretMover extends ComponentResource {
  public readonly queueUrl: Output<string>;
  public readonly queueArn: Output<string>;
  public readonly deadLetterQueueUrl: Output<string>;
  public readonly deadLetterQueueArn: Output<string>;
  public readonly functionName: Output<string>;
  public readonly functionArn: Output<string>;
  public readonly functionRoleArn: Output<string>;
  public readonly logGroupName: Output<string>;

  constructor(name: string, given: SecretMoverArgs, opts?: ComponentResourceOptions) {
    super("homing:aws:SecretMover", name, {}, opts);
    const args = complete(given);

    const { queue, deadLetterQueue } = this.createQueues(name, args);
    this.createRules(name, args, queue, deadLetterQueue);
    const { handler, role, logGroup } = this.createFunction(name, args, queue, deadLetterQueue);

    this.queueUrl = queue.url;
    this.queueArn = queue.arn;
    this.deadLetterQueueUrl = deadLetterQueue.url;
    this.deadLetterQueueArn = deadLetterQueue.arn;
    this.functionName = handler.name;
    this.functionArn = handler.arn;
    this.functionRoleArn = role.arn;
    this.logGroupName = logGroup.name;
    this.registerOutputs({
      queueUrl: this.queueUrl,
      queueArn: this.queueArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetterQueueArn: this.deadLetterQueueArn,
      functionName: this.functionName,
      functionArn: this.functionArn,
      functionRoleArn: this.functionRoleArn,
      logGroupName: this.logGroupName,
    });
  }

  /**
   * Without a key both queues are encrypted by SQS itself, which needs no grant for EventBridge; such queues take requests
   * over TLS only, so their policies need no statement about that.
   */
  private createQueues(name: string, { tags, timeoutSeconds, names, ...args }: CompleteArgs) {
    const child = { parent: this };
    const encryption =
      args.encryptionKeyArn === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: args.encryptionKeyArn };
    const deadLetterQueue = new sqs.Queue(
      `${name}-dead-letters`,
      {
        name: names.deadLetterQueue,
        ...encryption,
        messageRetentionSeconds: deadLetterRetentionSeconds,
        redriveAllowPolicy: jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [names.queueArn] }),
        tags,
      },
      child,
    );
    const queue = new sqs.Queue(
      `${name}-queue`,
      {
        name: names.queue,
        ...encryption,
        messageRetentionSeconds: queueRetentionSeconds,
        visibilityTimeoutSeconds: visibilityPerTimeout * timeoutSeconds,
        redrivePolicy: jsonStringify({ deadLetterTargetArn: names.deadLetterQueueArn, maxReceiveCount }),
        tags,
      },
      { ...child, dependsOn: [deadLetterQueue] },
    );
    const rulesMaySendTo = (queueOf: (names: MoverNames) => string) =>
      names.apply((all) => policyOf([rulesMaySend(queueOf(all), [all.callRuleArn, all.labelRuleArn])]));
    new sqs.QueuePolicy(
      `${name}-queue-policy`,
      { queueUrl: queue.url, policy: rulesMaySendTo(({ queueArn }) => queueArn) },
      child,
    );
    new sqs.QueuePolicy(
      `${name}-dead-letters-policy`,
      { queueUrl: deadLetterQueue.url, policy: rulesMaySendTo(({ deadLetterQueueArn }) => deadLetterQueueArn) },
      child,
    );
    return { queue, deadLetterQueue };
  }

  private createRules(name: string, { names, tags }: CompleteArgs, queue: sqs.Queue, deadLetterQueue: sqs.Queue): void {
    const rules = [
      {
        role: "calls",
        ruleName: names.callRule,
        description: "Calls that may have changed a secret, as CloudTrail records them",
        eventPattern: names.roleArn.apply(callPattern),
      },
      {
        role: "labels",
        ruleName: names.labelRule,
        description: "Secret versions that became current, as Secrets Manager tells it",
        eventPattern: labelPattern(),
      },
    ];
    for (const { role, ruleName, description, eventPattern } of rules) {
      const rule = new cloudwatch.EventRule(
        `${name}-${role}`,
        { name: ruleName, description, eventPattern, tags },
        { parent: this },
      );
      new cloudwatch.EventTarget(
        `${name}-${role}-target`,
        { rule: rule.name, arn: queue.arn, targetId: "queue", deadLetterConfig: { arn: deadLetterQueue.arn } },
        { parent: this },
      );
    }
  }

  private createFunction(name: string, args: CompleteArgs, queue: sqs.Queue, deadLetterQueue: sqs.Queue) {
    const { place, names, mover, tags, subnetIds, securityGroupIds } = args;
    // Ids that come later were given.
    const inSubnets = !Array.isArray(subnetIds) || subnetIds.length > 0;
    const statements = all([place, names, mover, args.moverEntityId, args.kmsKeyArns, args.encryptionKeyArn]).apply(
      ([place, names, mover, entityId, kmsKeyArns, encryptionKeyArn]) =>
        moverGrants({ place, names, mover, entityId, kmsKeyArns, inSubnets, encryptionKeyArn }),
    );
    const { handler, role, grants, logGroup } = createSerializedFunction(this, name, {
      ...functionRules(args),
      place,
      name: names.function,
      description: "Moves secrets from Secrets Manager to Vault",
      factory: moverHandler,
      neverLoaded: [],
      memoryMb: args.memoryMb,
      timeoutSeconds: args.timeoutSeconds,
      role: { name: names.role, description: "Role of the homing mover; its ARN is bound in Vault" },
      grants: { name: "mover", statements },
      logGroup: names.logGroup,
      logRetentionDays: args.logRetentionDays,
      logLevel: args.logLevel,
      variables: all([mover, args.moverEntityId, args.operatorEntityIds, queue.url, deadLetterQueue.url]).apply(
        ([settings, entityId, operatorEntityIds, queueUrl, deadLetterQueueUrl]) =>
          writeEnvironment({ ...settings, entityId, operatorEntityIds, queueUrl, deadLetterQueueUrl }),
      ),
      service: names.function,
      ...(inSubnets ? { vpcConfig: { subnetIds, securityGroupIds } } : {}),
      tags,
    });
    new lambda.EventSourceMapping(
      `${name}-trigger`,
      {
        functionName: handler.name,
        eventSourceArn: queue.arn,
        batchSize: args.batchSize,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: mover.maxConcurrency },
        enabled: args.enabled,
        tags,
      },
      { parent: this, dependsOn: [grants] },
    );
    return { handler, role, logGroup };
  }
}
