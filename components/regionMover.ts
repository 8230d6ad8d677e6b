import { output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";
import { placeOf } from "../runtime/model/stateTag";
import type { MoverPart } from "./args/moverPart";
import type { MoverNames, Place } from "./aws/names";
import { MoverAlarms } from "./mover/moverAlarms";
import type { AlarmOptions } from "./mover/moverAlarms";
import { SecretMover } from "./mover/secretMover";
import type { MoverOptions } from "./mover/secretMover";
import { SecretSweeper } from "./sweeper/secretSweeper";
import type { SweepOptions } from "./sweeper/secretSweeper";
import { VaultAccess } from "./vault/vaultAccess";
import type { VaultAccessSettings } from "./vault/vaultAccess";

/** The mover of one region: what is made there, and its identity in Vault. */
export interface RegionMover {
  readonly region: Output<string>;
  readonly home: VaultAccess;
  readonly secretMover: SecretMover;
  readonly sweeper: SecretSweeper;
  readonly alarms: MoverAlarms;
  readonly loginRole: Output<string>;
}

/** What the output `movers` tells of each. */
export interface RegionOutputs {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionRoleArn: string;
  readonly logGroupName: string;
  readonly sweeperFunctionName: string;
  readonly alarmTopicArn: string;
  readonly moverEntityId: string;
  readonly loginRole: string;
}

export interface RegionMoverArgs {
  readonly place: Input<Place>;
  readonly names: Input<MoverNames>;
  readonly vault: Omit<VaultAccessSettings, "loginRole">;
  readonly loginRole: Input<string>;
  /** Policies of the operators in Vault; only for the first region, whose operators the others share. */
  readonly operatorPolicies?: Input<readonly string[]>;
  readonly mover: Input<MoverPart>;
  readonly options: MoverOptions;
  readonly sweep: SweepOptions;
  readonly alarms: AlarmOptions;
  /** The home of the first region, whose mount and login method this one uses. */
  readonly shared?: VaultAccess;
}

/**
 * Makes the mover of one region.
 *
 * @param nameOf the logical name of a part
 */
export function deployMover(
  nameOf: (part: string) => string,
  args: RegionMoverArgs,
  opts: ComponentResourceOptions,
): RegionMover {
  const { place, loginRole, mover, operatorPolicies, options, sweep, shared } = args;
  const names = output(args.names);
  const home = new VaultAccess(
    nameOf("home"),
    {
      ...args.vault,
      place,
      names,
      loginRole,
      ...(operatorPolicies === undefined ? {} : { operatorPolicies }),
      ...(shared === undefined ? {} : { shared }),
    },
    opts,
  );
  const { moverEntityId, operatorEntityIds } = home;
  const secretMover = new SecretMover(
    nameOf("mover"),
    { ...options, place, names, mover, moverEntityId, operatorEntityIds },
    opts,
  );
  const { queueUrl } = secretMover;
  const sweeper = new SecretSweeper(
    nameOf("sweeper"),
    { ...options, place, names, mover, moverEntityId, sweep, target: { queueUrl } },
    opts,
  );
  const alarms = new MoverAlarms(
    nameOf("alarms"),
    { ...args.alarms, place, names, sweeps: sweep.runs, tags: options.tags },
    opts,
  );
  return { region: output(place).region, home, secretMover, sweeper, alarms, loginRole: output(loginRole) };
}

/**
 * Makes what is left of the mover of a region that has none any more: a sweeper that counts the deletions that it left
 * behind, and the alarms on that. Logical names are those of a mover's, so that what is there stays.
 */
export function deployWatch(
  nameOf: (part: string) => string,
  args: Omit<RegionMoverArgs, "vault" | "loginRole" | "shared"> & { readonly shared: VaultAccess },
  opts: ComponentResourceOptions,
): void {
  const { place, names, mover, options, sweep, shared } = args;
  const { moverEntityId } = shared;
  const target = { formerPlace: output(mover).apply(placeOf) };
  new SecretSweeper(nameOf("sweeper"), { ...options, place, names, mover, moverEntityId, sweep, target }, opts);
  const { tags } = options;
  new MoverAlarms(nameOf("alarms"), { ...args.alarms, place, names, sweeps: "alone", tags }, opts);
}

/** What the output `movers` tells of it. */
export const outputsOf = ({ home, secretMover, sweeper, alarms, loginRole }: RegionMover): Output<RegionOutputs> =>
  output({
    queueUrl: secretMover.queueUrl,
    queueArn: secretMover.queueArn,
    deadLetterQueueUrl: secretMover.deadLetterQueueUrl,
    functionName: secretMover.functionName,
    functionArn: secretMover.functionArn,
    functionRoleArn: secretMover.functionRoleArn,
    logGroupName: secretMover.logGroupName,
    sweeperFunctionName: sweeper.functionName,
    alarmTopicArn: alarms.topicArn,
    moverEntityId: home.moverEntityId,
    loginRole,
  });
