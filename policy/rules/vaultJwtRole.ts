import { isMap, later, listOf, textsOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { maxTtlSeconds, tokenLifeFaults } from "../tokenLife";
import type { TokenLife } from "../tokenLife";

const isGiven = (value: Known): boolean => listOf(value).some((member) => member !== "");

/** The subject, as a setting of its own or as the claim `sub`; a pattern is no subject. */
function hasSubject(resource: Looked): boolean {
  if (isGiven(resource.read("boundSubject"))) return true;
  const claims = resource.read("boundClaims");
  const subject = claims === later ? later : isMap(claims) ? claims["sub"] : undefined;
  const isGlob = resource.read("boundClaimsType") === "glob";
  return isGiven(subject) && !(isGlob && textsOf(subject).some((text) => text.includes("*")));
}

function bindingFaults(resource: Looked): readonly string[] {
  const type = resource.read("roleType");
  const faults: string[] = [];
  // Left out it is "oidc", the login of people with a browser.
  if (type !== "jwt" && type !== later) faults.push('is not of the roleType "jwt": set it');
  if (!isGiven(resource.read("boundAudiences"))) {
    faults.push("takes tokens that were made for anybody: name this Vault's audience in boundAudiences");
  }
  if (!hasSubject(resource)) {
    faults.push("takes tokens of every subject of the issuer: name who may log in by boundSubject");
  }
  return faults;
}

export const vaultJwtRole = rule<TokenLife>({
  name: "vault-jwt-role",
  description: "Roles of Vault's JWT login name type, audience and subject, with tokens of an hour at most.",
  level: "mandatory",
  parameters: { maxTtlSeconds },
  types: ["vault:jwt/authBackendRole:AuthBackendRole"],
  check: (resource, parameters) =>
    [...bindingFaults(resource), ...tokenLifeFaults(resource, parameters)].map(
      (fault) => `The Vault role ${resource.name} ${fault}.`,
    ),
});
