/** A call to AWS that failed for a reason other than the secret. Only an error's name goes further, never its message. */
import { isRetryableError, retryableError } from "./errors";
import type { Step, RetryCode, RetryableError } from "./errors";

interface ServiceError {
  readonly name: string;
  readonly message: string;
}

/** Whether AWS answered with an error. The SDK adds `$metadata` to every error, also to those of a broken connection. */
export const isServiceError = (error: unknown): error is Error & ServiceError =>
  error instanceof Error && "$fault" in error;

const throttled: readonly string[] = [
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
  "LimitExceededException",
];

/** Makes the error for a call that failed for a reason other than the secret. */
export function sourceError(step: Step, error: unknown): RetryableError {
  if (isRetryableError(error)) return error;
  if (!isServiceError(error)) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code";
    return retryableError("source-unreachable", step, `no whole answer came from AWS (${code})`);
  }
  const code: RetryCode = throttled.includes(error.name) ? "source-throttled" : "source-failing";
  return retryableError(code, step, `AWS answered with ${error.name}`);
}
