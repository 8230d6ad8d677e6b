/** What a home's versions, their authors and their labels say about a source. */
import { isDeleted } from "../model/home";
import type { Home, HomeVersion } from "../model/home";
import { labelledVersions, readVersionLabel } from "../model/labels";
import type { Source } from "../model/source";
import { timeKey } from "../model/stateTag";
import type { StateTag } from "../model/stateTag";
import type { MoverSettings } from "../shared/environment";

/** The home's current version; undefined when there is none or somebody deleted it. */
export function liveVersion(home: Home, now: number): HomeVersion | undefined {
  const current = home.versions[home.currentVersion];
  return current !== undefined && !isDeleted(current, now) ? current : undefined;
}

/**
 * `ours`: the mover's entity · `former`: an entity that ran or may run the mover beside it, whose versions only their
 * value shows to be the mover's · `unknown`: the server records no authors.
 */
type Authorship = "ours" | "former" | "foreign" | "unknown";

/** Entities that are not the mover's, and whose versions may be: those of former movers and of operators. */
export const besideEntities = ({
  formerEntityIds,
  operatorEntityIds,
}: Pick<MoverSettings, "formerEntityIds" | "operatorEntityIds">): readonly string[] => [
  ...formerEntityIds,
  ...operatorEntityIds,
];

/** Who wrote a KV version, as the server recorded it. A label proves no author. */
export function authorOf(version: HomeVersion, settings: MoverSettings): Authorship {
  const { authorEntityId } = version;
  if (authorEntityId === undefined) return "unknown";
  if (authorEntityId === settings.entityId) return "ours";
  return besideEntities(settings).includes(authorEntityId) ? "former" : "foreign";
}

/** Whether this home belongs to an earlier secret of the same name. Its labels then say nothing about this one. */
export function isOfAnother(source: Source, home: Home): boolean {
  const newest = labelledVersions(home.labels)
    .map((version) => readVersionLabel(home.labels, version))
    .find((label) => label.is === "ours");
  return newest?.is === "ours" && newest.label.suffix !== source.suffix;
}

/** Whether a mover may have written the home's current version. Its author decides; when that is unknown, its label does. */
function mayBeMovers(version: HomeVersion, home: Home, settings: MoverSettings): boolean {
  const author = authorOf(version, settings);
  if (author === "unknown") return readVersionLabel(home.labels, home.currentVersion).is === "ours";
  // A former mover or an operator that ran late may have written an older value over a newer one.
  return author === "ours" || author === "former";
}

/**
 * What a home holds of what was proven before a delete. `sound`: the proven version, and nothing newer or somebody's newer
 * value · `overwritten`: a mover wrote a version after it · `deleted`: somebody deleted or destroyed the current version,
 * or lets it expire · `gone`: it is not there, or was written anew.
 */
export type Remains = "sound" | "overwritten" | "deleted" | "gone";

/** Compares a home with the proof that a tag names. KV versions restart after a metadata delete, so the time counts too. */
export function remainsOf(
  tag: Pick<StateTag, "homeVersion" | "created">,
  home: Home,
  settings: MoverSettings,
): Remains {
  const { currentVersion, oldestVersion, versions } = home;
  const current = versions[currentVersion];
  const proven = versions[tag.homeVersion];
  // Vault keeps the newest versions only: one that is older than all of them was there.
  const pruned = tag.homeVersion < oldestVersion;
  if (current === undefined || currentVersion < tag.homeVersion) return "gone";
  if (!pruned && (proven === undefined || timeKey(proven.createdTime) !== tag.created)) return "gone";
  if (current.destroyed || current.deletionTime !== "") return "deleted";
  if (currentVersion === tag.homeVersion) return "sound";
  return mayBeMovers(current, home, settings) ? "overwritten" : "sound";
}
