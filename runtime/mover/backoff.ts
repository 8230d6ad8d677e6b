/** The delay before a message is tried again. */

const firstSeconds = 5;
/** A 12-hour outage costs a message about 70 receives at this cap, and 103 when every delay is the shortest possible. */
const capSeconds = 15 * 60;

/**
 * The delay doubles with every receive, up to 15 minutes. Up to half of it is taken off at random, so that messages that
 * failed together do not come back together. A delay that a server asked for is lengthened by up to half, for the same
 * reason.
 *
 * @param receives how often the message was received, from 1
 * @param random a number from 0 to 1
 * @param atLeast seconds that a server asked for; more than 15 minutes count as 15 minutes
 * @returns whole seconds, as ChangeMessageVisibility wants them
 */
export function delaySeconds(receives: number, random: number, atLeast = 0): number {
  const grown = Math.min(capSeconds, firstSeconds * 2 ** Math.min(receives - 1, 20));
  const asked = Math.ceil(atLeast) * (1 + random / 2);
  return Math.min(capSeconds, Math.ceil(Math.max(grown * (1 - random / 2), asked)));
}
