/** The facts about one secret: read once from both sides, the settings and the clock. `decide` looks at nothing else. */
import { stayReason } from "../model/exemption";
import type { Home } from "../model/home";
import { modeTag, readDeletedLabel, readDeletingLabel, readVersionLabel, stateTag } from "../model/labels";
import type { VersionLabel } from "../model/labels";
import type { Reason } from "../model/outcome";
import { matches } from "../model/pattern";
import type { Source } from "../model/source";
import type { Mode, MoverSettings } from "../shared/environment";
import type { Proof } from "./decision";
import { authorOf, heldCurrent, holdsCurrent, holdsProof, isMovers, isOfAnother, liveVersion } from "./homeFacts";

export interface Now {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Second look only: what this run has just proven and deleted. */
  readonly proof?: Proof;
}

/**
 * For five minutes after a delete, DescribeSecret may still show the secret as not scheduled: Secrets Manager is
 * eventually consistent, and its documentation says that changes may take this long to show.
 */
export const consistencyMs = 5 * 60_000;

/** The late check of a finished move is due this long after its delete. */
const lateCheckMs = 15 * 60_000;
/** In the last three days of the recovery window every look checks the home, and an unclaimed deletion is taken back. */
const lastDaysMs = 3 * 24 * 60 * 60_000;

/** The home's current version. When the server names another author than the mover, the version's label proves nothing. */
export type CurrentVersion =
  /**
   * `absent`: nothing was ever written there · `deleted`: somebody deleted or destroyed it · `foreign`: the server
   * names another author than the mover.
   */
  | { readonly is: "absent" | "deleted" | "foreign"; readonly author?: undefined }
  /**
   * `unlabelled`: a mover stopped between data and label, or somebody else wrote it · `unknown-format`: its label is not
   * in this program's format · `of-another`: its label, or without one the newest label of an earlier version, names
   * another secret of this name · `other-version`: its label names another version of this secret.
   */
  | {
      readonly is: "unlabelled" | "unknown-format" | "of-another" | "other-version";
      readonly author: "ours" | "unknown";
    }
  /** Its label names the source's current version. */
  | { readonly is: "same"; readonly author: "ours" | "unknown"; readonly label: VersionLabel };

/** How far a mover's deletion of this secret went, by the labels at its home. */
export type Deletion =
  | { readonly is: "none"; readonly age?: undefined }
  | {
      /** `announced`: the delete may not have been sent · `seen`: it succeeded · `checked`: so did the late check. */
      readonly is: "announced" | "seen" | "checked";
      /** The version that the mover had proven. */
      readonly versionId: string;
      /** `fresh`: Secrets Manager may not show the delete yet · `shown`: it does by now · `late`: the late check is due. */
      readonly age: "fresh" | "shown" | "late";
    };

/** What this run finds at its second look, after its delete; `none` at its first. */
export type SecondLook =
  | { readonly is: "none" }
  | {
      /** `holds`: source and home still hold what was proven · `broken`: one of them does not. */
      readonly is: "holds" | "broken";
      readonly versionId: string;
    };

export interface Facts {
  /** Whether the source is scheduled for deletion, and whether its recovery window ends within three days. */
  readonly life: "live" | "scheduled" | "ends-soon";
  /** Whether the source has a current value, under a version id that fits into labels and the tag. */
  readonly value: "absent" | "unsupported-id" | "present";
  /** The version that carries AWSCURRENT; empty when there is none. */
  readonly versionId: string;
  /** Why the secret is left alone, whatever its home holds: the first of {@link stayRows}. */
  readonly stays: Reason | undefined;
  /** The mode that the settings give this name. */
  readonly stackMode: Mode;
  /** The lower of that and the mode that the secret's tag requests. */
  readonly mode: Mode;
  /** Whether a tag says that a tool owns the secret and would create it again. */
  readonly ownedByIac: boolean;
  /** Whether the secret must not be deleted because of a staged version or a lower requested mode. */
  readonly kept: boolean;
  /** The version that the mover's tag on the source names; absent without the tag. */
  readonly tagged: string | undefined;
  /** The number of the home's current version; 0 when there is none. */
  readonly homeVersion: number;
  /** What the home's current version is. */
  readonly current: CurrentVersion;
  /** Whether a mover wrote it: by its author, else by its label. */
  readonly writtenByMover: boolean;
  /** `current`: the home's current version holds the source's · `labelled`: a label says that some version does. */
  readonly holds: "current" | "labelled" | "nothing";
  /** Which secret the home's labels are about: labels of an earlier secret of the name say nothing about this one. */
  readonly labelsOf: "this-secret" | "another-secret";
  readonly deletion: Deletion;
  /** The version whose deletion a mover began to take back; absent when no restore is unfinished. */
  readonly restoring: string | undefined;
  readonly secondLook: SecondLook;
  /** The setting of the same name. */
  readonly authorship: MoverSettings["authorship"];
  /** The setting of the same name. */
  readonly foreignHomes: MoverSettings["foreignHomes"];
}

const rank: Readonly<Record<Mode, number>> = { audit: 0, copy: 1, move: 2 };
const lower = (a: Mode, b: Mode): Mode => (rank[a] <= rank[b] ? a : b);

const stackModeFor = (source: Source, settings: MoverSettings): Mode =>
  settings.modeRules.find(({ pattern }) => matches(pattern, source.name))?.mode ?? settings.mode;

/** The lower of the stack's mode for this name and the mode that the secret's tag requests; an unknown word is `audit`. */
export function modeFor(source: Source, settings: MoverSettings): Mode {
  const stackMode = stackModeFor(source, settings);
  const requested = source.tags[modeTag];
  if (requested === undefined) return stackMode;
  return lower(stackMode, requested === "copy" || requested === "move" ? requested : "audit");
}

/** Whether a tag says that a tool owns the secret. Such a tool would create the secret again. */
export const ownedByIac = (source: Source, settings: MoverSettings): boolean =>
  Object.keys(source.tags).some((key) => key.startsWith("aws:cloudformation:") || settings.ownerTags.includes(key));

interface Stay {
  readonly source: Source;
  readonly settings: MoverSettings;
  /** What the lists of names and the tag `vault-mover-mode=exempt` say. */
  readonly listed: ReturnType<typeof stayReason>;
}

/** Why a secret is left alone, whatever its home holds. The first row that applies decides; docs/decisions.md has them. */
export const stayRows: readonly { readonly reason: Reason; readonly when: (stay: Stay) => boolean }[] = [
  { reason: "outside-prefix", when: ({ source, settings }) => !source.name.startsWith(settings.namePrefix) },
  { reason: "exempt", when: ({ listed }) => listed === "exempt" },
  {
    reason: "service-owned",
    when: ({ source, listed }) => listed === "service-owned" || source.owningService !== undefined,
  },
  { reason: "service-read", when: ({ listed }) => listed === "service-read" },
  { reason: "replica", when: ({ source }) => source.primaryRegion !== undefined },
  { reason: "replicated", when: ({ source, settings }) => source.replicas.length > 0 && settings.replicas === "skip" },
  {
    reason: "rotating",
    when: ({ source, settings }) => source.rotating && (settings.rotation === "skip" || source.pending),
  },
  { reason: "staged", when: ({ source }) => source.staged },
];

function readStays(source: Source, settings: MoverSettings): Reason | undefined {
  const stay = { source, settings, listed: stayReason(source, settings) };
  return stayRows.find(({ when }) => when(stay))?.reason;
}

/** Whoever puts a value may choose its id. Labels and the tag can only carry one without their own separators. */
function readValue({ currentVersionId }: Source): Facts["value"] {
  if (currentVersionId === undefined) return "absent";
  return /^[A-Za-z0-9-]+$/.test(currentVersionId) ? "present" : "unsupported-id";
}

function readLife({ scheduled, windowEnd }: Source, now: number): Facts["life"] {
  if (!scheduled) return "live";
  return (windowEnd ?? Infinity) - now < lastDaysMs ? "ends-soon" : "scheduled";
}

/**
 * Whether a person requested a lower mode, or a staged version exists that only Secrets Manager holds. A scheduled secret
 * can't be changed, so on one of these the change came before the delete, and after the mover's last look.
 */
function isKept({ staged, tags }: Source): boolean {
  const requested = tags[modeTag];
  return staged || (requested !== undefined && requested !== "move");
}

function readCurrent(source: Source, home: Home, settings: MoverSettings, now: number): CurrentVersion {
  if (home.currentVersion === 0) return { is: "absent" };
  const version = liveVersion(home, now);
  if (version === undefined) return { is: "deleted" };
  const author = authorOf(version, settings);
  if (author === "foreign") return { is: "foreign" };
  const read = readVersionLabel(home.labels, home.currentVersion);
  if (read.is === "unknown") return { is: "unknown-format", author };
  if (read.is === "absent") return { is: isOfAnother(source, home) ? "of-another" : "unlabelled", author };
  if (read.label.suffix !== source.suffix) return { is: "of-another", author };
  return read.label.versionId === source.currentVersionId
    ? { is: "same", author, label: read.label }
    : { is: "other-version", author };
}

function readDeletion(markers: Home["labels"], now: number): Deletion {
  const deleting = readDeletingLabel(markers);
  if (deleting === undefined) return { is: "none" };
  const { versionId, time } = deleting;
  const seen = markers["checked"] === undefined ? "seen" : "checked";
  return {
    is: readDeletedLabel(markers) === undefined ? "announced" : seen,
    versionId,
    // `abs`, because the clock of the mover that wrote the time may be ahead of this one.
    age: Math.abs(now - time) < consistencyMs ? "fresh" : now - time > lateCheckMs ? "late" : "shown",
  };
}

function readSecondLook(source: Source, home: Home, { now, proof }: Now): SecondLook {
  if (proof === undefined) return { is: "none" };
  const { versionId } = proof;
  return { is: source.currentVersionId === versionId && holdsProof(home, proof, now) ? "holds" : "broken", versionId };
}

/**
 * Reads the facts about a secret.
 *
 * @param source DescribeSecret's answer, read after `home`
 * @param home the home's metadata ({@link absentHome} when there is none)
 */
export function readFacts(source: Source, home: Home, settings: MoverSettings, at: Now): Facts {
  const { now } = at;
  const ofAnother = isOfAnother(source, home);
  const markers = ofAnother ? {} : home.labels;
  const held = heldCurrent(source, home) ? "labelled" : "nothing";
  return {
    life: readLife(source, now),
    value: readValue(source),
    versionId: source.currentVersionId ?? "",
    stays: readStays(source, settings),
    stackMode: stackModeFor(source, settings),
    mode: modeFor(source, settings),
    ownedByIac: ownedByIac(source, settings),
    kept: isKept(source),
    tagged: source.tags[stateTag]?.split("/")[0],
    homeVersion: home.currentVersion,
    current: readCurrent(source, home, settings, now),
    writtenByMover: isMovers(home, settings),
    holds: holdsCurrent(source, home, settings, now) ? "current" : held,
    labelsOf: ofAnother ? "another-secret" : "this-secret",
    deletion: readDeletion(markers, now),
    restoring: markers["restoring"],
    secondLook: readSecondLook(source, home, at),
    authorship: settings.authorship,
    foreignHomes: settings.foreignHomes,
  };
}
