/** Reads a queue message. Anybody may have chosen its text, so only the name of a secret is taken from it. */
import { membersOf } from "../shared/members";

export type Message =
  | { readonly is: "secret"; readonly secret: string }
  /** A kind of event that this program does not act on. */
  | { readonly is: "ignored" }
  | { readonly is: "unreadable" };

/**
 * Secrets Manager's limit for a SecretId. Names and ARNs are printable ASCII. An id with any other character names no
 * secret, and some of these characters would break a line of the log in two for its readers.
 */
const idForm = /^[\x20-\x7e]{1,2048}$/;

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // The parser's message quotes the body; the caller only needs to know that it is unreadable.
    return undefined;
  }
};

/**
 * CloudTrail names a secret in several places: the answer's ARN (`aRN` before 2024), the rotation service's own
 * record, else what the caller typed.
 */
function idFromCloudTrail(detail: unknown): unknown {
  const { responseElements, additionalEventData, requestParameters } = membersOf(detail);
  const response = membersOf(responseElements);
  const request = membersOf(requestParameters);
  return (
    response["arn"] ??
    response["aRN"] ??
    membersOf(additionalEventData)["SecretId"] ??
    request["secretId"] ??
    request["name"]
  );
}

const fromId = (id: unknown): Message =>
  typeof id === "string" && idForm.test(id) ? { is: "secret", secret: id } : { is: "unreadable" };

/**
 * Reads the body of a message: an EventBridge event of Secrets Manager, or `{"secretId": "<ARN or name>"}`, which the
 * sweep and the command line send.
 */
export function readMessage(body: string): Message {
  const message = membersOf(parse(body));
  if ("secretId" in message) return fromId(message["secretId"]);
  switch (message["detail-type"]) {
    case "AWS API Call via CloudTrail":
    case "AWS Service Event via CloudTrail":
      return fromId(idFromCloudTrail(message["detail"]));
    case "Secret Label Updated": {
      const resources = message["resources"];
      const arn: unknown = Array.isArray(resources) ? resources[0] : undefined;
      return fromId(arn ?? membersOf(message["detail"])["name"]);
    }
    default:
      return typeof message["detail-type"] === "string" ? { is: "ignored" } : { is: "unreadable" };
  }
}
