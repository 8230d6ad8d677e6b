import type { Invoke, ProviderTable } from "../resourceType";
import { refuseOtherSettings } from "../configuration";
import { nested, text } from "../values";
import type { Values } from "../values";
import { authBackendType } from "./authBackend";
import { findAuthMethod } from "./authMethod";
import { awsAuthBackendClientType } from "./awsAuthBackendClient";
import { awsAuthBackendRoleType } from "./awsAuthBackendRole";
import { childClient } from "./client";
import type { VaultClient } from "./client";
import { identityEntityType } from "./identityEntity";
import { identityEntityAliasType } from "./identityEntityAlias";
import { jwtAuthBackendType } from "./jwtAuthBackend";
import { jwtAuthBackendRoleType } from "./jwtAuthBackendRole";
import { kvSecretBackendV2Type } from "./kvSecretBackendV2";
import { mountType } from "./mount";
import { policyType } from "./policy";

const getAuthBackend = (vault: VaultClient): Invoke => ({
  properties: { path: { kind: "text", required: true }, namespace: { kind: "text" } },
  async run(args) {
    const path = text(args, "path");
    const found = await findAuthMethod(vault, path, args);
    if (!found) throw new Error(`no auth method at ${path}`);
    const config = nested(found, "config");
    return {
      id: path,
      path,
      namespace: args.namespace,
      type: found.type,
      description: found.description,
      local: found.local,
      accessor: found.accessor,
      defaultLeaseTtlSeconds: config.default_lease_ttl,
      maxLeaseTtlSeconds: config.max_lease_ttl,
      listingVisibility: config.listing_visibility ?? "",
    };
  },
});

/**
 * The types and functions of the vault provider that the program uses, on the server that the environment names.
 */
export function vaultTable(env: NodeJS.ProcessEnv, configuration: Values = {}): ProviderTable {
  const vault = childClient(env);
  refuseOtherSettings(configuration, { address: env.VAULT_ADDR, namespace: env.VAULT_NAMESPACE });
  return {
    types: {
      "vault:index/mount:Mount": mountType(vault),
      "vault:index/policy:Policy": policyType(vault),
      "vault:index/authBackend:AuthBackend": authBackendType(vault),
      "vault:aws/authBackendClient:AuthBackendClient": awsAuthBackendClientType(vault),
      "vault:aws/authBackendRole:AuthBackendRole": awsAuthBackendRoleType(vault),
      "vault:jwt/authBackend:AuthBackend": jwtAuthBackendType(vault),
      "vault:jwt/authBackendRole:AuthBackendRole": jwtAuthBackendRoleType(vault),
      "vault:identity/entity:Entity": identityEntityType(vault),
      "vault:identity/entityAlias:EntityAlias": identityEntityAliasType(vault),
      "vault:kv/secretBackendV2:SecretBackendV2": kvSecretBackendV2Type(vault),
    },
    invokes: { "vault:index/getAuthBackend:getAuthBackend": getAuthBackend(vault) },
  };
}
