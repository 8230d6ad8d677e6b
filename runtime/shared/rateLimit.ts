/**
 * Spaces calls evenly. AWS allows 50 DeleteSecret calls a second for the whole account, so every container takes its
 * part of the share that the stack may use.
 *
 * @param perSecond calls a second that this container may make
 * @returns a function that resolves when the next call may be made
 */
export function makeRateLimit(
  perSecond: number,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
): () => Promise<void> {
  const gap = 1_000 / perSecond;
  let next = 0;
  return async () => {
    const wait = next - now();
    next = Math.max(next, now()) + gap;
    if (wait > 0) await sleep(wait);
  };
}
