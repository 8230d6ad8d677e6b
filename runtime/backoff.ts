/** How long a message rests before it is tried again. */

const firstSeconds = 5;
/** A 12-hour outage costs a message fewer than 60 receives at this cap. */
const capSeconds = 15 * 60;

/**
 * Doubles with every receive up to 15 minutes; a random half of it is taken off, so that messages that failed
 * together do not come back together.
 *
 * @param receives how often the message was received, from 1
 * @param random a number from 0 to 1
 * @param atLeast seconds that a server asked to wait
 * @returns whole seconds, as ChangeMessageVisibility wants them
 */
export function restSeconds(receives: number, random: number, atLeast = 0): number {
  const grown = Math.min(capSeconds, firstSeconds * 2 ** Math.min(receives - 1, 20));
  return Math.min(capSeconds, Math.max(Math.ceil(grown * (1 - random / 2)), Math.ceil(atLeast)));
}
