/**
 * Why a message is retried; the secret gets no outcome. Each code says whom it concerns: every secret, because the
 * connection to Vault or AWS is broken; one secret and no other; or this program, which has a defect.
 */
export const retryConcerns = {
  "source-throttled": "connection",
  "source-unreachable": "connection",
  "source-failing": "connection",
  "source-not-found-yet": "secret",
  "replicas-missing": "secret",
  "restore-denied": "secret",
  "vault-unreachable": "connection",
  "vault-throttled": "connection",
  "vault-sealed": "connection",
  "vault-failing": "connection",
  "vault-redirected": "connection",
  "vault-denied": "connection",
  "vault-mount-missing": "connection",
  "vault-answer-unreadable": "connection",
  "vault-login-failed": "connection",
  "vault-entity-mismatch": "connection",
  "vault-template-changed": "connection",
  "vault-record-deleted": "connection",
  contended: "secret",
  defect: "program",
  "out-of-time": "secret",
  "rate-limited": "secret",
} as const;
export type RetryCode = keyof typeof retryConcerns;
export const retryCodes = Object.keys(retryConcerns) as readonly RetryCode[];

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
  | "dead-letter"
  | "delay";

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
