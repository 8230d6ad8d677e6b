import { iam } from "@pulumi/aws";
import { ComponentResource, output } from "@pulumi/pulumi";
import type { ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";
import { boundaryPath } from "../aws/iam";
import { fenceDocument } from "./fenceDocument";
import type { FenceRules } from "./fenceDocument";

export interface FenceArgs {
  /** Name of the policy. */
  readonly name: Input<string>;
  readonly rules: Input<FenceRules>;
  /** Default none. */
  readonly tags?: Input<Readonly<Record<string, string>>>;
}

/** The fence as a managed policy, to be set as the permissions boundary of roles and users. */
export class Fence extends ComponentResource {
  public readonly policyArn: Output<string>;

  constructor(name: string, args: FenceArgs, opts?: ComponentResourceOptions) {
    super("homing:aws:Fence", name, {}, opts);

    const policy = new iam.Policy(
      `${name}-policy`,
      {
        name: args.name,
        path: boundaryPath,
        description: "Permissions boundary: new secrets and new values go to Vault, but for the exemption list",
        policy: output(args.rules).apply((rules) => fenceDocument(rules)),
        tags: args.tags ?? {},
      },
      { parent: this },
    );

    this.policyArn = policy.arn;
    this.registerOutputs({ policyArn: this.policyArn });
  }
}
