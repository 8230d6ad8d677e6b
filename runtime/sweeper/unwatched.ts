/**
 * Deletions of this deployment's mover that no mover looks at any more: whatever stopped it, the windows of those that are
 * finished go on, and those that are not may have left a secret without its replicas.
 */
import { matches } from "../model/pattern";
import { lastDaysMs } from "../model/source";
import { isOwnedBy, readStateTag, stateTag, windowEndOf } from "../model/stateTag";
import type { StateTag } from "../model/stateTag";
import type { SweepSettings } from "./settings";
import type { Entry } from "./entry";

/** Secrets whose deletion this mover began, and that no mover would bring back or put together again. */
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

/** Whether the replicas of a live secret may be gone: a mover that puts them back writes another state into the tag. */
const mayLackReplicas = ({ state, replicas }: StateTag): boolean =>
  (state === "t" || state === "d") && replicas.length > 0;

/**
 * Whether nobody watches over a deletion, and how long its window still is; one without a window ends later. Undefined for
 * all others, and for one of another deployment, which is that mover's.
 */
export function readUnwatched(entry: Entry, scope: Scope, now: number): "later" | "ending" | undefined {
  if (entry.tag === undefined) return undefined;
  const read = readStateTag({ [stateTag]: entry.tag });
  // Somebody cut it off. Where a mover looks, it refuses it: `tag-format`.
  if (read.is === "unknown") return entry.scheduled && !acts(entry.name, scope) ? "ending" : undefined;
  if (read.is !== "known") return undefined;
  const { place, state, suffix } = read.tag;
  if (place !== scope.place && !isOwnedBy(read.tag, scope)) return undefined;
  // Somebody wrote another secret's tag over that of a deletion, or copied it to a secret and deleted that: the mover takes
  // such a tag for none, and can't tell the two apart once the homes have moved away from their labels.
  if (suffix !== entry.secretId.slice(-6)) return entry.scheduled ? "ending" : undefined;
  if (acts(entry.name, scope)) return undefined;
  if (!entry.scheduled) return mayLackReplicas(read.tag) ? "later" : undefined;
  // In any other state somebody else deleted it, and the tag does not tell when that window ends: it may be soon.
  return state === "d" && windowEndOf(read.tag) - now >= lastDaysMs ? "later" : "ending";
}
