import type { iam } from "@pulumi/aws";
import { exemptTag, stayingNames } from "../../runtime/model/exemption";
import type { ExemptionList } from "../../runtime/model/exemption";
import { againTag, stateTag } from "../../runtime/model/stateTag";
import { policyOf } from "../aws/iam";

/** What gives a secret a value. RestoreSecret is not among them: a person's undo stays possible. */
export const fencedChanges = [
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecret",
  "secretsmanager:UpdateSecretVersionStage",
] as const;
export const fencedCreation = "secretsmanager:CreateSecret";

/** IAM counts a managed policy's characters without white space, and takes so many. */
const mostCharacters = 6_144;

export interface FenceRules extends ExemptionList {
  readonly partition: string;
  /** The regions of the movers: elsewhere nobody would move a secret, so nobody is kept from making one. */
  readonly regions: readonly string[];
  /** ARN patterns of roles and users that may go on making and changing secrets. */
  readonly principals: readonly string[];
  /** ARN patterns of the movers' and the operators' roles: nobody else may write what a mover remembers. */
  readonly taggers: readonly string[];
}

/**
 * A name pattern as IAM's: `*` means the same, and what else is special there stands for itself. (IAM has no escape but
 * a variable.)
 */
export const iamPattern = (pattern: string): string => pattern.replace(/[?$]/g, (special) => `\${${special}}`);

/**
 * The fence as a policy document, for a service control policy or a permissions boundary: it allows all that another
 * policy allows, but no new secrets and no new values except for the names, tags and principals of the list. The mover's
 * tag is written by movers and operators alone, but for the word with which anybody lets a secret move again.
 */
export function fenceDocument({ partition, regions, principals, taggers, ...list }: FenceRules): iam.PolicyDocument {
  const names = stayingNames(list).map(iamPattern);
  const secret = (name: string): string => `arn:${partition}:secretsmanager:*:*:secret:${name}`;
  /** Replicas of another region or account would be more secrets. The mover makes again what it removed. */
  const replicators = [...principals, ...taggers];
  /** An absent key is not equal: a secret without the tag, and a principal that is nobody's pattern, are fenced. */
  const unlessExempt = (tag: "RequestTag" | "ResourceTag") => ({
    StringEquals: { "aws:RequestedRegion": [...regions] },
    StringNotEquals: { [`aws:${tag}/${exemptTag.key}`]: exemptTag.value },
    ...(principals.length > 0 ? { ArnNotLike: { "aws:PrincipalArn": [...principals] } } : {}),
  });
  // In any case of letters: IAM's conditions on a tag don't tell `Vault-Mover` apart from the mover's own.
  const withStateTag = {
    StringEquals: { "aws:RequestedRegion": [...regions] },
    "ForAnyValue:StringEqualsIgnoreCase": { "aws:TagKeys": [stateTag] },
    ArnNotLike: { "aws:PrincipalArn": [...taggers] },
  };
  // Six random characters end the ARN of a secret that exists; whether they are known at its creation isn't documented.
  const existing = names.map((name) => secret(`${name}-??????`));
  return policyOf([
    { Effect: "Allow", Action: ["*"], Resource: ["*"] },
    {
      Effect: "Deny",
      Action: [fencedCreation],
      NotResource: [...names.map(secret), ...existing],
      Condition: unlessExempt("RequestTag"),
    },
    {
      // The name itself, exactly: an ARN that ends in six characters could be another secret's of a longer name.
      Effect: "Deny",
      Action: [fencedCreation],
      Resource: ["*"],
      Condition: {
        ...unlessExempt("RequestTag"),
        StringNotLike: { "secretsmanager:Name": names },
        Null: { "secretsmanager:Name": "false" },
      },
    },
    {
      Effect: "Deny",
      Action: [...fencedChanges],
      NotResource: existing,
      Condition: unlessExempt("ResourceTag"),
    },
    {
      Effect: "Deny",
      Action: ["secretsmanager:AssociateCrossAccountReplica", "secretsmanager:ReplicateSecretToRegions"],
      NotResource: existing,
      Condition: { ...unlessExempt("ResourceTag"), ArnNotLike: { "aws:PrincipalArn": replicators } },
    },
    {
      Effect: "Deny",
      Action: [fencedCreation, "secretsmanager:TagResource"],
      Resource: ["*"],
      Condition: { ...withStateTag, StringNotEquals: { [`aws:RequestTag/${stateTag}`]: againTag } },
    },
    { Effect: "Deny", Action: ["secretsmanager:UntagResource"], Resource: ["*"], Condition: withStateTag },
  ]);
}

/** How many characters the fence is too long for a managed policy; 0 when it fits. */
export const fenceExcess = (rules: FenceRules): number =>
  Math.max(0, JSON.stringify(fenceDocument(rules)).length - mostCharacters);
