/** Moves secrets in this process, many at once, with the function's own protocol. */
import type { Outcome } from "../runtime/model/outcome";
import { delaySeconds } from "../runtime/mover/backoff";
import type { MoveRequest } from "../runtime/mover/run";
import { isRetryableError, retryConcerns } from "../runtime/shared/errors";
import type { RetryCode, RetryableError } from "../runtime/shared/errors";
import { makeTaskPool } from "../runtime/sweeper/taskPool";

export interface LocalPorts {
  readonly move: (request: MoveRequest) => Promise<Outcome>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly stopped: () => boolean;
  /** Milliseconds since the epoch, by a clock that goes on while the machine sleeps. */
  readonly now: () => number;
  /** The time that one try of a secret has, as the function has it. */
  readonly timeoutMs: number;
  /** @throws when the deployment's settings are no longer those of this run */
  readonly checkSettings: () => Promise<void>;
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

/** Codes for which waiting does not help. */
const lasting: readonly RetryCode[] = [
  "vault-denied",
  "vault-login-failed",
  "vault-entity-mismatch",
  "vault-template-changed",
  "vault-record-deleted",
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
 * @throws what `checkSettings` throws, or the RetryableError that every secret would meet, after the runs in progress
 * have ended
 */
export async function runLocally(
  arns: readonly string[],
  { move, sleep, random, stopped, now, timeoutMs, checkSettings }: LocalPorts,
  atOnce: number,
  on: (outcome: Outcome) => Promise<void> | void,
): Promise<LocalEnd> {
  const left: Left[] = [];
  let failed = false;

  async function moveOne(secret: string): Promise<void> {
    for (let attempt = 1, unseen = 1; ;) {
      await checkSettings();
      // By the wall clock, as the protocol's own checks before a delete. A machine that slept in the middle of a try has
      // no time left and starts over, with a new look at both sides.
      const end = now() + timeoutMs;
      try {
        const outcome = await move({ secret, receiveCount: attempt, remainingMs: () => end - now() });
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
          // Any other code would stop all secrets in the same way.
          if (retryConcerns[error.code] !== "secret") throw error;
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
