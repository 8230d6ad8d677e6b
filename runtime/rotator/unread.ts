/** Whether an ending waits for the readers that a rotator names. */
import type { Reason } from "./outcome";
import { readersBehind } from "./reports";
import { isAmong } from "./rotation";
import type { HomeVersionId, Retiring } from "./rotation";
import type { HeldHome, Limits, Run } from "./run";

/** Whether readers may have had what ends. What the target refused never was in the home. */
export const awaitsReaders = ({ ending, refused }: Retiring, { unreadMs }: Limits): boolean =>
  unreadMs > 0 && !ending.every((value) => isAmong(value, refused));

/** When the overlap is over, which is counted from the home's last change. Milliseconds since the epoch. */
export const overlapEnd = (
  { notBefore }: Retiring,
  { createdTime }: HomeVersionId,
  { overlapMs }: Pick<Limits, "overlapMs">,
): number => Math.max(notBefore, Date.parse(createdTime) + overlapMs);

/** Why what was replaced does not end yet; undefined when it does: its readers have moved on, or had the longest time. */
export function stillRead(
  { readers = [] }: Run,
  rotation: Retiring,
  home: HeldHome,
  limits: Limits,
  now: number,
): Reason | undefined {
  if (readersBehind(readers, now).length === 0) return undefined;
  const waited = now - overlapEnd(rotation, home, limits);
  if (waited >= limits.unreadMs) return undefined;
  // In time for a person to do something about it.
  return waited >= limits.unreadMs / 2 ? "readers-late" : "readers-awaited";
}
