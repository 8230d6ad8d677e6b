import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import type { VaultClient } from "./client";
import { namespaceProperty } from "./fields";
import { objectType, splitAuthPath } from "./object";

/** Vault's own AWS keys aren't among them: nobody here should hand Vault a static credential. */
const fields: Properties = {
  ec2Endpoint: { kind: "text" },
  iamEndpoint: { kind: "text" },
  stsEndpoint: { kind: "text" },
  stsRegion: { kind: "text" },
  useStsRegionFromClient: { kind: "boolean", computed: true },
  iamServerIdHeaderValue: { kind: "text" },
  allowedStsHeaderValues: { kind: "set" },
  maxRetries: { kind: "number", default: -1 },
};

/** `vault:aws/authBackendClient:AuthBackendClient`: how an AWS auth method reaches AWS */
export function awsAuthBackendClientType(vault: VaultClient): ResourceType {
  return objectType(vault, {
    properties: {
      ...fields,
      backend: { kind: "text", default: "aws", replaces: true },
      namespace: namespaceProperty,
    },
    fields,
    identity: ["backend"],
    pathOf: ({ backend }) => `auth/${String(backend)}/config/client`,
    identityOf: (id) => ({ backend: splitAuthPath(id, "config").backend }),
    // Vault takes this list as one text.
    encode: (sent) => ({ ...sent, allowed_sts_header_values: [sent.allowed_sts_header_values].flat().join(",") }),
  });
}
