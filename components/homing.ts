import { getCallerIdentityOutput, getPartitionOutput, getRegionOutput } from "@pulumi/aws";
import { all, ComponentResource, getProject, getStack, log, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Output } from "@pulumi/pulumi";
import { exemptTag } from "../runtime/model/exemption";
import { baseNameOf } from "../runtime/shared/baseName";
import { environmentFaults, operatorFaults, regionFaults } from "./args/conflicts";
import { moverSettings } from "./args/moverPart";
import { optionsOf, vaultSettings } from "./args/parts";
import type { KnownValues, Values } from "./args/table";
import { checkArgs, refuse } from "./args/values";
import { moverNames } from "./aws/names";
import type { MoverNames, Place } from "./aws/names";
import { providerIn } from "./aws/regionProvider";
import { Fence } from "./fence/fence";
import { fencePolicy, fenceRules, packConfig } from "./fence/fences";
import type { HomingArgs } from "./homingArgs";
import type { HomingOutputs } from "./homingOutputs";
import type { MoverAlarms } from "./mover/moverAlarms";
import type { SecretMover } from "./mover/secretMover";
import { deployMover, deployWatch, outputsOf } from "./regionMover";
import type { RegionMover } from "./regionMover";
import type { SecretSweeper } from "./sweeper/secretSweeper";
import type { VaultAccess } from "./vault/vaultAccess";

/** A fault names the argument as the program has it. */
const label = (key: string): string => key;

/**
 * All of homing for one account: makes Vault the only home of the secrets that are in Secrets Manager. Works with the
 * providers of AWS and Vault that it is given by `provider` or `providers`, else with the program's default ones.
 */
export class Homing extends ComponentResource {
  /** The movers of all regions; the first is that of the provider's own one, in whose `home` the others share. */
  public readonly movers: readonly [RegionMover, ...RegionMover[]];
  /** What the first region's mover is made of. */
  public readonly home: VaultAccess;
  public readonly secretMover: SecretMover;
  public readonly sweeper: SecretSweeper;
  public readonly alarms: MoverAlarms;
  /** The permissions boundary that keeps others from making secrets; undefined when `fence` is `none`. */
  public readonly fence: Fence | undefined;
  /** What a program of homing alone has as its outputs. */
  public readonly outputs: HomingOutputs;

  /** @throws one error that lists each fault of the arguments, before any resource is made */
  constructor(name: string, args: HomingArgs, opts?: ComponentResourceOptions) {
    const { values, faults } = checkArgs(args, label);
    refuse(`Homing ${name} can't be made`, faults);
    super("homing:index:Homing", name, {}, opts);

    if (!values.sweepEnabled) {
      void log.warn(
        "sweepEnabled is false: nobody counts the deletions that no mover watches over, finished moves are not checked " +
          "again, and lost events stay lost.",
        this,
      );
    }
    const place = this.findPlace(name, values);
    this.movers = this.createMovers(name, place, values);
    if (values.sweepEnabled) this.watchFormerRegions(name, place, values, this.movers[0]);
    [{ home: this.home, secretMover: this.secretMover, sweeper: this.sweeper, alarms: this.alarms }] = this.movers;

    const regions = place.apply(({ region }) => [region, ...values.regions.slice(1)]);
    const rules = all([place, regions]).apply(([where, everywhere]) =>
      fenceRules(
        where,
        everywhere,
        this.allNames(name, where, values).map(({ roleArn }) => roleArn),
        values,
      ),
    );
    this.fence =
      values.fence === "policy"
        ? new Fence(
            `${name}-fence`,
            { name: this.namesIn(name, place, values).fencePolicy, rules, tags: values.tags },
            { parent: this },
          )
        : undefined;

    const [{ loginRole }] = this.movers;
    const mover = this.settingsOf(name, place, values, loginRole);
    this.outputs = {
      account: place.account,
      region: place.region,
      vaultAddress: mover.vaultAddress,
      vaultNamespace: values.vaultNamespace,
      vaultCaCertificate: mover.vaultCaCertificate,
      mount: values.mount,
      homePrefix: values.homePrefix,
      homeTemplate: mover.homeTemplate,
      loginMethod: values.login,
      loginPath: mover.loginPath,
      loginRole,
      serverId: mover.serverId,
      audience: mover.audience,
      signingAlgorithm: values.signingAlgorithm,
      moverEntityId: this.home.moverEntityId,
      moverPolicyName: this.home.moverPolicyName,
      operatorLoginRoles: this.home.operatorLoginRoles,
      queueUrl: this.secretMover.queueUrl,
      queueArn: this.secretMover.queueArn,
      deadLetterQueueUrl: this.secretMover.deadLetterQueueUrl,
      deadLetterQueueArn: this.secretMover.deadLetterQueueArn,
      functionName: this.secretMover.functionName,
      functionArn: this.secretMover.functionArn,
      functionRoleArn: this.secretMover.functionRoleArn,
      logGroupName: this.secretMover.logGroupName,
      sweeperFunctionName: this.sweeper.functionName,
      sweeperRoleArn: this.sweeper.roleArn,
      alarmTopicArn: this.alarms.topicArn,
      mode: values.mode,
      namePrefix: values.namePrefix,
      exemptTag: `${exemptTag.key}=${exemptTag.value}`,
      movers: all(this.movers.map((one) => all([one.region, outputsOf(one)]))).apply((told) =>
        Object.fromEntries(told),
      ),
      fencePolicy: rules.apply((fence) => fencePolicy(fence, values)),
      fencePolicyArn: this.fence?.policyArn ?? "",
      policyPackConfig: all([place.account, regions, mover.homeTemplate]).apply(([account, everywhere, homeTemplate]) =>
        packConfig(account, everywhere, { ...values, homeTemplate }),
      ),
    };
    this.registerOutputs(this.outputs);
  }

  /** Where the provider works, once it fits the arguments. */
  private findPlace(name: string, values: KnownValues): Output<Place> {
    const own = { parent: this };
    return all([getCallerIdentityOutput({}, own), getRegionOutput({}, own), getPartitionOutput({}, own)]).apply(
      ([{ accountId: account }, { region }, { partition, dnsSuffix }]) => {
        const place = { account, region, partition, dnsSuffix };
        refuse(`Homing ${name} can't be made`, this.nameFaults(name, region, values));
        const roleArns = this.allNames(name, place, values).map(({ roleArn }) => roleArn);
        refuse(`Homing ${name} can't be made`, [
          ...regionFaults(values, label, place),
          ...operatorFaults(values, label, account, roleArns),
        ]);
        return place;
      },
    );
  }

  /** A name in AWS that would be too long: of a mover, or of the watch that a former region has. */
  private nameFaults(name: string, region: string, { regions, formerRegions }: KnownValues): string[] {
    const owner = { project: getProject(), component: name };
    return [region, ...regions.slice(1), ...formerRegions]
      .map((where) => baseNameOf(getStack(), where, owner))
      .flatMap((made) => ("fault" in made ? [made.fault] : []));
  }

  private namesAt(name: string, place: Place, { rolePath }: KnownValues): MoverNames {
    return moverNames(getStack(), place, { project: getProject(), component: name }, rolePath);
  }

  /** The names of the movers of all regions, the first of which is that of the place. */
  private allNames(name: string, place: Place, values: KnownValues): readonly MoverNames[] {
    return [place.region, ...values.regions.slice(1)].map((region) => this.namesAt(name, { ...place, region }, values));
  }

  private namesIn(name: string, place: Output<Place>, values: KnownValues): Output<MoverNames> {
    return place.apply((where) => this.namesAt(name, where, values));
  }

  private settingsOf(name: string, place: Output<Place>, values: KnownValues, loginRole: Output<string>) {
    // Resolved, all of them are known.
    const known = output(values) as Output<Values>;
    return all([place, known, loginRole]).apply(([where, plain, role]) => {
      const settings = moverSettings(where, plain, role);
      refuse(`Homing ${name} can't be made`, environmentFaults(settings, label, plain.operatorRoleArns.length));
      return settings;
    });
  }

  /** Deletions that were begun there go on, although no mover is left. */
  private watchFormerRegions(
    name: string,
    place: Output<Place>,
    values: KnownValues,
    { home, loginRole }: RegionMover,
  ) {
    for (const region of values.formerRegions) {
      const provider = providerIn(region, place.account, `${name}-aws-${region}`, { parent: this });
      const there = place.apply((where) => ({ ...where, region }));
      deployWatch(
        (part) => `${name}-${part}-${region}`,
        {
          place: there,
          names: this.namesIn(name, there, values),
          mover: this.settingsOf(name, there, values, loginRole),
          ...optionsOf(values),
          sweep: { runs: true, sweepShare: values.sweepShare },
          shared: home,
        },
        { providers: [provider], parent: this },
      );
    }
  }

  private createMovers(
    name: string,
    place: Output<Place>,
    values: KnownValues,
  ): readonly [RegionMover, ...RegionMover[]] {
    const [, ...further] = values.regions;
    const operatorPolicies = place.apply((where) =>
      this.allNames(name, where, values).map(({ vaultIdentity }) => vaultIdentity),
    );
    const mover = (where: Output<Place>, suffix: string, opts: ComponentResourceOptions, shared?: VaultAccess) => {
      const names = this.namesIn(name, where, values);
      const loginRole = values.loginRole === "" ? names.vaultIdentity : output(`${values.loginRole}${suffix}`);
      return deployMover(
        (part) => `${name}-${part}${suffix}`,
        {
          place: where,
          names,
          vault: vaultSettings(values),
          loginRole,
          operatorPolicies,
          mover: this.settingsOf(name, where, values, loginRole),
          ...optionsOf(values),
          // Also while nobody reads the queue: then it counts the deletions that nobody watches over, and sends nothing.
          sweep: { runs: values.sweepEnabled, sweepShare: values.sweepShare },
          ...(shared === undefined ? {} : { shared }),
        },
        { ...opts, parent: this },
      );
    };
    const own = mover(place, "", {});
    return [
      own,
      ...further.map((region) => {
        const provider = providerIn(region, place.account, `${name}-aws-${region}`, { parent: this });
        const there = place.apply((where) => ({ ...where, region }));
        return mover(there, `-${region}`, { providers: [provider] }, own.home);
      }),
    ];
  }
}
