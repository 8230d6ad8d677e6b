/**
 * Spaces calls evenly.
 *
 * @param perSecond calls a second that may be made
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
