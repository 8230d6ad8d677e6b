/** Why a connection to Vault or AWS failed. The message is retried; the secret gets no outcome. */
export const retryCodes = [
  "source-throttled",
  "source-unreachable",
  "source-failing",
  "source-not-found-yet",
  "source-has-replicas",
  "vault-unreachable",
  "vault-throttled",
  "vault-sealed",
  "vault-failing",
  "vault-redirected",
  "vault-denied",
  "vault-mount-missing",
  "vault-answer-unreadable",
  "vault-login-failed",
  "vault-entity-mismatch",
  "vault-template-changed",
  "contended",
  "defect",
  "out-of-time",
] as const;
export type RetryCode = (typeof retryCodes)[number];

/** The step of the move at which something went wrong. */
export type Step =
  | "run"
  | "login"
  | "set-up"
  | "resolve"
  | "read-home"
  | "describe"
  | "read"
  | "write"
  | "label"
  | "read-back"
  | "tag"
  | "delete"
  | "restore"
  | "replicate"
  | "cancel-rotation"
  | "dead-letter";

export interface RetryableError extends Error {
  readonly name: "RetryableError";
  readonly code: RetryCode;
  readonly step: Step;
  /** Seconds that the server asked to wait (`Retry-After`). */
  readonly retryAfter?: number;
}

/**
 * Makes the error for a failed connection. It takes no cause on purpose: the texts of parsers, HTTP clients and servers
 * can quote a part of a secret, so `detail` may only be a status, an error's name or a socket's error code.
 *
 * A factory and not a class, because a class that extends Error does not survive closure serialization.
 */
export function retryableError(code: RetryCode, step: Step, detail: string, retryAfter?: number): RetryableError {
  return Object.assign(new Error(`${code} at step ${step}: ${detail}`), {
    name: "RetryableError" as const,
    code,
    step,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

export const isRetryableError = (error: unknown): error is RetryableError =>
  error instanceof Error && error.name === "RetryableError" && "code" in error && "step" in error;
