import type { Output } from "@pulumi/pulumi";
import type { MoverSettings } from "../../runtime/shared/environment";
import { moverNames } from "../aws/names";
import type { Place } from "../aws/names";
import { Fence } from "./fence";
import { fenceDocument } from "./fenceDocument";

/** The fence around Secrets Manager for people and other programs. */
export interface FenceSettings {
  /** Whether it is made as a policy, to be set as a permissions boundary. */
  readonly attachable: boolean;
  /** Who may go on making and changing secrets. */
  readonly principals: readonly string[];
}

/** What the fences of a stack are made by. */
export interface FencesArgs {
  readonly fence: FenceSettings;
  readonly mover: Pick<
    MoverSettings,
    "account" | "exemptNames" | "homeTemplate" | "mount" | "namePrefix" | "serviceReadNames"
  >;
  readonly options: { readonly tags: Readonly<Record<string, string>> };
}

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
function packConfig(regions: readonly string[], { mover }: Pick<FencesArgs, "mover">): string {
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
export function deployFence(
  stack: string,
  place: Place,
  regions: readonly string[],
  settings: FencesArgs,
): FenceOutputs {
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
