/** The pace of a container's deletes: a few at once after a pause, so that a lonely secret is gone at once. */
import { retryableError } from "../shared/errors";

/** Deletes that a container may send at once after a pause. */
const burst = 5;
/** A run does not wait longer for its turn: the function's time is for its work, and the queue is the place to wait. */
const longestWaitMs = 10_000;

/**
 * AWS allows 50 DeleteSecret calls a second for the whole account, so every container takes its part of the share that
 * the stack may use. Over any longer time it keeps that rate; the turn of a run that gives up is another's.
 *
 * @param perSecond deletes a second that this container may send
 * @returns a function that resolves when the next delete may be sent
 * @throws (the function) a RetryableError `rate-limited` when its turn is more than ten seconds away, with that delay
 */
export function makeDeleteLimit(
  perSecond: number,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
): () => Promise<void> {
  const gap = 1_000 / perSecond;
  let next = -Infinity;
  return async () => {
    const turn = Math.max(next, now() - (burst - 1) * gap);
    const wait = turn - now();
    if (wait > longestWaitMs) {
      throw retryableError("rate-limited", "delete", "other deletes come first", Math.ceil(wait / 1_000));
    }
    next = turn + gap;
    if (wait > 0) await sleep(wait);
  };
}
