/** Deletions of this deployment's mover that no mover looks at any more: whatever stopped it, their windows go on. */
import { matches } from "../model/pattern";
import { lastDaysMs } from "../model/source";
import { isOwnedBy, readStateTag, stateTag, windowEndOf } from "../model/stateTag";
import type { SweepSettings } from "./settings";
import type { Entry } from "./entry";

/** Secrets that are scheduled for deletion under this mover's tag, and that no mover would bring back. */
export interface Unwatched {
  readonly secrets: number;
  /** Those of them whose window may end within three days. */
  readonly ending: number;
}

type Scope = Pick<
  SweepSettings,
  "enabled" | "mode" | "modeRules" | "namePrefix" | "entityId" | "place" | "formerEntityIds"
>;

/** Whether the mover acts on what it finds out about a secret of this name: in mode `audit` it only reports. */
const acts = (name: string, { enabled, mode, modeRules, namePrefix }: Scope): boolean =>
  enabled &&
  name.startsWith(namePrefix) &&
  (modeRules.find(({ pattern }) => matches(pattern, name))?.mode ?? mode) !== "audit";

/**
 * Whether nobody watches over a deletion, and how long its window still is. Undefined for all others: a tag that was
 * copied from another secret counts as none, and one of another deployment is that mover's.
 */
export function readUnwatched(entry: Entry, scope: Scope, now: number): "later" | "ending" | undefined {
  if (!entry.scheduled || entry.tag === undefined || acts(entry.name, scope)) return undefined;
  const read = readStateTag({ [stateTag]: entry.tag });
  if (read.is !== "known" || read.tag.suffix !== entry.secretId.slice(-6)) return undefined;
  const { place, state } = read.tag;
  if (place !== scope.place && !isOwnedBy(read.tag, scope)) return undefined;
  // In any other state somebody else deleted it, and the tag does not tell when that window ends: it may be soon.
  return state === "d" && windowEndOf(read.tag) - now >= lastDaysMs ? "later" : "ending";
}
