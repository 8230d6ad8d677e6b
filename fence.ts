import type { Output } from "@pulumi/pulumi";
import { Fence, fenceDocument } from "./components/fence";
import { moverNames } from "./components/names";
import type { Place } from "./components/names";
import type { Settings } from "./settings/settings";

/** What the stack tells of its fences; all of them are made of the mover's own exemption list. */
export interface FenceOutputs {
  /** The policy document that keeps people from making and changing secrets, as text; empty with `namePrefix`. */
  readonly fencePolicy: string;
  /** The permissions boundary with this document; empty when `fence` is `none`. */
  readonly fencePolicyArn: Output<string> | string;
  /** Configuration of the policy pack, as the file of `--policy-pack-config` has it. */
  readonly policyPackConfig: string;
}

/** The exemption list for the policy pack, and where a secret belongs instead. */
function packConfig(regions: readonly string[], { mover }: Settings): string {
  const { account, exemptNames, homeTemplate, mount, serviceReadNames } = mover;
  // In which of several regions a program works, the pack doesn't see.
  const [region = "", ...further] = regions;
  const shown = further.length === 0 ? region : "<region>";
  const folder = homeTemplate.replaceAll("{account}", () => account).replaceAll("{region}", () => shown);
  const homes = `${mount}/${folder}`;
  return JSON.stringify({ "no-secrets-manager-secret": { exemptNames, serviceReadNames, homes } });
}

/**
 * The fences of a stack.
 *
 * @param regions all regions with a mover
 */
export function deployFence(stack: string, place: Place, regions: readonly string[], settings: Settings): FenceOutputs {
  const { fence, mover, options } = settings;
  const { exemptNames, serviceReadNames } = mover;
  const rules = { partition: place.partition, regions, principals: fence.principals, exemptNames, serviceReadNames };
  const name = moverNames(stack, place).fencePolicy;
  return {
    // IAM can't say "under this prefix, but for these names".
    fencePolicy: mover.namePrefix === "" ? JSON.stringify(fenceDocument(rules)) : "",
    fencePolicyArn: fence.attachable ? new Fence("fence", { name, rules, tags: options.tags }).policyArn : "",
    policyPackConfig: packConfig(regions, settings),
  };
}
