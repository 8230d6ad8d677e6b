/** What is wrong with the way to Vault or AWS: never an outcome, always a retry. */
export const wayCodes = [
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
export type WayCode = (typeof wayCodes)[number];

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

export interface WayError extends Error {
  readonly name: "WayError";
  readonly code: WayCode;
  readonly step: Step;
  /** Seconds that the server asked to wait (`Retry-After`). */
  readonly retryAfter?: number;
}

/**
 * Makes the error for a broken way. It takes no cause on purpose: the texts of parsers, HTTP clients and servers can
 * quote a part of a secret, so only a status, an error name or a socket's error code may come in as `detail`.
 *
 * A factory and not a class, because a class that extends Error does not survive closure serialization.
 */
export function wayError(code: WayCode, step: Step, detail: string, retryAfter?: number): WayError {
  return Object.assign(new Error(`${code} at step ${step}: ${detail}`), {
    name: "WayError" as const,
    code,
    step,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

export const isWayError = (error: unknown): error is WayError =>
  error instanceof Error && error.name === "WayError" && "code" in error && "step" in error;
