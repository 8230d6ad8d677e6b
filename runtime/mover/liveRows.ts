/** The decision table for a source that is not scheduled for deletion. docs/decisions.md has the same rows in the same order. */
import { stop } from "./decision";
import type { Act, CopyOnly, Decision } from "./decision";
import type { Facts } from "./facts";
import { inState, tagOf, tagRows } from "./rows";
import type { Row } from "./rows";

/** Why a secret is only copied although the mode would move it. The first row that applies gives the reason. */
export const copyOnlyRows: readonly { readonly reason: CopyOnly; readonly when: (facts: Facts) => boolean }[] = [
  {
    reason: "undone",
    // Without a tag, or with one that lets it move, the labels may still say that it was deleted since: a tool may have
    // removed or replaced the tag.
    when: ({ tag, labels }) => inState(tag, "d", "u") || labels === "deleted",
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
  const { mode, versionId, tag } = facts;
  const copyOnly = copyOnlyRows.find(({ when }) => when(facts))?.reason;
  if (mode === "audit") return { act: "report", intent: copyOnly === undefined ? "move" : "copy" };
  if (copyOnly === undefined) return { ...how, mode, versionId };
  const copied = { ...how, mode: "copy", copyOnly, versionId } as const;
  // Where labels alone tell of the undo, nothing follows: they withhold, and cause no call.
  return copyOnly === "undone" && inState(tag, "d", "u") ? { ...copied, undone: tag.tag } : copied;
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
    when: ({ secondLook }) => secondLook !== "none",
    decide: () => stop("deferred", "deletion-unseen"),
  },
  ...tagRows,
  {
    name: "the mover's tag says that a deletion began less than 5 minutes ago",
    why: "It may have been deleted since, and Secrets Manager may not show that yet.",
    when: ({ tag }) => inState(tag, "d", "t") && tag.age === "fresh",
    decide: () => stop("deferred", "deletion-unseen"),
  },
  {
    name: "a mover took its replicas apart and did not put them back, and the settings give it another mode than `audit`",
    why: "Whoever owns it gets back what it had, whatever becomes of it.",
    when: ({ tag, stackMode }) =>
      stackMode !== "audit" && inState(tag, "t", "d") && (tag.tag.state === "t" || tag.replicas === "missing"),
    decide: (facts) => ({ act: "put-back", tag: tagOf(facts) }),
  },
  {
    name: "a label announces its deletion less than 5 minutes ago",
    why: "A run is between its proof and its delete.",
    when: ({ labels }) => labels === "announced-now",
    decide: () => stop("deferred", "deletion-unseen"),
  },
  {
    name: "it is left alone, or has no value yet",
    why: "Nothing that its home may hold would change that.",
    when: ({ stays, value }) => stays !== undefined || value === "absent",
    decide: ({ stays = "no-value" }) => stop("skipped", stays),
  },
  {
    name: "it looks like what Vault or its clients start from, and `confirmedNames` does not name it",
    why: "In the very Vault that needs it, it can't be read when it is needed.",
    when: ({ vaultOwn }) => vaultOwn !== undefined,
    decide: () => stop("refused", "vault-own"),
  },
  {
    name: "its version id holds anything but letters, digits and hyphens",
    why: "Whoever puts a value may choose its id, and labels and the tag use other characters to separate their parts.",
    when: ({ value }) => value === "unsupported-id",
    decide: () => stop("refused", "version-id-unsupported"),
  },
  {
    name: "the home's labels tell of a deletion in an unknown format",
    why: "A newer version of this program may have deleted it, and this one can't tell what became of that.",
    when: ({ labels }) => labels === "unknown-format",
    decide: () => stop("refused", "label-format"),
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
    name: "that version is labelled as another one of this secret, and a deletion of it was undone",
    why: "The tag follows each version that is written, and no label, which may be forged, may have it follow anything.",
    when: ({ current, tag }) => current.is === "other-version" && inState(tag, "d", "u"),
    decide: (facts) => copy(facts, { act: "recognise", homeVersion: facts.homeVersion, by: "own" }),
  },
  {
    name: "that version is labelled as another one of this secret",
    why: "It is the mover's own, and Vault accepts the write only over this very version.",
    when: ({ current }) => current.is === "other-version",
    decide: proveOrWrite,
  },
  {
    name: "that version has no label, and the mover wrote it",
    why: "A mover stopped before it labelled it. It is read first: while labels can't be written, no retry adds a version.",
    when: ({ current }) => current.is === "unlabelled" && current.author === "ours",
    decide: (facts) => copy(facts, { act: "recognise", homeVersion: facts.homeVersion, by: "own" }),
  },
  {
    name: "a former mover or an operator wrote that version",
    why: "They may have run the mover, or edited the home like anybody. Only the value tells.",
    when: ({ current }) => current.is === "former",
    decide: (facts) => copy(facts, { act: "recognise", homeVersion: facts.homeVersion, by: "listed" }),
  },
  {
    name: "that version has no label, nobody knows who wrote it, and `authorship` is `label`",
    why: "A mover may have stopped before it labelled the version, so its value tells whose it is.",
    when: ({ current, authorship }) => current.is === "unlabelled" && authorship === "label",
    decide: (facts) => copy(facts, { act: "recognise", homeVersion: facts.homeVersion, by: "listed" }),
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
