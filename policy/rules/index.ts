import type { Rule } from "../rule";
import { deleteSecretWithWindow } from "./deleteSecretWithWindow";
import { kvVersion2 } from "./kvVersion2";
import { logRetention } from "./logRetention";
import { noLiteralSecret } from "./noLiteralSecret";
import { noSecretWildcard } from "./noSecretWildcard";
import { noSecretsManagerSecret } from "./noSecretsManagerSecret";
import { noSecureString } from "./noSecureString";
import { queueDeadLetter } from "./queueDeadLetter";
import { queueEncryption } from "./queueEncryption";
import { vaultAwsRole } from "./vaultAwsRole";
import { vaultJwtRole } from "./vaultJwtRole";
import { vaultPolicyScope } from "./vaultPolicyScope";

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  noSecretsManagerSecret,
  noLiteralSecret,
  noSecureString,
  vaultPolicyScope,
  vaultAwsRole,
  vaultJwtRole,
  kvVersion2,
  deleteSecretWithWindow,
  noSecretWildcard,
  queueEncryption,
  queueDeadLetter,
  logRetention,
];
