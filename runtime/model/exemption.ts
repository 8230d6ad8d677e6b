/**
 * Which secrets stay in Secrets Manager by their name or by a person's tag: one list for the mover, for the policy pack
 * and for the fence.
 */
import { modeTag } from "./labels";
import { matches, matchesAny } from "./pattern";

export interface ExemptionList {
  /** Name patterns of secrets that are never touched. */
  readonly exemptNames: readonly string[];
  /** Name patterns of secrets that an AWS service reads by itself, beside those that are known. */
  readonly serviceReadNames: readonly string[];
}

/** The tag with which a person keeps a secret where it is. */
export const exemptTag = { key: modeTag, value: "exempt" } as const;

/**
 * What people request by the tag. IAM folds the case of a tag's key, so the fence takes `Vault-Mover-Mode` for the same
 * tag; on a secret both can stand side by side.
 */
export const requestedModes = (tags: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(tags).flatMap(([key, value]) => (key.toLowerCase() === modeTag ? [value] : []));

/** Names that AWS services read from Secrets Manager by themselves; `serviceReadNames` extends the list. */
const builtInServiceReads = ["ecr-pullthroughcache/*", "AmazonMSK_*"];
/** Services name the secrets they own `<service>!…`. */
const serviceOwnedName = "*!*";

/** Why a secret stays, as far as its name and tags tell. */
export function stayReason(
  { name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
  { exemptNames, serviceReadNames }: ExemptionList,
): "exempt" | "service-owned" | "service-read" | undefined {
  if (matchesAny(exemptNames, name) || requestedModes(tags).includes(exemptTag.value)) return "exempt";
  if (matches(serviceOwnedName, name)) return "service-owned";
  return matchesAny([...builtInServiceReads, ...serviceReadNames], name) ? "service-read" : undefined;
}

/** Patterns of all names that stay: those of {@link stayReason}, for what can't call it. */
export const stayingNames = ({ exemptNames, serviceReadNames }: ExemptionList): readonly string[] => [
  ...exemptNames,
  ...serviceReadNames,
  ...builtInServiceReads,
  serviceOwnedName,
];
