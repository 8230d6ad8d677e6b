import { covers, globs } from "../glob";
import { documentsOf, policyTypes } from "../iamPolicies";
import type { Statement } from "../iamPolicies";
import { isMap, later, textsOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { isWide, reachesSecrets } from "../secretArns";

interface Parameters {
  readonly namedOnly: boolean;
}

const service = "secretsmanager";
/** These know no resource, so they can only be granted on all of them. */
const unscoped = ["listsecrets", "batchgetsecretvalue", "getrandompassword"].map((action) => `${service}:${action}`);
const attachmentTypes = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
];
/** AWS's own policies that allow actions on every secret. */
const managedPolicy =
  /:iam::aws:policy\/(SecretsManagerReadWrite|AWSSecretsManagerClientReadOnlyAccess|AdministratorAccess|PowerUserAccess)$/;

const namesTag = (keys: Known): boolean =>
  isMap(keys) && Object.keys(keys).some((key) => /^(aws|secretsmanager):resourcetag\//i.test(key));

/** A grant by the tags of the secret is as narrow as the tags are; one whose condition is not known yet may be such. */
const isByTag = ({ condition }: Statement): boolean =>
  condition === later ||
  (isMap(condition) &&
    Object.entries(condition).some(
      ([operator, keys]) => /^(ForAnyValue:)?StringEquals$/.test(operator) && (keys === later || namesTag(keys)),
    ));

function faultsOf(statement: Statement, { namedOnly }: Parameters): readonly string[] {
  const { allows, actions, notActions, resources, partial } = statement;
  if (!allows) return [];
  if (resources !== undefined && !partial && !resources.some(reachesSecrets)) return [];
  if (actions === undefined) {
    const isElsewhere = notActions.some((action) => covers(action.toLowerCase(), `${service}:*`));
    return isElsewhere ? [] : ["allows all actions but some, some of those on secrets too"];
  }
  const own = actions.map((action) => action.toLowerCase()).filter((action) => action.startsWith(`${service}:`));
  const wild = actions.filter((action) => {
    const [named = "", verb = ""] = action.toLowerCase().split(":");
    // An action of all services is only known to reach secrets when its resources are.
    if (named !== service) return globs(named, service) && (resources ?? ["*"]).some(reachesSecrets);
    return /[*?]/.test(verb);
  });
  const faults = wild.map((action) => `allows the action "${action}"`);
  const scoped = own.filter((action) => !unscoped.includes(action));
  if (scoped.length === 0 || isByTag(statement)) return faults;
  const wide = resources === undefined ? ["all but some"] : resources.filter((resource) => isWide(resource, namedOnly));
  return [...faults, ...wide.map((resource) => `allows actions on secrets for the resource "${resource}"`)];
}

function checkPolicies(resource: Looked, parameters: Parameters): readonly string[] {
  return documentsOf(resource)
    .flatMap((statements) => statements.flatMap((statement) => faultsOf(statement, parameters)))
    .map(
      (fault) =>
        `The IAM policy of ${resource.name} ${fault}: name each action on secrets, and the secrets by ARN (or by a condition on their tags).`,
    );
}

function checkAttachments(resource: Looked): readonly string[] {
  const arns = ["policyArn", "policyArns", "managedPolicyArns"].flatMap((property) => textsOf(resource.read(property)));
  return arns
    .map((arn) => managedPolicy.exec(arn)?.[1])
    .filter((name) => name !== undefined)
    .map(
      (name) =>
        `The resource ${resource.name} attaches AWS's policy ${name}, which is for every secret: attach a policy that names the actions and the secrets.`,
    );
}

export const noSecretWildcard = rule<Parameters>({
  name: "no-secret-wildcard",
  description: "Grants on secrets name their actions and their secrets.",
  level: "mandatory",
  parameters: {
    namedOnly: {
      type: "boolean",
      default: false,
      description: "Refuse also ARNs that stand for all secrets of one account and region.",
    },
  },
  types: [...policyTypes, ...attachmentTypes],
  check: (resource, parameters) => [...checkPolicies(resource, parameters), ...checkAttachments(resource)],
});
