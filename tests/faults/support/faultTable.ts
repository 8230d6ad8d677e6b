/** What can go wrong with a call, and what a mover must make of it. */
import type { Reason } from "../../../runtime/model/outcome";
import type { RetryCode } from "../../../runtime/shared/errors";
import type { Response } from "../../bundle/support/server";
import { awsCalls, isVaultCall, vaultCalls } from "./calls";
import type { AwsCall, CallName, VaultCall } from "./calls";
import type { Treatment } from "./front";

/** Stands in every value, and in every text with which a server complains. */
export const canary = 'canary-9K "quoted" \\ back/slash ü€ <&>? +=%~ 4e';

/** Whether only the first try of the call is hit, or every one of the first two deliveries. */
export type Span = "once" | "lasting";

export interface Fault {
  readonly name: string;
  readonly treatment: Treatment;
  readonly spans: readonly Span[];
  /** How many deliveries it lasts when it lasts; default two. */
  readonly deliveries?: number;
  /** Takes as long as the time limit of the call. */
  readonly slow?: true;
  /** The calls at which the server can answer so; all unless told. */
  readonly at?: readonly CallName[];
  /** With which code the message must go back to the queue, when the fault lasts or no client repeats the call. */
  readonly code?: RetryCode;
  /** Seconds that the server asked for: the message must rest at least as long. */
  readonly asks?: number;
}

const once: readonly Span[] = ["once"];
const both: readonly Span[] = ["once", "lasting"];

const wire: readonly Fault[] = [
  { name: "reset-before", treatment: { do: "reset", acted: false }, spans: both },
  { name: "reset-after", treatment: { do: "reset", acted: true }, spans: both },
  { name: "half-body", treatment: { do: "cut" }, spans: both },
  { name: "timeout", treatment: { do: "silence", acted: false }, spans: once, slow: true },
  { name: "timeout-after", treatment: { do: "silence", acted: true }, spans: once, slow: true },
  { name: "stalled-body", treatment: { do: "stall" }, spans: once, slow: true },
];

const answer = (response: Response, acted = false): Treatment => ({ do: "answer", acted, response });
const jsonType = { "content-type": "application/json" };

/** Vault's answer with an error text, which quotes a value as some of its real ones do. */
const vaultSays = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Treatment =>
  answer({
    status,
    headers: { ...jsonType, ...headers },
    body: JSON.stringify({ errors: [`${text} (${canary})`] }),
  });

const status = (code: number, way: RetryCode, text: string): Fault => ({
  name: code.toString(),
  treatment: vaultSays(code, text),
  spans: once,
  code: way,
});

const garbage: Response = { status: 200, headers: jsonType, body: `<html>{"data": ${canary}` };

/** Where a redirect of these tests points to: a path that nothing else asks for. */
export const elsewhere = "/v1/planted-mount/data/planted-prefix/elsewhere";

export const vaultFaults: readonly Fault[] = [
  ...wire.map((fault) => ({ ...fault, code: "vault-unreachable" as const })),
  {
    name: "307",
    treatment: answer({ status: 307, headers: { location: elsewhere }, body: "" }),
    spans: once,
    code: "vault-redirected",
  },
  { ...status(400, "vault-failing", "unable to do that just now"), at: vaultCallsBut("login") },
  { ...status(400, "vault-login-failed", "error making upstream request"), at: ["login"] },
  { ...status(403, "vault-denied", "permission denied"), at: vaultCallsBut("login"), spans: both },
  { ...status(403, "vault-login-failed", "permission denied"), at: ["login"] },
  { ...status(404, "vault-mount-missing", "no handler for route"), name: "404-no-mount", at: vaultCallsBut("login") },
  status(412, "vault-failing", "required index state not present"),
  {
    name: "429-retry-after",
    treatment: vaultSays(429, "request path rate limit quota exceeded", { "retry-after": "37" }),
    spans: once,
    code: "vault-throttled",
    asks: 37,
  },
  status(472, "vault-sealed", "disaster recovery secondary"),
  status(473, "vault-sealed", "performance standby"),
  { name: "500-permanent", treatment: vaultSays(500, "duplicate key 'a' in object"), spans: once },
  status(500, "vault-failing", "internal error"),
  { ...status(500, "vault-failing", "internal error"), name: "500-after", treatment: actedOn(500, "internal error") },
  status(502, "vault-failing", "bad gateway"),
  status(503, "vault-sealed", "Vault is sealed"),
  { name: "garbage", treatment: answer(garbage), spans: once, code: "vault-answer-unreadable" },
  { name: "garbage-after", treatment: answer(garbage, true), spans: once, code: "vault-answer-unreadable" },
  {
    name: "cas-mismatch",
    treatment: vaultSays(400, "check-and-set parameter did not match the current version"),
    spans: once,
    at: ["write"],
  },
];

function actedOn(code: number, text: string): Treatment {
  return answer({ status: code, headers: jsonType, body: JSON.stringify({ errors: [`${text} ${canary}`] }) }, true);
}

function vaultCallsBut(name: VaultCall): readonly VaultCall[] {
  return vaultCalls.filter((other) => other !== name);
}

const awsSays = (code: number, type: string, text: string): Treatment =>
  answer({
    status: code,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type },
    body: JSON.stringify({ __type: type, message: `${text} (${canary})`, Message: `${text} (${canary})` }),
  });

const xmlEscaped = (text: string): string => text.replace(/[<>&"]/g, (mark) => `&#${mark.charCodeAt(0).toString()};`);

/** A fault as this call's service puts it: STS answers in XML, the others in JSON. */
export function treatmentAt(call: CallName, { treatment }: Fault): Treatment {
  const type = treatment.do === "answer" ? treatment.response.headers?.["x-amzn-errortype"] : undefined;
  if (call !== "web-identity" || treatment.do !== "answer" || type === undefined) return treatment;
  const error = `<Error><Type>Sender</Type><Code>${type}</Code><Message>${xmlEscaped(canary)}</Message></Error>`;
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`;
  const { status: code } = treatment.response;
  return { ...treatment, response: { status: code, headers: { "content-type": "text/xml" }, body } };
}

/** Calls of Secrets Manager that need a secret which is not scheduled. */
const needUnscheduled: readonly AwsCall[] = [
  "policy",
  "get-value",
  "tag",
  "delete",
  "tag-back",
  "tag-undone",
  "tag-apart",
  "remove-replicas",
  "tag-again",
  "delete-apart",
  "replicate",
];
const ofSecretsManager: readonly AwsCall[] = [
  "resolve",
  "describe",
  ...needUnscheduled,
  "look-source",
  "restore",
  "confirm",
  "look-refused",
  "look-replicas",
];

const denial = awsSays(400, "AccessDeniedException", "is not authorized to perform this");

export const awsFaults: readonly Fault[] = [
  ...wire.map((fault) => ({ ...fault, code: "source-unreachable" as const })),
  {
    name: "throttled",
    treatment: awsSays(400, "ThrottlingException", "Rate exceeded"),
    spans: both,
    code: "source-throttled",
  },
  {
    name: "500",
    treatment: awsSays(500, "InternalServiceError", "An error occurred on the server side."),
    spans: both,
    code: "source-failing",
  },
  { name: "503", treatment: awsSays(503, "ServiceUnavailable", "try again"), spans: both, code: "source-failing" },
  {
    name: "expired-token",
    treatment: awsSays(400, "ExpiredTokenException", "The security token included in the request is expired"),
    spans: once,
    code: "source-failing",
  },
  { name: "denied", treatment: denial, spans: once, at: awsCalls.filter((call) => call !== "restore") },
  { name: "denied", treatment: denial, spans: once, at: ["restore"], code: "restore-denied" },
  // Once is not enough: a tag may not be visible to IAM at once, so the mover asks again.
  { name: "denied-on", treatment: denial, spans: ["lasting"], deliveries: 1, at: ["delete", "delete-apart"] },
  {
    name: "undecryptable",
    treatment: awsSays(400, "DecryptionFailure", "can't decrypt the protected secret text"),
    spans: once,
    at: ["get-value"],
  },
  {
    name: "key-denied",
    treatment: awsSays(400, "AccessDeniedException", "Access to KMS is not allowed"),
    spans: once,
    at: ["get-value"],
  },
  {
    name: "marked-for-deletion",
    treatment: awsSays(400, "InvalidRequestException", "it was marked for deletion"),
    spans: both,
    at: needUnscheduled,
  },
  {
    name: "not-found",
    treatment: awsSays(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    spans: once,
    at: ofSecretsManager,
  },
  { name: "garbage-after", treatment: answer(garbage, true), spans: once },
];

/** Calls that are not made a second time, in this run or the next, because they were denied once. */
const askedAgain: readonly AwsCall[] = [
  "delete",
  "delete-apart",
  "restore",
  "confirm",
  "look-refused",
  "look-replicas",
  "tag-back",
];
const deniedForGood = ofSecretsManager.filter((call) => !askedAgain.includes(call));

/** Calls whose failure the secret itself may cause: at these a fault is a refusal, with its reason in the outcome. */
const refusals: readonly {
  readonly fault: string;
  readonly at: readonly CallName[];
  readonly reason: Reason;
  /** Only in these scenarios. */
  readonly in?: readonly string[];
}[] = [
  { fault: "500-permanent", at: ["write"], reason: "home-rejected" },
  { fault: "denied", at: deniedForGood, reason: "access-denied" },
  // After a delete that failed the run ends with the code of that failure.
  { fault: "denied", at: ["tag-back"], reason: "access-denied", in: ["home-vanishes", "source-changed"] },
  { fault: "denied-on", at: ["delete", "delete-apart"], reason: "access-denied" },
  { fault: "denied", at: ["look-refused"], reason: "access-denied", in: ["replicated"] },
  // The source seems to be gone for good, and so is its home: a person is told.
  { fault: "not-found", at: ["look-source"], reason: "home-deleted", in: ["home-vanishes"] },
  { fault: "undecryptable", at: ["get-value"], reason: "undecryptable" },
  { fault: "key-denied", at: ["get-value"], reason: "undecryptable" },
];

/** The reason with which this fault at this call is the end of a message; undefined: the message comes again. */
export const refusalOf = (call: CallName, fault: Fault, scenario: string): Reason | undefined =>
  refusals.find(
    (row) => row.fault === fault.name && row.at.includes(call) && (row.in === undefined || row.in.includes(scenario)),
  )?.reason;

/** The faults that can meet a call. */
export const faultsAt = (call: CallName): readonly Fault[] =>
  (isVaultCall(call) ? vaultFaults : awsFaults).filter(({ at }) => at === undefined || at.includes(call));
