import type { ComponentResourceOptions, Output } from "@pulumi/pulumi";
import { moverNames } from "./aws/names";
import type { Place } from "./aws/names";
import { providerIn } from "./aws/regionProvider";
import { MoverAlarms } from "./mover/moverAlarms";
import { SecretMover } from "./mover/secretMover";
import type { MoverOptions, SecretMoverArgs } from "./mover/secretMover";
import { SecretSweeper } from "./sweeper/secretSweeper";
import type { SweepOptions } from "./sweeper/secretSweeper";
import { VaultHome } from "./vault/vaultHome";
import type { VaultHomeSettings } from "./vault/vaultHome";

/** What the movers of a stack are made by, in the parts that the components take. */
export interface MoversArgs {
  readonly vault: VaultHomeSettings;
  /** What the function learns from the settings. */
  readonly mover: SecretMoverArgs["mover"];
  readonly options: MoverOptions;
  readonly sweep: SweepOptions;
  /** The regions with a mover, beside the stack's own one. */
  readonly furtherRegions: readonly string[];
}

/** The mover of one region: what the program makes there, and its identity in Vault. */
export interface RegionMover {
  readonly region: string;
  readonly home: VaultHome;
  readonly secretMover: SecretMover;
  readonly sweeper: SecretSweeper;
  readonly alarms: MoverAlarms;
  readonly loginRole: string;
}

/** What the output `movers` tells of each. */
export interface RegionOutputs {
  readonly queueUrl: Output<string>;
  readonly queueArn: Output<string>;
  readonly deadLetterQueueUrl: Output<string>;
  readonly functionName: Output<string>;
  readonly functionArn: Output<string>;
  readonly functionRoleArn: Output<string>;
  readonly logGroupName: Output<string>;
  readonly sweeperFunctionName: Output<string>;
  readonly alarmTopicArn: Output<string>;
  readonly moverEntityId: Output<string>;
  readonly loginRole: string;
}

/**
 * The mover of the stack's own region, then those of the further ones.
 *
 * @param place the stack's own
 */
export function deployMovers(stack: string, place: Place, settings: MoversArgs): [RegionMover, ...RegionMover[]] {
  const own = deployMover({ stack, place, settings, suffix: "" });
  const further = settings.furtherRegions.map((region) =>
    deployMover(
      {
        stack,
        place: { ...place, region },
        settings: settingsIn(region, settings),
        suffix: `-${region}`,
        shared: own.home,
      },
      { providers: [providerIn(region, place.account)] },
    ),
  );
  return [own, ...further];
}

interface RegionMoverArgs {
  readonly stack: string;
  readonly place: Place;
  readonly settings: MoversArgs;
  /**
   * Tells the logical names of the regions apart. Empty in the stack's own one: its resources were there before there
   * were further ones, and with other logical names they would all be made anew.
   */
  readonly suffix: string;
  /** The home of the stack's own region. */
  readonly shared?: VaultHome;
}

function deployMover(args: RegionMoverArgs, opts?: ComponentResourceOptions): RegionMover {
  const { stack, place, suffix, shared } = args;
  const { vault, mover, options, sweep } = args.settings;
  const names = moverNames(stack, place);
  const home = new VaultHome(
    `home${suffix}`,
    {
      ...vault,
      identityName: names.vaultIdentity,
      region: place.region,
      roleArn: names.roleArn,
      functionArn: names.functionArn,
      ...(shared === undefined ? {} : { shared }),
    },
    opts,
  );
  const { moverEntityId } = home;
  const secretMover = new SecretMover(`mover${suffix}`, { ...options, place, names, mover, moverEntityId }, opts);
  const { queueUrl } = secretMover;
  const sweeper = new SecretSweeper(`sweeper${suffix}`, { ...options, place, names, mover, sweep, queueUrl }, opts);
  const alarms = new MoverAlarms(`alarms${suffix}`, { place, names, sweeps: sweep.runs, tags: options.tags }, opts);
  return { region: place.region, home, secretMover, sweeper, alarms, loginRole: vault.loginRole };
}

/** What the output `movers` tells of it. */
export const outputsOf = ({ home, secretMover, sweeper, alarms, loginRole }: RegionMover): RegionOutputs => ({
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

/**
 * The settings of the mover of a further region. It shares all that is in Vault with the stack's own one but for what a
 * login is bound to: a role of its own.
 */
export function settingsIn<S extends MoversArgs>(region: string, settings: S): S {
  const loginRole = `${settings.vault.loginRole}-${region}`;
  const { vault, mover } = settings;
  return { ...settings, vault: { ...vault, loginRole }, mover: { ...mover, region, loginRole } };
}
