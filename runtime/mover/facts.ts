/** The facts about one secret: read once from both sides, the settings and the clock. `decide` looks at nothing else. */
import { requestedModes, stayReason } from "../model/exemption";
import type { Home } from "../model/home";
import { readDeletion, readVersionLabel } from "../model/labels";
import type { VersionLabel } from "../model/labels";
import type { Reason } from "../model/outcome";
import { matches, matchesAny } from "../model/pattern";
import { earliestEnd, lastDaysMs } from "../model/source";
import type { Source, SourceReplica } from "../model/source";
import { isOwnedBy, missingReplicas, namesProof, placeOf, readStateTag } from "../model/stateTag";
import type { Proof, StateTag } from "../model/stateTag";
import { looksVaultOwn } from "../model/vaultOwn";
import type { Mode, MoverSettings } from "../shared/environment";
import { authorOf, isOfAnother, liveVersion, remainsOf } from "./homeFacts";
import type { Remains } from "./homeFacts";

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

/** The home's current version. When the server names another author than the mover, the version's label proves nothing. */
export type CurrentVersion =
  /**
   * `absent`: nothing was ever written there · `deleted`: somebody deleted or destroyed it · `foreign`: the server
   * names another author than the mover · `former`: it names a former mover or an operator.
   */
  | { readonly is: "absent" | "deleted" | "foreign" | "former"; readonly author?: undefined }
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

/** The mover's tag on the source. A tag with another secret's suffix was copied, and counts as none. */
export type TagFact =
  /**
   * `again`: a person lets it move once more · `unknown`: cut off, or another version's format · `another-mover`: of
   * another deployment · `moved-place`: the homes are elsewhere by now.
   */
  | { readonly is: "absent" | "again" | "unknown" | "another-mover" | "moved-place" }
  | {
      readonly is: "own";
      readonly tag: StateTag;
      /** Less than five minutes old: Secrets Manager may not show its delete yet, or its run is still at work. */
      readonly age: "fresh" | "older";
      /** Whether all replicas that the tag names are there. */
      readonly replicas: "there" | "missing";
      /** `changed`: the source changed between the proof and the delete · else what the home holds of the proof. */
      readonly stands: Remains | "changed";
    };

/** What the home's labels say of a deletion of this secret, `announced-now` within five minutes. They can only withhold. */
export type LabelsSay = "nothing" | "announced-now" | "announced" | "deleted" | "unknown-format";

/**
 * What this run finds at its second look, after its delete. `mine`: the tag names its proof · `anothers`: it names that of
 * another run, which will look itself · `lost`: it names no deletion at all, so nobody else would look.
 */
export type SecondLook = "none" | "mine" | "anothers" | "lost";

export interface Facts {
  /** Whether the source is scheduled for deletion, and whether its recovery window ends within three days. */
  readonly life: "live" | "scheduled" | "ends-soon";
  /** Whether the source has a current value, under a version id that fits into labels and the tag. */
  readonly value: "absent" | "unsupported-id" | "present";
  /** The version that carries AWSCURRENT; empty when there is none. */
  readonly versionId: string;
  /** Why the secret is left alone, whatever its home holds: the first of {@link stayRows}. */
  readonly stays: Reason | undefined;
  /** What of Vault's own it looks like by its name, tags and description, unless a person confirmed that it may move. */
  readonly vaultOwn: string | undefined;
  /** The mode that the settings give this name. */
  readonly stackMode: Mode;
  /** The lower of that and the mode that the secret's tag requests. */
  readonly mode: Mode;
  /** Whether a tag says that a tool owns the secret and would create it again. */
  readonly ownedByIac: boolean;
  readonly tag: TagFact;
  /** The number of the home's current version; 0 when there is none. */
  readonly homeVersion: number;
  /** What the home's current version is. */
  readonly current: CurrentVersion;
  readonly labels: LabelsSay;
  /** Whether the labels of a deletion are those that its tag asks for. */
  readonly labelled: "as-tagged" | "otherwise";
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
  return requestedModes(source.tags).reduce<Mode>(
    (mode, requested) => lower(mode, requested === "copy" || requested === "move" ? requested : "audit"),
    stackMode,
  );
}

/** Whether a tag says that a tool owns the secret. Such a tool would create the secret again. */
export const ownedByIac = (source: Source, settings: MoverSettings): boolean =>
  Object.keys(source.tags).some((key) => key.startsWith("aws:cloudformation:") || settings.ownerTags.includes(key));

/** Whether a replica may be removed and made again: the setting names its region, and its key is one of this account. */
const mayTakeApart = ({ region, key }: SourceReplica, { replicas, replicaRegions }: MoverSettings): boolean =>
  replicas === "remove" && replicaRegions.includes(region) && key !== "foreign";

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
  { reason: "cross-account", when: ({ source }) => source.crossAccount !== undefined },
  {
    reason: "replicated",
    when: ({ source, settings }) => !source.replicas.every((one) => mayTakeApart(one, settings)),
  },
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

/** Whether a person lets a secret move although it looks like what Vault or its clients start from. */
export const isConfirmed = ({ name }: Source, { confirmedNames }: MoverSettings): boolean =>
  matchesAny(confirmedNames, name);

/** Whoever puts a value may choose its id. Labels and the tag can only carry one without their own separators. */
function readValue({ currentVersionId }: Source): Facts["value"] {
  if (currentVersionId === undefined) return "absent";
  return /^[A-Za-z0-9-]+$/.test(currentVersionId) ? "present" : "unsupported-id";
}

function readLife({ scheduled, deletedDate }: Source, now: number): Facts["life"] {
  if (!scheduled) return "live";
  return deletedDate !== undefined && earliestEnd(deletedDate, now) - now < lastDaysMs ? "ends-soon" : "scheduled";
}

/**
 * Whether a person requested a lower mode, or a staged version exists that only Secrets Manager holds. A scheduled secret
 * can't be changed, so on one of these the change came before the delete, and after the mover's last look.
 */
const isKept = ({ staged, tags }: Source): boolean =>
  staged || requestedModes(tags).some((requested) => requested !== "move");

function readCurrent(source: Source, home: Home, settings: MoverSettings, now: number): CurrentVersion {
  if (home.currentVersion === 0) return { is: "absent" };
  const version = liveVersion(home, now);
  if (version === undefined) return { is: "deleted" };
  const wrote = authorOf(version, settings);
  if (wrote === "foreign") return { is: "foreign" };
  const author = wrote === "unknown" ? "unknown" : "ours";
  const read = readVersionLabel(home.labels, home.currentVersion);
  if (read.is === "unknown") return { is: "unknown-format", author };
  const ofAnother = read.is === "ours" ? read.label.suffix !== source.suffix : isOfAnother(source, home);
  if (ofAnother) return { is: "of-another", author };
  // No label can make a version of these the mover's: only its value can.
  if (wrote === "former") return { is: "former" };
  if (read.is === "absent") return { is: "unlabelled", author };
  return read.label.versionId === source.currentVersionId
    ? { is: "same", author, label: read.label }
    : { is: "other-version", author };
}

/** Whether a moment is so near that what happened then may not show yet. `abs`, because the other clock may be ahead. */
const isFresh = (moment: number, now: number): boolean => Math.abs(now - moment) < consistencyMs;

/** Whether what a tag remembers still holds. No label and no setting has a say: a setting never rewrites the past. */
function standsOf(tag: StateTag, source: Source, home: Home, settings: MoverSettings): Remains | "changed" {
  if (source.currentVersionId !== tag.versionId || isKept(source)) return "changed";
  return remainsOf(tag, home, settings);
}

function readTag(source: Source, home: Home, settings: MoverSettings, now: number): TagFact {
  const read = readStateTag(source.tags);
  if (read.is !== "known") return read;
  const { tag } = read;
  if (tag.suffix !== source.suffix) return { is: "absent" };
  if (!isOwnedBy(tag, settings)) return { is: "another-mover" };
  if (![placeOf(settings), ...settings.formerPlaces].includes(tag.place)) return { is: "moved-place" };
  const age = isFresh(tag.taggedAt, now) ? "fresh" : "older";
  const replicas = missingReplicas(tag, source).length === 0 ? "there" : "missing";
  return { is: "own", tag, age, replicas, stands: standsOf(tag, source, home, settings) };
}

/** @param since what is older than this counts no more: a mover took that deletion back and let the secret move again */
function readLabels(source: Source, home: Home, since: number, now: number): LabelsSay {
  const read = readDeletion(home.labels, source.suffix);
  if (read.is === "none") return "nothing";
  if (read.is === "unknown") return "unknown-format";
  if (read.label.time <= since) return "nothing";
  if (read.is === "deleted") return "deleted";
  return isFresh(read.label.time, now) ? "announced-now" : "announced";
}

const sinceOf = (tag: TagFact): number => {
  if (tag.is === "again") return Infinity;
  // To the second, as the tag is.
  return tag.is === "own" && tag.tag.state === "b" ? tag.tag.taggedAt + 999 : 0;
};

function readLabelled(source: Source, home: Home, tag: TagFact): Facts["labelled"] {
  const read = readDeletion(home.labels, source.suffix);
  const fits = tag.is === "own" && read.is === "deleted" && read.label.versionId === tag.tag.versionId;
  return fits ? "as-tagged" : "otherwise";
}

function readSecondLook(tag: TagFact, { proof }: Now): SecondLook {
  if (proof === undefined) return "none";
  if (tag.is !== "own" || tag.tag.state !== "d") return "lost";
  return namesProof(tag.tag, proof) ? "mine" : "anothers";
}

/**
 * Reads the facts about a secret.
 *
 * @param source DescribeSecret's answer, read after `home`
 * @param home the home's metadata ({@link absentHome} when there is none)
 */
export function readFacts(source: Source, home: Home, settings: MoverSettings, at: Now): Facts {
  const { now } = at;
  const tag = readTag(source, home, settings, now);
  return {
    life: readLife(source, now),
    value: readValue(source),
    versionId: source.currentVersionId ?? "",
    stays: readStays(source, settings),
    vaultOwn: isConfirmed(source, settings) ? undefined : looksVaultOwn(source),
    stackMode: stackModeFor(source, settings),
    mode: modeFor(source, settings),
    ownedByIac: ownedByIac(source, settings),
    tag,
    homeVersion: home.currentVersion,
    current: readCurrent(source, home, settings, now),
    labels: readLabels(source, home, sinceOf(tag), now),
    labelled: readLabelled(source, home, tag),
    secondLook: readSecondLook(tag, at),
    authorship: settings.authorship,
    foreignHomes: settings.foreignHomes,
  };
}
