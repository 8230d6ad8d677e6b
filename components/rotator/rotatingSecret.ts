import { getCallerIdentityOutput, getPartitionOutput, getRegionOutput } from "@pulumi/aws";
import type { iam, lambda } from "@pulumi/aws";
import { all, ComponentResource, getProject, getStack, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { Policy } from "@pulumi/vault";
import { homePath, isSecretName, pendingPath, reportPath } from "../../runtime/model/path";
import type { RotationCallbacks } from "../../runtime/rotator/callbacks";
import { rotatorHandler } from "../../runtime/rotator/handler";
import { writeRotatorEnvironment } from "../../runtime/rotator/settings";
import { optionDefaults, withDefaults } from "../args/partDefaults";
import { canGetWebIdentityToken, canLog, canUseSubnets, onlyThisFunction } from "../aws/iam";
import { rotatorNames } from "../aws/names";
import type { Place, RotatorNames } from "../aws/names";
import { createScheduledCall } from "../aws/scheduledCall";
import { createSerializedFunction, functionRules } from "../aws/serializedFunction";
import type { FunctionRules } from "../aws/serializedFunction";
import type { MoverStack } from "../reader/moverStack";
import { noteOverlap } from "../reader/overlaps";
import { renderPolicy, rotatorRules } from "../vault/vaultPolicy";
import type { PathRule } from "../vault/vaultPolicy";
import { awsRole, functionClaim, jwtRole } from "../vault/vaultRole";
import type { RoleArgs } from "../vault/vaultRole";
import { createRotatorAlarms } from "./rotatorAlarms";
import { readerFaults } from "./readerFaults";
import { intervalOf, isCron, lookRate, scheduleFaults } from "./schedule";
import type { Schedule } from "./schedule";

/** What only the mover's functions need. */
const neverLoaded = ["@aws-sdk/client-secrets-manager", "@aws-sdk/client-sqs"];
const tokenTtlMinutes = 15;

/** How the function runs. */
interface RotatorOptions extends FunctionRules {
  /** Time limit of one attempt with all its callbacks, 10 to 900. Default 60. */
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly logRetentionDays: number;
  readonly logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** Subnets from which Vault and the target can be reached; empty for no VPC. Together with `securityGroupIds`. */
  readonly subnetIds: Input<readonly string[]>;
  readonly securityGroupIds: Input<readonly string[]>;
  /** Tags of every resource in AWS. */
  readonly tags: Input<Readonly<Record<string, string>>>;
}

export interface RotatingSecretArgs extends RotationCallbacks, Partial<RotatorOptions> {
  /** The mover's stack, as `readMoverStack` gives it. */
  readonly mover: MoverStack;
  /** Name that the secret has or had in Secrets Manager. Its home must be in Vault before the first rotation. */
  readonly secretName: string;
  /** `rate(30 days)`, or `cron(0 3 ? * TUE *)` in UTC together with `maxAgeDays`. */
  readonly schedule: Schedule;
  /** With `cron` only, and then required: the longest time between two of its events, in days. */
  readonly maxAgeDays?: number;
  /**
   * Seconds for which the former value stays once the home holds the new one, 1 to 604,800. At least the longest time for
   * which any reader uses a value without asking Vault again, and a minute more. Default 3600.
   */
  readonly overlapSeconds?: number;
  /**
   * Readers that report which version they use, by the names that `reports` of their VaultReader has. The former value stays
   * until each has moved on, for `longestOverlapSeconds` at most. Default none: it ends after the overlap.
   */
  readonly readers?: readonly string[];
  /** With `readers` only, and then required: at least an hour more than `overlapSeconds`, 2,592,000 at most. */
  readonly longestOverlapSeconds?: number;
  /** What the callbacks read from `process.env`: addresses and names, no secrets. Default none. */
  readonly environment?: Input<Readonly<Record<string, string>>>;
  /** What the callbacks need to be allowed in AWS. Default nothing. */
  readonly grants?: Input<readonly iam.PolicyStatement[]>;
  /** Packages of the program that the callbacks load. Default none. */
  readonly packages?: readonly string[];
  /** Topic that the alarms publish to; its policy has to let CloudWatch. Default: one that is made. */
  readonly alarmTopicArn?: Input<string>;
  /** Where the function runs. Default: where the AWS provider works. */
  readonly place?: Input<Place>;
}

/**
 * Rotates one secret whose home is in Vault: by callbacks that make a value, have a target accept it, test it and end the
 * former one. Its function may change that home and its own pending path, and nothing else in Vault.
 *
 * @throws one error that lists each fault of the arguments, in the preview
 */
export class RotatingSecret extends ComponentResource {
  /** The function; `{"rotate":"start"}` as its event starts a rotation that is not due. */
  public readonly functionName: Output<string>;
  public readonly roleArn: Output<string>;
  public readonly alarmTopicArn: Output<string>;
  public readonly vaultPolicyName: Output<string>;
  /** The path below the mount where a rotation stands; no reader may read it. */
  public readonly pendingPath: string;

  constructor(name: string, args: RotatingSecretArgs, opts?: ComponentResourceOptions) {
    super("homing:aws:RotatingSecret", name, {}, opts);
    const { mover, secretName, schedule, overlapSeconds = 3_600 } = args;
    const options = withDefaults({ ...optionDefaults, timeoutSeconds: 60 }, args);
    checkArgs(name, args, options.timeoutSeconds, overlapSeconds);
    this.pendingPath = pendingPath(mover, secretName);
    const home = homePath(mover, secretName);
    const where = [mover.vaultAddress, mover.vaultNamespace, mover.mount].join(" ");
    noteOverlap({ is: "rotating", name, where, home, overlapSeconds });

    const place = output(args.place ?? this.findPlace()).apply((there) => {
      if (mover.loginMethod === "aws" || there.account === mover.account) return there;
      throw new Error(`RotatingSecret ${name}: login jwt trusts the tokens of account ${mover.account} only`);
    });
    const owner = { project: getProject(), component: name };
    const names = place.apply((there) => rotatorNames(getStack(), there, owner, args.rolePath));
    const reports = (args.readers ?? []).map((reader) => reportPath(mover, reader, secretName));
    const rules = rotatorRules(mover.mount, home, this.pendingPath, reports);
    const { policy, ready } = this.createVaultRole(name, mover, names, rules);
    const variables = all([names.vaultIdentity, args.environment ?? {}, ready.urn]).apply(([loginRole, theirs]) => ({
      ...theirs,
      ...writeRotatorEnvironment({
        ...mover,
        login: mover.loginMethod,
        loginRole,
        secretName,
        schedule,
        intervalSeconds: intervalOf(schedule, args.maxAgeDays),
        overlapSeconds,
        longestOverlapSeconds: args.longestOverlapSeconds ?? 0,
        readers: args.readers ?? [],
        timeoutSeconds: options.timeoutSeconds,
      }),
    }));
    const { handler, role } = this.createFunction(name, args, options, { place, names, variables });
    this.createRules(name, schedule, names, handler, options.tags);

    this.alarmTopicArn = createRotatorAlarms(this, name, {
      place,
      names,
      topicArn: args.alarmTopicArn,
      tags: options.tags,
    });
    this.functionName = handler.name;
    this.roleArn = role.arn;
    this.vaultPolicyName = policy.name;
    this.registerOutputs({
      functionName: this.functionName,
      roleArn: this.roleArn,
      alarmTopicArn: this.alarmTopicArn,
      vaultPolicyName: this.vaultPolicyName,
      pendingPath: this.pendingPath,
    });
  }

  private findPlace(): Output<Place> {
    const own = { parent: this };
    return all([getCallerIdentityOutput({}, own), getRegionOutput({}, own), getPartitionOutput({}, own)]).apply(
      ([{ accountId: account }, { region }, { partition, dnsSuffix }]) => ({ account, region, partition, dnsSuffix }),
    );
  }

  /** A policy and a role at the login method of the mover's stack, whose configuration is left alone. */
  private createVaultRole(name: string, mover: MoverStack, names: Output<RotatorNames>, rules: readonly PathRule[]) {
    const child = { parent: this };
    const namespace = mover.vaultNamespace === "" ? undefined : mover.vaultNamespace;
    const policy = new Policy(
      `${name}-policy`,
      { name: names.vaultIdentity, policy: renderPolicy(rules), namespace },
      child,
    );
    const role: RoleArgs = {
      namespace,
      path: mover.loginPath,
      role: names.vaultIdentity,
      roleArn: names.roleArn,
      policies: [policy.name],
      tokenTtlMinutes,
      defaultPolicy: "without",
    };
    return { policy, ready: this.createLoginRole(name, mover, role, names) };
  }

  private createLoginRole(name: string, mover: MoverStack, role: RoleArgs, names: Output<RotatorNames>): Resource {
    const child = { parent: this };
    switch (mover.loginMethod) {
      case "aws":
        return awsRole(`${name}-vault-role`, role, child);
      case "jwt": {
        const claims = { [functionClaim]: names.functionArn };
        return jwtRole(`${name}-vault-role`, { ...role, audience: mover.audience, claims }, child);
      }
      default:
        return mover.loginMethod satisfies never;
    }
  }

  private createFunction(
    name: string,
    args: RotatingSecretArgs,
    options: RotatorOptions,
    made: {
      readonly place: Output<Place>;
      readonly names: Output<RotatorNames>;
      readonly variables: Output<Record<string, string>>;
    },
  ) {
    const { place, names, variables } = made;
    const { mover, create, set, test, retire } = args;
    const { subnetIds, securityGroupIds, tags } = options;
    // The callbacks alone: nothing else of the arguments may get into the function's text.
    const callbacks: RotationCallbacks = { create, set, test, ...(retire === undefined ? {} : { retire }) };
    // Ids that come later were given.
    const inSubnets = !Array.isArray(subnetIds) || subnetIds.length > 0;
    const statements = all([names, args.grants ?? []]).apply(([{ functionArn, logGroupArn }, theirs]) => [
      canLog(logGroupArn),
      ...(mover.loginMethod === "jwt" ? canGetWebIdentityToken(mover.audience, mover.signingAlgorithm) : []),
      ...(inSubnets ? canUseSubnets({ functionArn }) : []),
      ...(theirs as readonly iam.PolicyStatement[]),
      onlyThisFunction({ functionArn }),
    ]);
    return createSerializedFunction(this, name, {
      ...functionRules(args),
      place,
      name: names.rotator,
      description: "Rotates a secret whose home is in Vault",
      factory: () => rotatorHandler(callbacks),
      neverLoaded,
      programPackages: args.packages ?? [],
      memoryMb: options.memoryMb,
      timeoutSeconds: options.timeoutSeconds,
      role: { name: names.rotator, description: "Role of a homing rotator; its ARN is bound in Vault" },
      grants: { name: "rotator", statements },
      logGroup: names.logGroup,
      logRetentionDays: options.logRetentionDays,
      logLevel: options.logLevel,
      variables,
      service: names.rotator,
      ...(inSubnets ? { vpcConfig: { subnetIds, securityGroupIds } } : {}),
      tags,
    });
  }

  private createRules(
    name: string,
    schedule: Schedule,
    names: Output<RotatorNames>,
    handler: lambda.Function,
    tags: RotatorOptions["tags"],
  ): void {
    const calls = [
      { key: "due", ruleName: names.dueRule, ruleArn: names.dueRuleArn, at: lookRate as string, event: "continue" },
      ...(isCron(schedule)
        ? [{ key: "start", ruleName: names.startRule, ruleArn: names.startRuleArn, at: schedule, event: "start" }]
        : []),
    ];
    for (const { at, event, ...rule } of calls) {
      createScheduledCall(this, name, {
        ...rule,
        handler,
        description: "Rotates what is due",
        scheduleExpression: at,
        targetId: "rotator",
        event: { rotate: event },
        tags,
      });
    }
  }
}

/** @throws one error that lists each fault */
function checkArgs(name: string, args: RotatingSecretArgs, timeoutSeconds: number, overlapSeconds: number): void {
  const { secretName, schedule, maxAgeDays, readers = [], longestOverlapSeconds } = args;
  const isWithin = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  const faults = [
    ...(isSecretName(secretName) ? [] : [`no secret has the name ${JSON.stringify(secretName)}`]),
    // It would stand for any segment in the policy.
    ...(secretName.split("/").includes("+")
      ? ["secretName has the segment +, for which no policy can be written"]
      : []),
    ...(isWithin(overlapSeconds, 1, 604_800) ? [] : ["overlapSeconds must be an integer from 1 to 604800"]),
    ...(isWithin(timeoutSeconds, 10, 900) ? [] : ["timeoutSeconds must be an integer from 10 to 900"]),
    ...readerFaults(readers, overlapSeconds, longestOverlapSeconds),
    ...scheduleFaults(schedule, maxAgeDays, longestOverlapSeconds ?? overlapSeconds),
  ];
  if (faults.length > 0) throw new Error(`RotatingSecret ${name}: ${faults.join("; ")}`);
}
