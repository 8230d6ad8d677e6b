/** What a home's versions, their authors and their labels say about a source. */
import { isDeleted } from "../model/home";
import type { Home, HomeVersion } from "../model/home";
import { labelledVersions, readVersionLabel } from "../model/labels";
import type { Source } from "../model/source";
import type { MoverSettings } from "../shared/environment";
import type { Proof } from "./decision";

/** The home's current version; undefined when there is none or somebody deleted it. */
export function liveVersion(home: Home, now: number): HomeVersion | undefined {
  const current = home.versions[home.currentVersion];
  return current !== undefined && !isDeleted(current, now) ? current : undefined;
}

type Authorship = "ours" | "foreign" | "unknown";

/** Who wrote a KV version, as the server recorded it; `unknown` when it records no authors. A label proves no author. */
export function authorOf(version: HomeVersion, settings: MoverSettings): Authorship {
  if (version.authorEntityId === undefined) return "unknown";
  const own = [settings.entityId, ...settings.formerEntityIds].includes(version.authorEntityId);
  return own ? "ours" : "foreign";
}

/** Whether the home's current version is labelled as this source's current version and not known to be foreign. */
export function holdsCurrent(source: Source, home: Home, settings: MoverSettings, now: number): boolean {
  const live = liveVersion(home, now);
  if (live === undefined || authorOf(live, settings) === "foreign") return false;
  const read = readVersionLabel(home.labels, home.currentVersion);
  return read.is === "ours" && read.label.suffix === source.suffix && read.label.versionId === source.currentVersionId;
}

/** Whether this home belongs to an earlier secret of the same name. Its labels then say nothing about this one. */
export function isOfAnother(source: Source, home: Home): boolean {
  const newest = labelledVersions(home.labels)
    .map((version) => readVersionLabel(home.labels, version))
    .find((label) => label.is === "ours");
  return newest?.is === "ours" && newest.label.suffix !== source.suffix;
}

/** Whether a mover wrote the home's current version. Its author decides; when that is unknown, its label does. */
export function isMovers(home: Home, settings: MoverSettings): boolean {
  const current = home.versions[home.currentVersion];
  const author = current === undefined ? "unknown" : authorOf(current, settings);
  return (
    author === "ours" || (author === "unknown" && readVersionLabel(home.labels, home.currentVersion).is === "ours")
  );
}

/** Whether some version of this home is labelled as the source's current one, even if a person wrote a newer one since. */
export function heldCurrent(source: Source, home: Home): boolean {
  return labelledVersions(home.labels).some((version) => {
    const read = readVersionLabel(home.labels, version);
    return (
      version <= home.currentVersion &&
      read.is === "ours" &&
      read.label.suffix === source.suffix &&
      read.label.versionId === source.currentVersionId
    );
  });
}

/** Whether the home's current version is still the one that was proven, and nobody deleted it. */
export function holdsProof(home: Home, proof: Proof, now: number): boolean {
  const live = liveVersion(home, now);
  return (
    home.currentVersion === proof.homeVersion &&
    live?.createdTime === proof.createdTime &&
    // A proven version has no deletion time. One that has it by now was deleted, even if its time still lies ahead:
    // Vault's clock may be ahead of this one.
    live.deletionTime === ""
  );
}
