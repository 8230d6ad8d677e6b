/** Sends calls in parallel whose order does not matter. */

/**
 * Waits until both have ended, so that none of them is still under way when the run goes on or starts over.
 *
 * @returns both results
 * @throws what the first threw, or else what the second threw
 */
export async function inParallel<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
