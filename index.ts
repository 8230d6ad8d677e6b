import { getCallerIdentity, getPartition, getRegion } from "@pulumi/aws";
import { getStack } from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import { MoverAlarms } from "./components/moverAlarms";
import { moverNames } from "./components/names";
import { SecretMover } from "./components/secretMover";
import { SecretSweeper } from "./components/secretSweeper";
import { VaultHome } from "./components/vaultHome";
import { readSettings } from "./settings";

/** What the stack tells its users, other programs and the command line. */
interface Outputs {
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
}

/** The whole program: all settings are checked before the first resource. */
async function program(): Promise<Outputs> {
  const [{ accountId: account }, { region }, { partition, dnsSuffix }] = await Promise.all([
    getCallerIdentity(),
    getRegion(),
    getPartition(),
  ]);
  const place = { partition, account, region, dnsSuffix };
  const { vault, mover, options, sweep } = readSettings(place);
  const names = moverNames(getStack(), place);

  const home = new VaultHome("home", {
    ...vault,
    identityName: names.vaultIdentity,
    region,
    roleArn: names.roleArn,
    functionArn: names.functionArn,
  });
  const secretMover = new SecretMover("mover", { ...options, place, names, mover, moverEntityId: home.moverEntityId });
  const sweeper = new SecretSweeper("sweeper", {
    ...options,
    place,
    names,
    mover,
    sweep,
    queueUrl: secretMover.queueUrl,
  });
  const alarms = new MoverAlarms("alarms", { place, names, sweeps: sweep.runs, tags: options.tags });

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
  };
}

export = program;
