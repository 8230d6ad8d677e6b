/** Why a secret could not be read. No error holds a value, nor a text of Vault or of a parser. */
import type { RetryCode, RetryableError } from "../shared/errors";

export const readCodes = [
  /** Not a name that a secret of Secrets Manager can have. */
  "bad-name",
  /** Nothing was ever written there, or it was removed with its metadata. */
  "not-found",
  /** Its current version is deleted, destroyed or expired. */
  "deleted",
  /** Vault's policy does not allow it, also with a fresh login. */
  "denied",
  /** Vault refused the login. */
  "login-failed",
  /** Vault or AWS can't be reached, throttles or fails: try again later. */
  "unreachable",
  /** Vault's answer, or the value under its label, has a form that this version does not know. */
  "unreadable",
] as const;
export type ReadCode = (typeof readCodes)[number];

export interface ReadSecretError extends Error {
  readonly name: "ReadSecretError";
  readonly code: ReadCode;
  /** Name of the secret. */
  readonly secret: string;
  /** Why the connection failed, as one of the mover's codes; absent when it did not. */
  readonly retryCode?: RetryCode;
}

/** A factory and not a class, because a class that extends Error does not survive closure serialization. */
export function readSecretError(
  code: ReadCode,
  secret: string,
  detail: string,
  retryCode?: RetryCode,
): ReadSecretError {
  return Object.assign(new Error(`secret ${secret}: ${code}: ${detail}`), {
    name: "ReadSecretError" as const,
    code,
    secret,
    ...(retryCode === undefined ? {} : { retryCode }),
  });
}

export const isReadSecretError = (error: unknown): error is ReadSecretError =>
  error instanceof Error && error.name === "ReadSecretError" && "code" in error && "secret" in error;

const codeOf = (retryCode: RetryCode): ReadCode => {
  switch (retryCode) {
    case "vault-denied":
      return "denied";
    case "vault-login-failed":
    case "vault-entity-mismatch":
      return "login-failed";
    case "vault-answer-unreadable":
      return "unreadable";
    default:
      return "unreachable";
  }
};

/** Turns the error of a failed connection into that of a read. Its message holds only statuses and codes. */
export const readErrorOf = (error: RetryableError, secret: string): ReadSecretError =>
  readSecretError(codeOf(error.code), secret, error.message, error.code);
