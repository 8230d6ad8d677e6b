/** What the SDK's errors mean. Only an error's name goes further, never its message. */
import type { Refusal } from "../model/ports";
import { isServiceError, sourceError } from "../shared/awsCall";
import type { Step } from "../shared/errors";

/** What Secrets Manager's refusal says about the secret. Every other refusal concerns the connection and is retried. */
export type SourceVerdict =
  | { readonly is: "absent" }
  | { readonly is: "stale" }
  | { readonly is: "not-scheduled" }
  /** DeleteSecret only. */
  | { readonly is: "has-replicas" }
  | Refusal;

const refusal = (reason: Refusal["reason"], outcome: Refusal["outcome"] = "refused"): Refusal => ({
  is: "refused",
  outcome,
  reason,
});

/**
 * Sorts an error of Secrets Manager by its class first and its text second, since one class covers several cases.
 *
 * @throws a RetryableError when the error says nothing about the secret
 */
export function verdictOf(step: Step, error: unknown): SourceVerdict {
  if (!isServiceError(error)) throw sourceError(step, error);
  const { name, message } = error;
  // The class of this refusal differs between kinds of replicas.
  if (step === "delete" && name.startsWith("Invalid") && /replica regions/i.test(message))
    return { is: "has-replicas" };
  switch (name) {
    case "ResourceNotFoundException":
      return { is: "absent" };
    case "DecryptionFailure":
      return refusal("undecryptable");
    case "AccessDeniedException":
      // A denial quotes the secret's name, and a name may hold these letters.
      return refusal(/\bAccess to KMS\b|\bperform: kms:/i.test(message) ? "undecryptable" : "access-denied");
    case "InvalidRequestException":
      // The denial comes first, because its text contains that of the other.
      if (/not scheduled|isn't scheduled|not marked for deletion/i.test(message)) return { is: "not-scheduled" };
      // The third for a minute or so after a deletion without a window.
      if (/marked for deletion|scheduled for deletion|because it was deleted/i.test(message)) return { is: "stale" };
      if (/another service|managed by/i.test(message)) return refusal("service-owned", "skipped");
      return refusal("source-rejected", "failed");
    case "InvalidParameterException":
      if (/replica secret/i.test(message)) return refusal("replica", "skipped");
      return refusal("source-rejected", "failed");
    case "ValidationException":
      return step === "resolve" ? { is: "absent" } : refusal("source-rejected", "failed");
    default:
      throw sourceError(step, error);
  }
}
