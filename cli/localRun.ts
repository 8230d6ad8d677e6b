/** Moves secrets in this process, many at once, with the function's own protocol. */
import type { Outcome } from "../runtime/model/outcome";
import { delaySeconds } from "../runtime/mover/backoff";
import type { MoveRequest } from "../runtime/mover/run";
import { isRetryableError } from "../runtime/shared/errors";
import type { RetryCode, RetryableError } from "../runtime/shared/errors";
import { makeTaskPool } from "../runtime/sweeper/taskPool";

export interface LocalPorts {
  readonly move: (request: MoveRequest) => Promise<Outcome>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly stopped: () => boolean;
}

/** A secret that did not end in this run, and why. */
export interface Left {
  readonly secret: string;
  readonly code: RetryCode | "deletion-unseen";
}

export interface LocalEnd {
  readonly left: readonly Left[];
  /** Secrets that were not begun. */
  readonly unbegun: number;
}

/** Codes that concern a single secret. Any other code would stop all secrets in the same way. */
const ofOneSecret: readonly RetryCode[] = ["contended", "source-has-replicas", "source-not-found-yet"];
/** Codes for which waiting does not help. */
const lasting: readonly RetryCode[] = [
  "vault-denied",
  "vault-login-failed",
  "vault-entity-mismatch",
  "vault-template-changed",
  "vault-mount-missing",
  "vault-redirected",
  "defect",
];
const attempts = 5;
/** Secrets Manager shows a delete within five minutes. */
const unseenAttempts = 6;
const unseenMs = 60_000;

/** AWS no longer knows the caller, or does not allow it this call. */
const isRefused = ({ message }: RetryableError): boolean =>
  /AWS answered with \w*(Expired|Unrecognized|InvalidClientToken|Signature|AccessDenied)/.test(message);

/**
 * Runs until every secret has ended or the person stops it. The runs in progress end first.
 *
 * @throws the RetryableError that every secret would meet, after the runs in progress have ended
 */
export async function runLocally(
  arns: readonly string[],
  { move, sleep, random, stopped }: LocalPorts,
  atOnce: number,
  on: (outcome: Outcome) => Promise<void> | void,
): Promise<LocalEnd> {
  const left: Left[] = [];
  let failed = false;

  async function moveOne(secret: string): Promise<void> {
    for (let attempt = 1, unseen = 1; ;) {
      try {
        const outcome = await move({ secret, receiveCount: attempt, remainingMs: () => Infinity });
        if (outcome.reason !== "deletion-unseen") {
          await on(outcome);
          return;
        }
        if (unseen === unseenAttempts || stopped() || failed) {
          left.push({ secret, code: "deletion-unseen" });
          return;
        }
        unseen += 1;
        await sleep(unseenMs);
      } catch (error) {
        if (!isRetryableError(error) || lasting.includes(error.code) || isRefused(error)) throw error;
        if (attempt === attempts || stopped() || failed) {
          if (!ofOneSecret.includes(error.code)) throw error;
          left.push({ secret, code: error.code });
          return;
        }
        await sleep(delaySeconds(attempt, random(), error.retryAfter) * 1_000);
        attempt += 1;
      }
    }
  }

  const lane = makeTaskPool(atOnce);
  let begun = 0;
  try {
    for (const arn of arns) {
      if (stopped()) break;
      await lane.add(async () => {
        try {
          await moveOne(arn);
        } catch (error) {
          failed = true;
          throw error;
        }
      });
      begun += 1;
    }
  } finally {
    await lane.idle();
  }
  lane.check();
  return { left, unbegun: arns.length - begun };
}
