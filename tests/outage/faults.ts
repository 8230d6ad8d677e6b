/** What can be broken, as the mover's edge tells it from the answers of Vault and AWS. */
import { sourceError } from "../../runtime/shared/awsCall";
import { retryableError } from "../../runtime/shared/errors";
import { answerError } from "../../runtime/vault/vaultErrors";
import type { Side } from "../support/hook";
import type { Fault } from "./simulation";

/** How long the transport waits for an answer of Vault. */
const vaultTimeoutMs = 15_000;
/** What the throttling Vault asks to wait. */
export const retryAfterSeconds = 40;

/** Every call to one side fails. @param ms that it takes until it has failed */
const broken =
  (side: Side, error: () => Error, ms = 5): Fault =>
  (call) =>
    call.side === side ? { error: error(), ms } : undefined;

const awsError = (name: string): Error => Object.assign(new Error(name), { name, $metadata: {} });

export const faults = {
  sealed: broken("home", () => answerError("read-home", { status: 503, text: "" })),
  stopped: broken("home", () => retryableError("vault-unreachable", "read-home", "ECONNREFUSED")),
  hanging: broken("home", () => retryableError("vault-unreachable", "read-home", "ABORT_ERR"), vaultTimeoutMs),
  vaultThrottling: broken("home", () =>
    answerError("read-home", { status: 429, text: "", retryAfter: retryAfterSeconds }),
  ),
  stsForJwt: broken("home", () => sourceError("login", awsError("ServiceUnavailable"))),
  stsForAws: broken("home", () => retryableError("vault-login-failed", "login", "status 400")),
  sourceThrottling: broken("source", () => sourceError("describe", awsError("ThrottlingException"))),
} as const;

/** A part of all calls on both sides fails. */
export const sometimes =
  (share: number, random: () => number): Fault =>
  (call) => {
    if (random() >= share) return undefined;
    const source = call.side === "source";
    return {
      error: source
        ? sourceError("describe", awsError("ThrottlingException"))
        : answerError("read-home", { status: 503, text: "" }),
      ms: 5,
    };
  };

/** A fault from one moment to another, in milliseconds since the epoch. */
export const between =
  (from: number, to: number, fault: Fault): Fault =>
  (call, at) =>
    at >= from && at < to ? fault(call, at) : undefined;

export const never: Fault = () => undefined;
