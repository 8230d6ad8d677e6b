import { listOf, later, textsOf } from "../known";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { maxTtlSeconds, tokenLifeFaults } from "../tokenLife";
import type { TokenLife } from "../tokenLife";

function bindingFaults(resource: Looked): readonly string[] {
  const type = resource.read("authType");
  if (type !== undefined && type !== "iam" && type !== later) {
    return [`does not log in by "iam" but by what names no principal: set authType to "iam"`];
  }
  const bound = resource.read("boundIamPrincipalArns");
  if (listOf(bound).length === 0) {
    return ["is bound to no principal: name roles or users in boundIamPrincipalArns"];
  }
  return textsOf(bound)
    .filter((arn) => /[*?]/.test(arn))
    .map((arn) => `is bound to the pattern ${arn}: name each role or user by its exact ARN in boundIamPrincipalArns`);
}

export const vaultAwsRole = rule<TokenLife>({
  name: "vault-aws-role",
  description: "Roles of Vault's AWS login are bound to exact principals, with tokens of an hour at most.",
  level: "mandatory",
  parameters: { maxTtlSeconds },
  types: ["vault:aws/authBackendRole:AuthBackendRole"],
  check: (resource, parameters) =>
    [...bindingFaults(resource), ...tokenLifeFaults(resource, parameters)].map(
      (fault) => `The Vault role ${resource.name} ${fault}.`,
    ),
});
