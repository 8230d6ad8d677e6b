import type { Output } from "@pulumi/pulumi";
import type { RegionOutputs } from "./regionMover";

/** What `Homing` tells its users, other programs and the command line: docs/outputs.md. What has one region is the first's. */
export interface HomingOutputs {
  readonly account: Output<string>;
  readonly region: Output<string>;
  readonly vaultAddress: Output<string>;
  readonly vaultNamespace: string;
  readonly vaultCaCertificate: Output<string>;
  readonly mount: string;
  readonly homePrefix: string;
  readonly homeTemplate: Output<string>;
  readonly loginMethod: string;
  readonly loginPath: Output<string>;
  readonly loginRole: Output<string>;
  readonly serverId: Output<string>;
  readonly audience: Output<string>;
  readonly signingAlgorithm: string;
  readonly moverEntityId: Output<string>;
  readonly moverPolicyName: Output<string>;
  /** The operators' login roles in Vault, by the ARNs of their IAM roles. */
  readonly operatorLoginRoles: Output<Readonly<Record<string, string>>>;
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
  /** All regions with a mover. */
  readonly movers: Output<Readonly<Record<string, RegionOutputs>>>;
  /** The policy document that keeps people from making and changing secrets, as text; empty with `namePrefix`. */
  readonly fencePolicy: Output<string>;
  /** The permissions boundary with this document; empty when `fence` is `none`. */
  readonly fencePolicyArn: Output<string> | string;
  /** Configuration of the policy pack, as the file of `--policy-pack-config` has it. */
  readonly policyPackConfig: Output<string>;
}
