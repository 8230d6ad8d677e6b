/** What a person has to know of a rotation, as counts for the alarms. */
import type { Rotation } from "./rotation";
import type { Limits } from "./run";

/** After this time a rotation or an ending is overdue. */
const overdueMs = 3_600_000;
/** The first rotation may have to wait until the secret has left Secrets Manager. */
const firstOverdueMs = 7 * 24 * 3_600_000;
/** So many attempts in a row that did not get to their end are a failure that a person has to know of. */
const failingTries = 3;

export interface Signs {
  readonly failing: 0 | 1;
  readonly overdue: 0 | 1;
  readonly retireOverdue: 0 | 1;
}

export function signsOf(rotation: Rotation, { unreadMs }: Pick<Limits, "unreadMs">, now: number): Signs {
  const { rotatedAt, wantedAt, tries } = rotation;
  // An ending that waits for readers is not late, nor what waits for the ending.
  const notBefore = rotation.notBefore + (rotation.is === "retiring" ? unreadMs : 0);
  const longest = rotatedAt === 0 ? firstOverdueMs : overdueMs;
  const wanted = wantedAt > 0 && now - Math.max(wantedAt, notBefore) >= longest;
  const ending = rotation.is === "retiring" && now - notBefore >= overdueMs;
  return { failing: tries >= failingTries ? 1 : 0, overdue: wanted ? 1 : 0, retireOverdue: ending ? 1 : 0 };
}
