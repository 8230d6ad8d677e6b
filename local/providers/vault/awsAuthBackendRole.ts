import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import type { VaultClient } from "./client";
import { namespaceProperty, tokenProperties } from "./fields";
import { objectType, splitAuthPath } from "./object";

const fields: Properties = {
  authType: { kind: "text", default: "iam", oneOf: ["iam"], replaces: true },
  boundIamPrincipalArns: { kind: "set" },
  /** Vault refuses to take it back from a role. */
  resolveAwsUniqueIds: { kind: "boolean", default: true, replaces: true },
  ...tokenProperties,
};

/** The SDK's names in the plural are singular in Vault. */
const singular = { bound_iam_principal_arns: "bound_iam_principal_arn" } as const;

/** `vault:aws/authBackendRole:AuthBackendRole` for logins of type iam */
export function awsAuthBackendRoleType(vault: VaultClient): ResourceType {
  return objectType(vault, {
    properties: {
      ...fields,
      role: { kind: "text", required: true, replaces: true },
      backend: { kind: "text", default: "aws", replaces: true },
      namespace: namespaceProperty,
    },
    fields,
    identity: ["backend", "role"],
    pathOf: ({ backend, role }) => `auth/${String(backend)}/role/${String(role)}`,
    identityOf(id) {
      const { backend, name } = splitAuthPath(id, "role");
      return { backend, role: name };
    },
    encode: ({ bound_iam_principal_arns: arns, ...rest }) => ({ ...rest, [singular.bound_iam_principal_arns]: arns }),
    decode: ({ bound_iam_principal_arn: arns, ...rest }) => ({ ...rest, bound_iam_principal_arns: arns }),
    outputs: ({ role_id: roleId }) => ({ roleId }),
  });
}
