import { parseSecretArn } from "../../runtime/model/arn";
import { exemptTag, stayReason, stayingNames } from "../../runtime/model/exemption";
import { encodeName } from "../../runtime/model/path";
import { matches } from "../../runtime/model/pattern";
import { patternFaults } from "../faults";
import { isMap, later, listOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";
import type { Looked } from "../rule";

interface Parameters {
  readonly exemptNames: readonly string[];
  readonly serviceReadNames: readonly string[];
  readonly homes: string;
}

const secretTypes = ["aws:secretsmanager/secret:Secret", "aws-native:secretsmanager:Secret"];
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
const wayOut = `If an AWS service has to read it from Secrets Manager, name it in exemptNames or tag it ${exemptTag.key}=${exemptTag.value}.`;

/** Whether a key is that of the exempting tag: IAM folds the case of keys, and so does the mover. */
const isExemptKey = (key: unknown): boolean => typeof key === "string" && key.toLowerCase() === exemptTag.key;

/** The value of the exempting tag. Tags are a map (aws) or a list of keys with values (aws-native). */
function requestedMode(resource: Looked): Known {
  for (const property of ["tags", "tagsAll"]) {
    const tags = resource.read(property);
    if (tags === later) return later;
    const listed = listOf(tags).find((tag) => isMap(tag) && isExemptKey(tag["key"]));
    const [, mapped] = isMap(tags) ? (Object.entries(tags).find(([key]) => isExemptKey(key)) ?? []) : [];
    const requested = mapped ?? (isMap(listed) ? listed["value"] : undefined);
    if (requested !== undefined) return requested;
  }
  return undefined;
}

/** Whether the secret stays in Secrets Manager; undefined when what would tell is not known yet. */
function stays(resource: Looked, parameters: Parameters): boolean | undefined {
  const requested = requestedMode(resource);
  if (requested === exemptTag.value) return true;
  const name = resource.read("name");
  if (typeof name === "string") {
    if (stayReason({ name, tags: {} }, parameters) !== undefined) return true;
    return requested === later ? undefined : false;
  }
  const prefix = resource.read("namePrefix");
  // Whatever the provider puts after the prefix, such a pattern matches it.
  const covers = (pattern: string): boolean =>
    typeof prefix === "string" && pattern.endsWith("*") && matches(pattern, prefix);
  if (stayingNames(parameters).some(covers)) return true;
  return requested === later || name === later || prefix === later ? undefined : false;
}

const homeOf = (homes: string, name: string): string => homes.replaceAll("{name}", () => encodeName(name));

function checkSecret(resource: Looked, parameters: Parameters): readonly string[] {
  if (stays(resource, parameters) !== false) return [];
  const given = resource.read("name") ?? resource.read("namePrefix");
  const name = typeof given === "string" ? given : resource.name;
  return [
    `The resource ${resource.name} would put the secret ${name} into AWS Secrets Manager, and secrets live in Vault only: write it to ${homeOf(parameters.homes, name)} in Vault instead. ${wayOut}`,
  ];
}

export const noSecretsManagerSecret = rule<Parameters>({
  name: "no-secrets-manager-secret",
  description: "Secrets are kept in Vault and not in AWS Secrets Manager, but for those of the exemption list.",
  level: "mandatory",
  exemptible: false,
  parameters: {
    exemptNames: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Name patterns of secrets that stay in Secrets Manager, as in the setting exemptNames.",
    },
    serviceReadNames: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Name patterns of secrets that an AWS service reads by itself, as in the setting serviceReadNames.",
    },
    homes: {
      type: "string",
      default: "homing/aws/<account>/<region>/{name}",
      description: "Where a secret belongs in Vault: mount and path, with {name} in it.",
    },
  },
  faults: ({ exemptNames, serviceReadNames, homes }) => [
    ...patternFaults("exemptNames", exemptNames),
    ...patternFaults("serviceReadNames", serviceReadNames),
    ...(typeof homes !== "string" || homes.includes("{name}") ? [] : ["homes must hold {name}"]),
  ],
  types: secretTypes,
  check: checkSecret,
  // A version says nothing of its secret's tags, so it is judged beside the secret if that is in the same stack.
  stackTypes: [versionType],
  checkInStack: (version, _, parameters) => {
    const secrets = version.madeFrom("secretId").filter(({ type }) => secretTypes.includes(type));
    // The secret of this stack was judged by itself.
    if (secrets.length > 0) return [];
    const id = version.read("secretId");
    if (typeof id !== "string") return [];
    const name = parseSecretArn(id)?.name ?? id;
    if (stayReason({ name, tags: {} }, parameters) !== undefined) return [];
    return [
      `The resource ${version.name} would write a value to the secret ${name} in AWS Secrets Manager, and secrets live in Vault only: write it to ${homeOf(parameters.homes, name)} in Vault instead. ${wayOut}`,
    ];
  },
});
