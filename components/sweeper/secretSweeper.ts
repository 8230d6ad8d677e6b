import type { lambda } from "@pulumi/aws";
import { all, ComponentResource, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { MoverSettings } from "../../runtime/shared/environment";
import { sweepHandler } from "../../runtime/sweeper/handler";
import { writeSweepEnvironment } from "../../runtime/sweeper/settings";
import { allRate, recentRate } from "../../runtime/sweeper/sweep";
import type { SweepKind } from "../../runtime/sweeper/sweep";
import { optionDefaults, sweeperDefaults, withDefaults } from "../args/partDefaults";
import { namesOfProgram } from "../aws/names";
import type { MoverNames, Place } from "../aws/names";
import { createScheduledCall } from "../aws/scheduledCall";
import { createSerializedFunction, functionRules } from "../aws/serializedFunction";
import type { FunctionRules } from "../aws/serializedFunction";
import type { MoverOptions } from "../mover/secretMover";
import { sweeperGrants } from "./sweeperGrants";

/** For its share of the processor: a sweep holds a page and a few batches, whatever the number of secrets. */
const memoryMb = 512;
/** The longest that Lambda allows. */
const timeoutSeconds = 900;
/** What only the mover's function needs. */
const neverLoaded = ["@aws-sdk/client-sts", "jsonc-parser", "node-vault"];

/** When and how fast it sweeps. */
export interface SweepOptions {
  /** Whether the schedules are on. */
  readonly runs: boolean;
  /** Share of the account's ListSecrets rate, 0.05 to 1. */
  readonly sweepShare: number;
}

type Options = Pick<MoverOptions, "enabled" | "logRetentionDays" | "logLevel" | "tags" | keyof FunctionRules>;
/** What the sweeper has to know of the mover. */
type SweptMover = Pick<
  MoverSettings,
  "namePrefix" | "exemptNames" | "settleMinutes" | "formerEntityIds" | "mode" | "modeRules"
>;

/** Each option that isn't given is the argument of `Homing` of the same name, with its default. */
export interface SecretSweeperArgs extends Partial<Options> {
  readonly place: Input<Place>;
  /** Default: those of this program and stack in the place. */
  readonly names?: Input<MoverNames>;
  /** What the mover is told as well. */
  readonly mover?: Input<Partial<SweptMover>>;
  /** Identity entity of the mover, by which its tags are known. */
  readonly moverEntityId: Input<string>;
  readonly sweep?: Partial<SweepOptions>;
  /** The mover's queue, or the place that the tags name of a mover that was here before: then nothing is sent. */
  readonly target: { readonly queueUrl: Input<string> } | { readonly formerPlace: Input<string> };
}

/** The arguments, with what was left out. */
type CompleteArgs = Options & {
  readonly place: Output<Place>;
  readonly names: Output<MoverNames>;
  readonly mover: Output<SweptMover>;
  readonly moverEntityId: Input<string>;
  readonly sweep: SweepOptions;
  readonly target: SecretSweeperArgs["target"];
};

const complete = (given: SecretSweeperArgs): CompleteArgs => ({
  ...withDefaults(optionDefaults, given),
  place: output(given.place),
  names: output(given.names ?? namesOfProgram(given.place, given.rolePath)),
  mover: output(given.mover ?? {}).apply((mover) => withDefaults(sweeperDefaults.mover, mover)),
  sweep: withDefaults(sweeperDefaults.sweep, given.sweep ?? {}),
});

/**
 * Events are delivered at best effort. What they missed, this function finds: it lists all secrets on a schedule and
 * puts them on the mover's queue.
 */
export class SecretSweeper extends ComponentResource {
  public readonly functionName: Output<string>;
  public readonly roleArn: Output<string>;

  constructor(name: string, given: SecretSweeperArgs, opts?: ComponentResourceOptions) {
    super("homing:aws:SecretSweeper", name, {}, opts);

    const args = complete(given);
    const { handler, role } = this.createFunction(name, args);
    this.createSchedules(name, args, handler);

    this.functionName = handler.name;
    this.roleArn = role.arn;
    this.registerOutputs({ functionName: this.functionName, roleArn: this.roleArn });
  }

  /** Outside any VPC: it needs Secrets Manager, SQS and nothing else. */
  private createFunction(name: string, args: CompleteArgs) {
    const { place, names, tags, sweep, target } = args;
    const isFormer = "formerPlace" in target;
    const formerPlace = isFormer ? target.formerPlace : "";
    // A word that is no address, as there is no queue.
    const queueUrl = isFormer ? "none" : target.queueUrl;
    const enabled = args.enabled && !isFormer;
    const { sweepShare } = sweep;
    // No concurrency is reserved: an account with a small limit can't, and two sweeps at once do no harm.
    const statements = all([names, place, args.encryptionKeyArn]).apply(([names, place, arn]) =>
      sweeperGrants(names, arn === undefined ? undefined : { place, arn }),
    );
    return createSerializedFunction(this, name, {
      ...functionRules(args),
      place,
      name: names.sweeper,
      description: "Puts secrets that events may have missed on the mover's queue",
      factory: sweepHandler,
      neverLoaded,
      memoryMb,
      timeoutSeconds,
      role: { name: names.sweeper, description: "Role of the homing sweeper; lists secrets and reads none" },
      grants: { name: "sweeper", statements },
      logGroup: names.sweeperLogGroup,
      logRetentionDays: args.logRetentionDays,
      logLevel: args.logLevel,
      // Only its own settings are written, whatever else the mover's part holds.
      variables: all([place, args.mover, args.moverEntityId, queueUrl, formerPlace]).apply(
        ([{ region }, mover, entityId, queueUrl, place]) =>
          writeSweepEnvironment({ ...mover, region, entityId, place, enabled, sweepShare, queueUrl }),
      ),
      // The mover's name: the metrics of a stack have one dimension.
      service: names.function,
      tags,
    });
  }

  private createSchedules(name: string, { names, tags, sweep }: CompleteArgs, handler: lambda.Function): void {
    const schedules: readonly {
      readonly key: string;
      readonly ruleName: Output<string>;
      readonly ruleArn: Output<string>;
      readonly kind: SweepKind;
      readonly scheduleExpression: string;
      readonly description: string;
    }[] = [
      {
        key: "hourly",
        ruleName: names.hourlyRule,
        ruleArn: names.hourlyRuleArn,
        kind: "recent",
        scheduleExpression: recentRate,
        description: "Sweeps the secrets that changed since the sweep before last",
      },
      {
        key: "daily",
        ruleName: names.dailyRule,
        ruleArn: names.dailyRuleArn,
        kind: "all",
        scheduleExpression: allRate,
        description: "Sweeps all secrets, those that the mover scheduled for deletion included",
      },
    ];
    for (const { kind, ...schedule } of schedules) {
      createScheduledCall(this, name, {
        ...schedule,
        handler,
        state: sweep.runs ? "ENABLED" : "DISABLED",
        targetId: "sweeper",
        event: { sweep: kind },
        tags,
      });
    }
  }
}
