/** Calls whose order does not matter, sent side by side. */

/**
 * Waits until both have ended, so that no call of a run is under way when the run goes on or starts over.
 *
 * @returns both results
 * @throws what the first threw, else what the second threw
 */
export async function inParallel<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
