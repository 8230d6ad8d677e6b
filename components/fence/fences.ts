import type { MoverSettings } from "../../runtime/shared/environment";
import type { Place } from "../aws/names";
import { fenceDocument } from "./fenceDocument";
import type { FenceRules } from "./fenceDocument";

/** What the fences of a stack are made of: the mover's own exemption list, and who stays free. */
export interface FenceSettings extends Pick<
  MoverSettings,
  "exemptNames" | "homeTemplate" | "mount" | "namePrefix" | "serviceReadNames"
> {
  /** Who may go on making and changing secrets. */
  readonly fencePrincipals: readonly string[];
  /** The roles of people who move from a terminal. */
  readonly operatorRoleArns: readonly string[];
}

/**
 * The rules of the fence.
 *
 * @param regions all regions with a mover
 * @param moverRoleArns the roles of these movers; those of other accounts' stacks of the same name are meant as well, since
 *   one service control policy may serve all accounts
 */
export const fenceRules = (
  { partition }: Pick<Place, "partition">,
  regions: readonly string[],
  moverRoleArns: readonly string[],
  { exemptNames, fencePrincipals, operatorRoleArns, serviceReadNames }: FenceSettings,
): FenceRules => ({
  partition,
  regions,
  principals: fencePrincipals,
  taggers: [...moverRoleArns.map((arn) => arn.replace(/::\d{12}:/, "::*:")), ...operatorRoleArns],
  exemptNames,
  serviceReadNames,
});

/** The policy document that keeps people from making and changing secrets, as text; empty with `namePrefix`. */
export const fencePolicy = (rules: FenceRules, { namePrefix }: FenceSettings): string =>
  // IAM can't say "under this prefix, but for these names".
  namePrefix === "" ? JSON.stringify(fenceDocument(rules)) : "";

/**
 * Configuration of the policy pack, as the file of `--policy-pack-config` has it: the exemption list, and where a secret
 * belongs instead.
 */
export function packConfig(
  account: string,
  regions: readonly string[],
  { exemptNames, homeTemplate, mount, serviceReadNames }: FenceSettings,
): string {
  // In which of several regions a program works, the pack doesn't see.
  const [region = "", ...further] = regions;
  const shown = further.length === 0 ? region : "<region>";
  const folder = homeTemplate.replaceAll("{account}", () => account).replaceAll("{region}", () => shown);
  const homes = `${mount}/${folder}`;
  return JSON.stringify({ "no-secrets-manager-secret": { exemptNames, serviceReadNames, homes } });
}
