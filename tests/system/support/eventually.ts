import { setTimeout as sleep } from "node:timers/promises";

/** Against hanging only. A message that has to be tried again three times comes back after half a minute. */
const limitMs = 120_000;
const pollMs = 100;

/**
 * Asks again and again until there is an answer.
 *
 * @param look an answer, or undefined while there is none
 * @param seen what there is instead, for the error
 * @throws when there is no answer within two minutes
 */
export async function eventually<T>(
  look: () => Promise<T | undefined>,
  seen: () => string | Promise<string>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs / 1_000} s; instead: ${await seen()}`);
    await sleep(pollMs);
  }
}
