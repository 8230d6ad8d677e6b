/** Decides what to do with one secret, by tables over the facts. docs/decisions.md has the same rows in the same order. */
import type { Home } from "../model/home";
import type { Source } from "../model/source";
import type { MoverSettings } from "../shared/environment";
import { stop } from "./decision";
import type { Act, CopyOnly, Decision } from "./decision";
import { readFacts } from "./facts";
import type { Deletion, Facts, Now } from "./facts";

export interface Row {
  /** The case, in words. The first row that applies decides. */
  readonly name: string;
  /** Why the decision is right in this case. */
  readonly why: string;
  readonly when: (facts: Facts) => boolean;
  /** Not named `then`: the serialization of the function awaits every row, and would take such an object for a promise. */
  readonly decide: (facts: Facts) => Decision;
}

/** Whether a deletion was announced so recently that Secrets Manager may not show it yet. */
const mayBePending = ({ age }: Deletion): boolean => age === "fresh";

/** Why a secret is only copied although the mode would move it. The first row that applies gives the reason. */
export const copyOnlyRows: readonly { readonly reason: CopyOnly; readonly when: (facts: Facts) => boolean }[] = [
  {
    reason: "restored-by-somebody",
    when: ({ deletion, tagged }) => (deletion.is === "seen" || deletion.is === "checked") && tagged !== undefined,
  },
  { reason: "owned-by-iac", when: ({ ownedByIac }) => ownedByIac },
  {
    reason: "author-unknown",
    when: ({ current, authorship }) => authorship === "entity" && current.author === "unknown",
  },
];

type WithoutAct<D> = D extends Act ? Omit<D, keyof Act> : never;

/** Copies the source's current version, and moves it unless there is a reason not to. Mode `audit` only reports that. */
function copy(facts: Facts, how: WithoutAct<Decision>): Decision {
  const { mode, versionId } = facts;
  const copyOnly = copyOnlyRows.find(({ when }) => when(facts))?.reason;
  if (mode === "audit") return { act: "report", intent: copyOnly === undefined ? "move" : "copy" };
  return copyOnly === undefined ? { ...how, mode, versionId } : { ...how, mode: "copy", copyOnly, versionId };
}

/** For a home that is empty or the mover's own: proves its current version if that is the source's, else writes a new one. */
const proveOrWrite = (facts: Facts): Decision => {
  const { current, homeVersion } = facts;
  if (current.is === "same") return copy(facts, { act: "prove", homeVersion, label: current.label });
  return copy(facts, { act: "write", base: homeVersion });
};

/** A source that is not scheduled for deletion: the first row that applies decides, else {@link otherwise}. */
export const liveRows: readonly Row[] = [
  {
    name: "this run has just sent its delete",
    why: "Secrets Manager is eventually consistent and may not show the deletion yet.",
    when: ({ secondLook }) => secondLook.is !== "none",
    decide: () => stop("deferred", "deletion-unseen"),
  },
  {
    name: "a mover began to restore it, and the settings give it another mode than `audit`",
    why: "The secret is back, and the mover that restored it may have stopped before it removed the labels.",
    when: ({ restoring, stackMode }) => restoring !== undefined && stackMode !== "audit",
    decide: ({ deletion }) => ({ act: "finish-restore", deletionMayBePending: mayBePending(deletion) }),
  },
  {
    name: "a mover announced its deletion less than 5 minutes ago",
    why: "It may have been deleted since, and Secrets Manager may not show that yet.",
    when: ({ deletion }) => mayBePending(deletion),
    decide: () => stop("deferred", "deletion-unseen"),
  },
  {
    name: "it is left alone, or has no value yet",
    why: "Nothing that its home may hold would change that.",
    when: ({ stays, value }) => stays !== undefined || value === "absent",
    decide: ({ stays = "no-value" }) => stop("skipped", stays),
  },
  {
    name: "its version id holds anything but letters, digits and hyphens",
    why: "Whoever puts a value may choose its id, and labels and the tag use other characters to separate their parts.",
    when: ({ value }) => value === "unsupported-id",
    decide: () => stop("refused", "version-id-unsupported"),
  },
  {
    name: "its home was never written",
    why: "Vault accepts the write only while that is still so.",
    when: ({ current }) => current.is === "absent",
    decide: proveOrWrite,
  },
  {
    name: "the home's current version was deleted or destroyed",
    why: "Somebody decided that in Vault, and only a person takes it back.",
    when: ({ current }) => current.is === "deleted",
    decide: () => stop("refused", "home-deleted"),
  },
  {
    name: "the label of that version has an unknown format",
    why: "A newer version of this program may have written the label, and this one can't tell what it says.",
    when: ({ current }) => current.is === "unknown-format",
    decide: () => stop("refused", "label-format"),
  },
  {
    name: "that version is labelled as an earlier secret's of this name, or has no label and follows one that is",
    why: "Vault may be the only place that still holds the earlier secret's value.",
    when: ({ current }) => current.is === "of-another",
    decide: () => stop("refused", "home-of-another"),
  },
  {
    name: "that version is labelled as the source's current one",
    why: "Labels only say where to look: the value is read back and compared all the same.",
    when: ({ current }) => current.is === "same",
    decide: proveOrWrite,
  },
  {
    name: "that version is labelled as another one of this secret, or has no label and the mover wrote it",
    why: "It is the mover's own, and Vault accepts the write only over this very version.",
    when: ({ current }) => current.is === "other-version" || (current.is === "unlabelled" && current.author === "ours"),
    decide: proveOrWrite,
  },
  {
    name: "that version has no label, nobody knows who wrote it, and `authorship` is `label`",
    why: "A mover may have stopped before it labelled the version, so its value tells whose it is.",
    when: ({ current, authorship }) => current.is === "unlabelled" && authorship === "label",
    decide: (facts) => copy(facts, { act: "recognise", homeVersion: facts.homeVersion, by: "label" }),
  },
  {
    name: "somebody else wrote that version, or nobody knows who, and `foreignHomes` is `accept-equal`",
    why: "A home that holds the same value is accepted, but never written over.",
    when: ({ foreignHomes }) => foreignHomes === "accept-equal",
    decide: (facts) => copy(facts, { act: "recognise", homeVersion: facts.homeVersion, by: "accept-equal" }),
  },
];

/** Whatever no row names is refused. */
export const otherwise: Omit<Row, "when"> = {
  name: "somebody else wrote that version, or nobody knows who",
  why: "Nobody's value is written over, and comparing it would let whoever creates secrets guess what Vault holds.",
  decide: () => stop("refused", "home-conflict"),
};

const decideLive = (facts: Facts): Decision => (liveRows.find(({ when }) => when(facts)) ?? otherwise).decide(facts);

/** For a deletion that hit another version than a mover announced: an alarm now, and a restore just before the window ends. */
const unclaimed = ({ life }: Facts, versionId: string): Decision =>
  life === "ends-soon"
    ? { act: "restore", versionId, cause: "deletion-unclaimed" }
    : stop("refused", "deletion-unclaimed");

/** For a move that a mover has finished: nothing is left to do but the late check. */
function decideFinished(facts: Facts, deletion: Exclude<Deletion, { is: "none" }>): Decision {
  const { versionId, current, holds } = facts;
  if (facts.kept) return { act: "restore", versionId, cause: "changed-meanwhile" };
  if (current.is === "absent" || current.is === "deleted") return stop("refused", "home-deleted");
  if (facts.writtenByMover && holds !== "current") {
    // A slow mover that was shown an older state of the source wrote over the proven version.
    return { act: "restore", versionId, cause: "changed-meanwhile" };
  }
  const sound = holds !== "nothing" || facts.foreignHomes === "accept-equal";
  const due = facts.life === "ends-soon" || deletion.age === "late";
  if (!sound && due) return { act: "restore", versionId, cause: "home-gone" };
  return deletion.is !== "checked" && due ? { act: "check" } : stop("unchanged", "already-moved");
}

/** Right after this run's delete: takes it back unless both sides hold what was proven and the secret may still be moved. */
function decideSecondLook({ stays, mode, secondLook }: Facts, provenVersionId: string): Decision {
  return stays === undefined && mode === "move" && secondLook.is === "holds"
    ? stop("unchanged", "already-moved")
    : { act: "restore", versionId: provenVersionId, cause: "changed-meanwhile" };
}

/** For a source that is scheduled for deletion: finds out who deleted it, and whether that was safe. */
function decideScheduled(facts: Facts): Decision {
  const { versionId, value, tagged = "", holds, deletion, restoring, stays } = facts;
  if (facts.labelsOf === "another-secret") return stop("skipped", "scheduled-by-others");
  if (restoring !== undefined) return { act: "restore", versionId: restoring, cause: "unfinished" };
  if (deletion.is === "none") {
    const ofCurrent = value !== "absent" && tagged === versionId;
    if (ofCurrent && holds !== "current") return { act: "restore", versionId, cause: "home-gone" };
    // When a mover finishes a restore it clears all markers, including those of a deletion that happened in between. So a
    // tag without markers is ambiguous: a person may have deleted the secret, or a mover whose deletion nobody verified.
    const byOthers = tagged === "" || (ofCurrent && !facts.kept);
    return byOthers ? stop("skipped", "scheduled-by-others") : unclaimed(facts, tagged);
  }
  if (deletion.versionId !== versionId) {
    // A slow mover may have overwritten the delete's marker with its own announcement, while the home holds the version
    // that was deleted. Starting over is safe: the value is proven again before the secret is deleted again.
    if (stays === undefined && facts.mode === "move" && holds === "current") {
      return { act: "restore", versionId, cause: "unfinished" };
    }
    return unclaimed(facts, deletion.versionId);
  }
  if (deletion.is !== "announced") return decideFinished(facts, deletion);
  return stays === undefined && holds === "current"
    ? { act: "recover", versionId, homeVersion: facts.homeVersion }
    : { act: "restore", versionId, cause: "unfinished" };
}

/** Decides on facts alone. */
export function decideOnFacts(facts: Facts): Decision {
  const { secondLook, stackMode } = facts;
  if (facts.life === "live") return decideLive(facts);
  if (secondLook.is !== "none") return decideSecondLook(facts, secondLook.versionId);
  const decision = decideScheduled(facts);
  // A lower mode that the secret's tag requests does not keep the mover from taking back its own deletion: only the
  // stack's mode counts here. In mode `audit` nothing is changed.
  if (stackMode !== "audit" || decision.act === "stop") return decision;
  return decision.act === "check" ? stop("unchanged", "already-moved") : { act: "report", intent: "restore" };
}

/**
 * Decides what to do with a secret.
 *
 * @param source DescribeSecret's answer, read after `home`
 * @param home the home's metadata ({@link absentHome} when there is none)
 */
export const decide = (source: Source, home: Home, settings: MoverSettings, now: Now): Decision =>
  decideOnFacts(readFacts(source, home, settings, now));
