import { getCallerIdentity, getPartition, getRegion } from "@pulumi/aws";
import { getStack } from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import { deployFence } from "./components/fence/fences";
import type { FenceOutputs } from "./components/fence/fences";
import { deployMovers, outputsOf } from "./components/regionMover";
import type { RegionOutputs } from "./components/regionMover";
import { readSettings } from "./settings/settings";

/** What the stack tells its users, other programs and the command line. */
interface Outputs extends FenceOutputs {
  readonly account: string;
  readonly region: string;
  readonly vaultAddress: string;
  readonly vaultNamespace: string;
  readonly vaultCaCertificate: string;
  readonly mount: string;
  readonly homePrefix: string;
  readonly homeTemplate: string;
  readonly loginMethod: string;
  readonly loginPath: string;
  readonly loginRole: string;
  readonly serverId: string;
  readonly audience: string;
  readonly signingAlgorithm: string;
  readonly moverEntityId: Output<string>;
  readonly moverPolicyName: Output<string>;
  readonly queueUrl: Output<string>;
  readonly queueArn: Output<string>;
  readonly deadLetterQueueUrl: Output<string>;
  readonly deadLetterQueueArn: Output<string>;
  readonly functionName: Output<string>;
  readonly functionArn: Output<string>;
  readonly functionRoleArn: Output<string>;
  readonly logGroupName: Output<string>;
  /** Started by hand with {"sweep":"all"} it has every secret looked at now. */
  readonly sweeperFunctionName: Output<string>;
  readonly sweeperRoleArn: Output<string>;
  /** The topic that all alarms publish to; whoever wants to hear of them subscribes to it. */
  readonly alarmTopicArn: Output<string>;
  readonly mode: string;
  readonly namePrefix: string;
  /** The tag, as key=value, with which a person keeps a secret where it is. */
  readonly exemptTag: string;
  /** All regions with a mover, the stack's own one included. What is told without a region is that one's. */
  readonly movers: Readonly<Record<string, RegionOutputs>>;
}

/** The whole program: all settings are checked before the first resource. */
async function program(): Promise<Outputs> {
  const [{ accountId: account }, { region }, { partition, dnsSuffix }] = await Promise.all([
    getCallerIdentity(),
    getRegion(),
    getPartition(),
  ]);
  const place = { partition, account, region, dnsSuffix };
  const settings = readSettings(place);
  const { mover } = settings;
  const movers = deployMovers(getStack(), place, settings);
  const [{ home, secretMover, sweeper, alarms }] = movers;
  const fence = deployFence(getStack(), place, [region, ...settings.furtherRegions], settings);

  return {
    account,
    region,
    vaultAddress: mover.vaultAddress,
    vaultNamespace: mover.vaultNamespace,
    vaultCaCertificate: mover.vaultCaCertificate,
    mount: mover.mount,
    homePrefix: mover.homePrefix,
    homeTemplate: mover.homeTemplate,
    loginMethod: mover.login,
    loginPath: mover.loginPath,
    loginRole: mover.loginRole,
    serverId: mover.serverId,
    audience: mover.audience,
    signingAlgorithm: mover.signingAlgorithm,
    moverEntityId: home.moverEntityId,
    moverPolicyName: home.moverPolicyName,
    queueUrl: secretMover.queueUrl,
    queueArn: secretMover.queueArn,
    deadLetterQueueUrl: secretMover.deadLetterQueueUrl,
    deadLetterQueueArn: secretMover.deadLetterQueueArn,
    functionName: secretMover.functionName,
    functionArn: secretMover.functionArn,
    functionRoleArn: secretMover.functionRoleArn,
    logGroupName: secretMover.logGroupName,
    sweeperFunctionName: sweeper.functionName,
    sweeperRoleArn: sweeper.roleArn,
    alarmTopicArn: alarms.topicArn,
    mode: mover.mode,
    namePrefix: mover.namePrefix,
    exemptTag: "vault-mover-mode=exempt",
    movers: Object.fromEntries(movers.map((one) => [one.region, outputsOf(one)])),
    ...fence,
  };
}

export = program;
