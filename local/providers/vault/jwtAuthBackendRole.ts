import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { textMap } from "../values";
import type { Values } from "../values";
import type { VaultClient } from "./client";
import { namespaceProperty, tokenProperties } from "./fields";
import { objectType, splitAuthPath } from "./object";

const fields: Properties = {
  roleType: { kind: "text", required: true, oneOf: ["jwt"] },
  userClaim: { kind: "text", required: true },
  userClaimJsonPointer: { kind: "boolean" },
  boundAudiences: { kind: "set" },
  boundSubject: { kind: "text" },
  boundClaims: { kind: "map" },
  boundClaimsType: { kind: "text", computed: true },
  claimMappings: { kind: "map" },
  groupsClaim: { kind: "text" },
  clockSkewLeeway: { kind: "number" },
  expirationLeeway: { kind: "number" },
  notBeforeLeeway: { kind: "number" },
  maxAge: { kind: "number" },
  ...tokenProperties,
};

/** A claim's value in the SDK is one text; commas part several allowed ones, unless that is switched off. */
function splitClaims(inputs: Values): Values {
  const claims = Object.entries(textMap(inputs, "boundClaims"));
  if (inputs.disableBoundClaimsParsing === true) return Object.fromEntries(claims);
  return Object.fromEntries(claims.map(([claim, value]) => [claim, value.includes(",") ? value.split(",") : value]));
}

function joinClaims(claims: unknown): Values {
  const entries = Object.entries((claims ?? {}) as Values);
  return Object.fromEntries(entries.map(([claim, value]) => [claim, Array.isArray(value) ? value.join(",") : value]));
}

/** `vault:jwt/authBackendRole:AuthBackendRole` for logins of type jwt */
export function jwtAuthBackendRoleType(vault: VaultClient): ResourceType {
  return objectType(vault, {
    properties: {
      ...fields,
      roleName: { kind: "text", required: true, replaces: true },
      backend: { kind: "text", default: "jwt", replaces: true },
      disableBoundClaimsParsing: { kind: "boolean" },
      namespace: namespaceProperty,
    },
    fields,
    identity: ["backend", "roleName"],
    pathOf: ({ backend, roleName }) => `auth/${String(backend)}/role/${String(roleName)}`,
    identityOf(id) {
      const { backend, name } = splitAuthPath(id, "role");
      return { backend, roleName: name };
    },
    encode: (sent, inputs) => ({ ...sent, bound_claims: splitClaims(inputs) }),
    decode: (found) => ({ ...found, bound_claims: joinClaims(found.bound_claims) }),
  });
}
