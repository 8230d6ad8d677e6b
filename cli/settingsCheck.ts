/** Sees whether the deployment's settings are still those that a run in this process began with. */
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";

/** How long settings that were read are taken for the deployment's. */
export const freshMs = 60_000;

/** The names of the settings that differ. */
function changedSettings(before: MoverSettings, after: MoverSettings): readonly string[] {
  const [one, other]: readonly Readonly<Record<string, unknown>>[] = [{ ...before }, { ...after }];
  return Object.keys({ ...one, ...other }).filter((key) => JSON.stringify(one?.[key]) !== JSON.stringify(other?.[key]));
}

/**
 * Makes the check that stands before every try of a secret. It reads the settings at first, and again when a minute has
 * passed by the wall clock: so also when the machine has slept, however short the rest of its run is. Tries side by side
 * share one reading.
 *
 * @param before the settings that the plan was made with
 * @param read reads them anew
 */
export function makeSettingsCheck(
  before: MoverSettings,
  read: () => Promise<MoverSettings>,
  now: () => number,
): () => Promise<void> {
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;

  async function readAnew(): Promise<void> {
    const asked = now();
    const changed = changedSettings(before, await read());
    if (changed.length > 0) {
      throw new Failure(
        `The deployment's settings have changed since this run began (${changed.join(", ")}): what was not begun is left. Run the same command again, and it plans with the new ones.`,
      );
    }
    readAt = asked;
  }

  return () => {
    const age = now() - readAt;
    // A clock that was set back tells nothing of how old they are.
    if (age >= 0 && age < freshMs) return Promise.resolve();
    reading ??= readAnew().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
