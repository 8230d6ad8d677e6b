/** The function as Lambda runs it: it says whether a request was signed with the key that is in Vault. */
import { createHmac, timingSafeEqual } from "node:crypto";

import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { isReadSecretError, secretReader } from "homing";
import type { Secret } from "homing";

/** The key: a text in Secrets Manager, or what somebody wrote as `value` in Vault since. */
function keyOf(secret: Secret): string | undefined {
  switch (secret.kind) {
    case "text":
      return secret.text;
    case "unlabelled":
      return typeof secret.fields["value"] === "string" ? secret.fields["value"] : undefined;
    case "fields":
    case "binary":
      return undefined;
    default:
      return secret satisfies never;
  }
}

function isSigned(body: Buffer, signature: string, key: string): boolean {
  const expected = createHmac("sha256", key).update(body).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Lambda calls this once for a container; login and key last as long as it does. */
export function webhookHandler(): (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> {
  const readSecret = secretReader(process.env);
  const secretName = process.env["SECRET_NAME"] ?? "";

  return async ({ headers, body = "", isBase64Encoded }) => {
    try {
      const key = keyOf(await readSecret(secretName));
      if (key === undefined) {
        console.error(`secret ${secretName} is no text`);
        return { statusCode: 500 };
      }
      const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
      return { statusCode: isSigned(bytes, headers["x-signature"] ?? "", key) ? 204 : 401 };
    } catch (error) {
      if (!isReadSecretError(error)) throw error;
      // It names the secret and the reason, and quotes no value.
      console.error(error.message);
      return { statusCode: error.code === "unreachable" ? 503 : 500 };
    }
  };
}
