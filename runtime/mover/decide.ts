/** Decides what to do with one secret, by tables over the facts. docs/decisions.md has the same rows in the same order. */
import type { Home } from "../model/home";
import type { Source } from "../model/source";
import type { StateTag } from "../model/stateTag";
import type { MoverSettings } from "../shared/environment";
import type { RestoreCause } from "../model/outcome";
import { stop } from "./decision";
import type { Act, CopyOnly, Decision, TakenBack } from "./decision";
import { readFacts } from "./facts";
import type { Facts, Now, TagFact } from "./facts";

export interface Row {
  /** The case, in words. The first row that applies decides. */
  readonly name: string;
  /** Why the decision is right in this case. */
  readonly why: string;
  readonly when: (facts: Facts) => boolean;
  /** Not named `then`: the serialization of the function awaits every row, and would take such an object for a promise. */
  readonly decide: (facts: Facts) => Decision;
}

type Own = Extract<TagFact, { is: "own" }>;

/** Whether the mover's tag is there in one of these states. */
const inState = (tag: TagFact, ...states: readonly Own["tag"]["state"][]): tag is Own =>
  tag.is === "own" && states.includes(tag.tag.state);

/** The tag that a row has found to be the mover's own. */
function tagOf({ tag }: Facts): StateTag {
  if (tag.is !== "own") throw new Error("no tag of this mover");
  return tag.tag;
}

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

/** Tags that this mover does not act on, whatever else there is. */
const tagRows: readonly Row[] = [
  {
    name: "its tag is cut off, or in the format of another version of this program",
    why: "This mover can't tell what was proven, and leaves it alone.",
    when: ({ tag }) => tag.is === "unknown",
    decide: () => stop("refused", "tag-format"),
  },
  {
    name: "its tag belongs to another deployment",
    why: "Its homes are elsewhere, and only that mover knows what it proved.",
    when: ({ tag }) => tag.is === "another-mover",
    decide: () => stop("skipped", "another-mover"),
  },
  {
    name: "its tag names another place of the homes, and `formerPlaces` does not",
    why: "All homes would look as if they were gone.",
    when: ({ tag }) => tag.is === "moved-place",
    decide: () => stop("refused", "homes-moved"),
  },
];

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

const decideLive = (facts: Facts): Decision => (liveRows.find(({ when }) => when(facts)) ?? otherwise).decide(facts);

const restore = (facts: Facts, cause: RestoreCause, state: TakenBack["state"]): Decision => ({
  act: "restore",
  cause,
  then: { tag: tagOf(facts), state },
});

/** Why a deletion that does not stand is taken back. */
const causeOf = ({ tag }: Facts): RestoreCause =>
  tag.is === "own" && tag.stands === "gone" ? "home-gone" : "changed-meanwhile";

/** A source that is scheduled for deletion: the first row that applies decides, else {@link otherwiseScheduled}. */
export const scheduledRows: readonly Row[] = [
  {
    name: "this run has just deleted it, and the tag names another run's proof",
    why: "That run looks itself, and knows what it proved.",
    when: ({ secondLook }) => secondLook === "anothers",
    decide: () => stop("deferred", "deletion-unseen"),
  },
  {
    name: "this run has just deleted it, and the tag no longer tells of a deletion",
    why: "A person undid it, or a mover or a tool changed the tag, right before the delete: nobody would look at it again.",
    when: ({ secondLook }) => secondLook === "lost",
    decide: () => ({ act: "restore", cause: "changed-meanwhile" }),
  },
  {
    name: "this run has just deleted it, and what it proved stands",
    why: "Both sides were read again after the delete.",
    when: ({ secondLook, tag }) => secondLook === "mine" && tag.is === "own" && tag.stands === "sound",
    decide: () => stop("unchanged", "already-moved"),
  },
  {
    name: "this run has just deleted it, and a side has changed since its proof",
    why: "What changed in between was not copied, or not proven.",
    when: ({ secondLook }) => secondLook === "mine",
    decide: (facts) => restore(facts, causeOf(facts), "b"),
  },
  ...tagRows,
  {
    name: "it has no tag of this mover, and the home's labels tell of a deletion by a mover",
    why: "Labels can be forged, so nothing is done to the secret by their word: a person has to look.",
    when: ({ tag, labels }) => tag.is === "absent" && labels !== "nothing",
    decide: () => stop("refused", "tag-lost"),
  },
  {
    name: "it has no tag of this mover",
    why: "Somebody else deleted it.",
    when: ({ tag }) => tag.is !== "own",
    decide: () => stop("skipped", "scheduled-by-others"),
  },
  {
    name: "a mover deleted it more than 5 minutes ago, what it proved stands, and the home's labels do not tell of it",
    why: "People read the labels. Until then its own run may be about to write them.",
    when: ({ tag, labelled }) =>
      inState(tag, "d") && tag.age === "older" && tag.stands === "sound" && labelled === "otherwise",
    decide: (facts) => ({ act: "relabel", tag: tagOf(facts) }),
  },
  {
    name: "a mover deleted it, and what it proved stands",
    why: "The move is complete.",
    when: ({ tag }) => inState(tag, "d") && tag.stands === "sound",
    decide: () => stop("unchanged", "already-moved"),
  },
  {
    name: "a mover deleted it less than 5 minutes ago, and what it proved does not stand",
    why: "Its own run looks at it a second time, and takes it back so that it can move again.",
    when: ({ tag }) => inState(tag, "d") && tag.age === "fresh",
    decide: () => stop("deferred", "deletion-unseen"),
  },
  {
    name: "somebody deleted, destroyed or lets expire the current version of its home",
    why: "That is their decision. An alarm tells of it, and the secret can be restored until its window ends.",
    when: ({ tag }) => tag.is === "own" && tag.stands === "deleted",
    decide: () => stop("refused", "home-deleted"),
  },
  {
    name: "a mover deleted it, and what it proved does not stand",
    why: "The value would be lost with the end of the window, or an older one is in Vault.",
    when: ({ tag }) => inState(tag, "d"),
    decide: (facts) => restore(facts, causeOf(facts), "u"),
  },
  {
    name: "a person deleted it after the mover had taken its deletion back, and its home holds what was proven",
    why: "The value is in Vault.",
    when: ({ tag }) => tag.is === "own" && tag.stands === "sound",
    decide: () => stop("skipped", "scheduled-by-others"),
  },
  {
    name: "such a deletion hits a value that nobody proved, and its window ends within three days",
    why: "With the window's end the value would be lost, and nobody proved that it is elsewhere.",
    when: ({ life }) => life === "ends-soon",
    decide: (facts) => restore(facts, "deletion-unclaimed", "u"),
  },
];

/** Whatever no row names is a deletion that a person has to look at. */
export const otherwiseScheduled: Omit<Row, "when"> = {
  name: "such a deletion hits a value that nobody proved",
  why: "Its owner may have meant it. An alarm tells of it.",
  decide: () => stop("refused", "deletion-unclaimed"),
};

const decideScheduled = (facts: Facts): Decision =>
  (scheduledRows.find(({ when }) => when(facts)) ?? otherwiseScheduled).decide(facts);

/** Decides on facts alone. */
export function decideOnFacts(facts: Facts): Decision {
  if (facts.life === "live") return decideLive(facts);
  const decision = decideScheduled(facts);
  // A lower mode that the secret's tag requests does not keep the mover from taking back its own deletion: only the
  // stack's mode counts here. In mode `audit` nothing is changed.
  if (facts.stackMode !== "audit") return decision;
  if (decision.act === "restore") return { act: "report", intent: "restore" };
  return decision.act === "relabel" ? stop("unchanged", "already-moved") : decision;
}

/**
 * Decides what to do with a secret.
 *
 * @param source DescribeSecret's answer, read after `home`
 * @param home the home's metadata ({@link absentHome} when there is none)
 */
export const decide = (source: Source, home: Home, settings: MoverSettings, now: Now): Decision =>
  decideOnFacts(readFacts(source, home, settings, now));
