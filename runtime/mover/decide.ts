/** What to do with one secret: a pure function of both sides, the settings and the time. */
import { stayReason } from "../model/exemption";
import type { Home } from "../model/home";
import { modeTag, readDeletedLabel, readDeletingLabel, readVersionLabel, stateTag } from "../model/labels";
import type { Reason } from "../model/outcome";
import { matches } from "../model/pattern";
import type { Source } from "../model/source";
import type { Mode, MoverSettings } from "../shared/environment";
import { stop } from "./decision";
import type { Act, CopyOnly, Decision, Proof } from "./decision";
import { authorOf, heldCurrent, holdsCurrent, holdsProof, isMovers, isOfAnother, liveVersion } from "./homeFacts";

export interface Now {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Second look only: what this run has just proven and deleted. */
  readonly proof?: Proof;
}

/**
 * For so long after a delete was sent, "not scheduled" may only mean that Secrets Manager is eventually consistent:
 * its documentation gives five minutes for changes to show.
 */
export const consistencyMs = 5 * 60_000;

/** A finished move is looked at again when so much time has passed since its delete. */
const lateCheckMs = 15 * 60_000;
/** So long before the end of the recovery window every sweep looks, and an unclaimed deletion is taken back. */
const lastDaysMs = 3 * 24 * 60 * 60_000;

const rank: Readonly<Record<Mode, number>> = { audit: 0, copy: 1, move: 2 };
const lower = (a: Mode, b: Mode): Mode => (rank[a] <= rank[b] ? a : b);

const stackModeFor = (source: Source, settings: MoverSettings): Mode =>
  settings.modeRules.find(({ pattern }) => matches(pattern, source.name))?.mode ?? settings.mode;

/** The lower of the stack's mode for this name and the wish on the secret's tag; an unknown wish is `audit`. */
export function modeFor(source: Source, settings: MoverSettings): Mode {
  const stackMode = stackModeFor(source, settings);
  const wish = source.tags[modeTag];
  if (wish === undefined) return stackMode;
  return lower(stackMode, wish === "copy" || wish === "move" ? wish : "audit");
}

/** Why a secret is not looked at any further, whatever its home holds. */
function skipReason(source: Source, settings: MoverSettings): Reason | undefined {
  if (!source.name.startsWith(settings.namePrefix)) return "outside-prefix";
  const stays = stayReason(source, settings);
  if (stays !== "exempt" && source.owningService !== undefined) return "service-owned";
  if (stays !== undefined) return stays;
  if (source.primaryRegion !== undefined) return "replica";
  if (source.replicas.length > 0 && settings.replicas === "skip") return "replicated";
  if (source.rotating && (settings.rotation === "skip" || source.pending)) return "rotating";
  if (source.staged) return "staged";
  if (source.currentVersionId === undefined) return "no-value";
  return undefined;
}

/** Whether a tool that would create it again says that it owns it. */
export const ownedByIac = (source: Source, settings: MoverSettings): boolean =>
  Object.keys(source.tags).some((key) => key.startsWith("aws:cloudformation:") || settings.ownerTags.includes(key));

const windowEndsSoon = (source: Source, now: number): boolean =>
  source.windowEnd !== undefined && source.windowEnd - now < lastDaysMs;

/** A deletion that a mover announced for another version than it hit: an alarm, and taken back before it is too late. */
const unclaimed = (source: Source, versionId: string, now: number): Decision =>
  windowEndsSoon(source, now)
    ? { act: "restore", versionId, cause: "deletion-unclaimed" }
    : stop("refused", "deletion-unclaimed");

/**
 * Whether a scheduled secret shows that it should not be: it holds a staged version, or somebody wishes it to stay.
 * Nothing of a scheduled secret changes, so this came before the delete, and no mover looked since.
 */
function isKept(source: Source): boolean {
  const wish = source.tags[modeTag];
  return source.staged || (wish !== undefined && wish !== "move");
}

/** A move that a mover saw to its end: nothing is left to do but the late check. */
function decideFinished(source: Source, home: Home, settings: MoverSettings, now: number): Decision {
  if (isKept(source)) {
    return { act: "restore", versionId: source.currentVersionId ?? "", cause: "changed-meanwhile" };
  }
  if (liveVersion(home, now) === undefined) return stop("refused", "home-deleted");
  if (isMovers(home, settings) && !holdsCurrent(source, home, settings, now)) {
    // A slow mover that was shown an older state of the source wrote over the proven version.
    return { act: "restore", versionId: source.currentVersionId ?? "", cause: "changed-meanwhile" };
  }
  const sound = heldCurrent(source, home) || settings.foreignHomes === "accept-equal";
  const deletedAt = readDeletingLabel(home.labels)?.time ?? 0;
  const due = windowEndsSoon(source, now) || now - deletedAt > lateCheckMs;
  if (!sound && due) return { act: "restore", versionId: source.currentVersionId ?? "", cause: "home-gone" };
  return home.labels["checked"] === undefined && due ? { act: "check" } : stop("unchanged", "already-moved");
}

/** Right after this run's delete: anything but "this version is proven at home and scheduled" takes it back. */
function decideSecondLook(source: Source, home: Home, settings: MoverSettings, now: number, proof: Proof): Decision {
  const sound =
    skipReason(source, settings) === undefined &&
    modeFor(source, settings) === "move" &&
    source.currentVersionId === proof.versionId &&
    holdsProof(home, proof, now);
  return sound
    ? stop("unchanged", "already-moved")
    : { act: "restore", versionId: proof.versionId, cause: "changed-meanwhile" };
}

/** A source that is scheduled for deletion: whose deletion is it, and is it sound? */
function decideScheduled(source: Source, home: Home, settings: MoverSettings, now: number): Decision {
  if (isOfAnother(source, home)) return stop("skipped", "scheduled-by-others");
  const { restoring } = home.labels;
  const deleted = readDeletedLabel(home.labels);
  const deleting = readDeletingLabel(home.labels)?.versionId;
  const current = source.currentVersionId;
  if (restoring !== undefined) return { act: "restore", versionId: restoring, cause: "unfinished" };
  if (deleted === undefined && deleting === undefined) {
    const [tagged = ""] = (source.tags[stateTag] ?? "").split("/");
    if (current !== undefined && tagged === current && !holdsCurrent(source, home, settings, now)) {
      return { act: "restore", versionId: current, cause: "home-gone" };
    }
    // The end of another mover's restore removes the announcement of whatever was deleted meanwhile, so the tag alone
    // may be a person's delete or a mover's that nobody looked at.
    const others = tagged === "" || (tagged === current && !isKept(source));
    return others ? stop("skipped", "scheduled-by-others") : unclaimed(source, tagged, now);
  }
  const intended = deleted ?? deleting;
  const movable = skipReason(source, settings) === undefined && modeFor(source, settings) === "move";
  if (current === undefined || intended !== current) {
    // A slow mover's announcement may have replaced that of the delete. Starting over proves the value and deletes again.
    if (current !== undefined && movable && holdsCurrent(source, home, settings, now)) {
      return { act: "restore", versionId: current, cause: "unfinished" };
    }
    return unclaimed(source, intended ?? "", now);
  }
  if (deleted === current) return decideFinished(source, home, settings, now);
  if (skipReason(source, settings) === undefined && holdsCurrent(source, home, settings, now)) {
    return { act: "claim", versionId: current, homeVersion: home.currentVersion };
  }
  return { act: "restore", versionId: current, cause: "unfinished" };
}

/** What a home that is not absent allows. */
function decideHome(source: Source, home: Home, settings: MoverSettings, now: number, act: Act): Decision {
  const version = liveVersion(home, now);
  if (version === undefined) return stop("refused", "home-deleted");
  const author = authorOf(version, settings);
  const read = readVersionLabel(home.labels, home.currentVersion);
  const homeVersion = home.currentVersion;
  const acceptEqual = settings.foreignHomes === "accept-equal";
  const foreign: Decision = acceptEqual
    ? { ...act, act: "recognise", homeVersion, by: "accept-equal" }
    : stop("refused", "home-conflict");
  if (author === "foreign") return foreign;
  if (read.is === "unknown") return stop("refused", "label-format");
  if (read.is === "ours") {
    if (read.label.suffix !== source.suffix) return stop("refused", "home-of-another");
    return read.label.versionId === act.versionId
      ? { ...act, act: "prove", homeVersion, label: read.label }
      : { ...act, act: "write", base: homeVersion };
  }
  // No label: a mover stopped between the data and its label, or somebody else wrote it.
  if (isOfAnother(source, home)) return stop("refused", "home-of-another");
  if (author === "ours") return { ...act, act: "write", base: homeVersion };
  return settings.authorship === "label" ? { ...act, act: "recognise", homeVersion, by: "label" } : foreign;
}

/**
 * Decides what to do with a secret.
 *
 * @param source DescribeSecret's answer, read after `home`
 * @param home the home's metadata ({@link absentHome} when there is none)
 */
export function decide(source: Source, home: Home, settings: MoverSettings, { now, proof }: Now): Decision {
  const mode = modeFor(source, settings);
  // A wish on the secret's tag keeps nobody from taking back a deletion that was the mover's own.
  const mayRestore = stackModeFor(source, settings) !== "audit";
  if (source.scheduled) {
    if (proof !== undefined) return decideSecondLook(source, home, settings, now, proof);
    const decision = decideScheduled(source, home, settings, now);
    if (mayRestore || decision.act === "stop") return decision;
    return decision.act === "check" ? stop("unchanged", "already-moved") : { act: "report", intent: "restore" };
  }
  const markers = isOfAnother(source, home) ? {} : home.labels;
  const deleting = readDeletingLabel(markers);
  if (proof !== undefined) return stop("deferred", "deletion-unseen");
  const skip = skipReason(source, settings);
  const unsure = deleting !== undefined && Math.abs(now - deleting.time) < consistencyMs;
  if (markers["restoring"] !== undefined && mayRestore) return { act: "clear", unsure };
  if (unsure) return stop("deferred", "deletion-unseen");
  if (skip !== undefined) return stop("skipped", skip);
  if (source.currentVersionId === undefined) return stop("skipped", "no-value");
  // Labels and the tag separate their parts by characters that a caller may put into a version id.
  if (!/^[A-Za-z0-9-]+$/.test(source.currentVersionId)) return stop("refused", "version-id-unsupported");

  const restored = readDeletedLabel(markers) !== undefined && source.tags[stateTag] !== undefined;
  const version = liveVersion(home, now);
  const authorUnknown =
    version !== undefined && authorOf(version, settings) === "unknown" && settings.authorship === "entity";
  const copyOnly: CopyOnly | undefined = restored
    ? "restored-by-somebody"
    : ownedByIac(source, settings)
      ? "owned-by-iac"
      : authorUnknown
        ? "author-unknown"
        : undefined;
  const allowed = copyOnly === undefined ? mode : lower(mode, "copy");
  const act: Act = {
    mode: allowed === "move" ? "move" : "copy",
    ...(copyOnly === undefined ? {} : { copyOnly }),
    versionId: source.currentVersionId,
  };
  const decision: Decision =
    home.currentVersion === 0 ? { ...act, act: "write", base: 0 } : decideHome(source, home, settings, now, act);
  if (allowed !== "audit" || decision.act === "stop") return decision;
  return { act: "report", intent: copyOnly === undefined ? "move" : "copy" };
}
