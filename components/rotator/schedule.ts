/** When a secret is rotated. */

/** `rate(30 days)`, or a time in UTC as EventBridge takes it, `cron(0 3 ? * TUE *)`. */
export type Schedule = `rate(${string})` | `cron(${string})`;

const secondsOf: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/** The seconds of a rate; undefined for what is none. */
export function rateSeconds(schedule: string): number | undefined {
  const [, count, one] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  const seconds = secondsOf[one ?? ""];
  return count === undefined || seconds === undefined ? undefined : Number(count) * seconds;
}

export const isCron = (schedule: string): boolean => /^cron\(\S+( \S+){5}\)$/.test(schedule);

/** A function looks this often at what is due. */
export const lookRate = "rate(5 minutes)";
const lookSeconds = 300;

/**
 * The age in seconds at which a value is rotated, whatever became of its schedule's event.
 *
 * @param maxAgeDays with `cron` only: the longest time between two of its events
 */
export const intervalOf = (schedule: Schedule, maxAgeDays: number | undefined): number =>
  rateSeconds(schedule) ?? (maxAgeDays ?? 0) * 86_400;

/** What is wrong with a schedule: each fault as a sentence. */
export function scheduleFaults(
  schedule: Schedule,
  maxAgeDays: number | undefined,
  overlapSeconds: number,
): readonly string[] {
  const isRate = rateSeconds(schedule) !== undefined;
  if (!isRate && !isCron(schedule)) {
    return [`schedule ${JSON.stringify(schedule)} must be as in rate(30 days) or cron(0 3 ? * TUE *)`];
  }
  if (isRate && maxAgeDays !== undefined) return ["maxAgeDays is only for a cron schedule: a rate says it itself"];
  if (!isRate && !(Number.isInteger(maxAgeDays) && (maxAgeDays ?? 0) >= 1)) {
    return ["maxAgeDays must be given with a cron schedule: the longest time between two rotations, in whole days"];
  }
  // A value stays for the overlap before it ends and only then may the next be made; either is begun at the next look.
  const least = overlapSeconds + 2 * lookSeconds;
  return intervalOf(schedule, maxAgeDays) < least
    ? [`the schedule can't be met: two rotations are at least ${least} seconds apart, the overlap and two looks`]
    : [];
}
