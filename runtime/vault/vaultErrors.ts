/** What Vault's statuses mean. Its texts are read here and go no further: they can quote member names of a value. */
import { retryableError } from "../shared/errors";
import type { Step, RetryCode, RetryableError } from "../shared/errors";
import type { Answer } from "./transport";

const statusCodes: Readonly<Record<number, RetryCode>> = {
  403: "vault-denied",
  412: "vault-failing",
  429: "vault-throttled",
  472: "vault-sealed",
  473: "vault-sealed",
  503: "vault-sealed",
};

/** The error for an answer that says nothing about the secret itself. */
export function answerError(step: Step, answer: Answer): RetryableError {
  const redirected = answer.status >= 300 && answer.status < 400;
  const code = redirected ? "vault-redirected" : (statusCodes[answer.status] ?? "vault-failing");
  return retryableError(code, step, `Vault answered with status ${answer.status.toString()}`, answer.retryAfter);
}

/** `404 {"errors":[]}`: the path was never written. Any other 404 comes from a mount that is missing. */
export function isNeverWritten(answer: Answer): boolean {
  return answer.status === 404 && /^\s*\{\s*"errors"\s*:\s*(\[\s*\]|null)/.test(answer.text);
}

/** The entry is there, and its current version was deleted or destroyed. */
export const isDeletedVersion = (answer: Answer): boolean =>
  answer.status === 404 && /"data"\s*:\s*\{\s*"data"\s*:\s*null/.test(answer.text);

export const isMountMissing = (answer: Answer): boolean =>
  answer.status === 404 && answer.text.includes("no handler for route");

export const isMismatch = (answer: Answer): boolean =>
  answer.status === 400 && answer.text.includes("check-and-set parameter did not match");

/** Texts with which Vault refuses a value for good, some of them as status 500. */
const permanent = [
  "duplicate key",
  "malformed JSON",
  "nesting depth",
  "exceeds allowed",
  "exceeds maximum",
  "expected a map",
  "no data provided",
  "failed to parse JSON input",
  "value being too large",
  "entry is too large",
];

export const isRejected = (answer: Answer): boolean =>
  answer.status === 413 ||
  ((answer.status === 400 || answer.status === 500) && permanent.some((text) => answer.text.includes(text)));

export const isLabelRejected = (answer: Answer): boolean =>
  answer.status === 400 && answer.text.includes("custom_metadata validation failed");

/** Parses an answer of Vault; what the parser says would quote it, so only the verdict leaves. */
export function readJson(step: Step, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw retryableError("vault-answer-unreadable", step, "Vault's answer is not JSON");
  }
}
