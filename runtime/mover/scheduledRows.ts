/** The decision table for a source that is scheduled for deletion. docs/decisions.md has the same rows in the same order. */
import type { RestoreCause } from "../model/outcome";
import { stop } from "./decision";
import type { Decision, TakenBack } from "./decision";
import type { Facts } from "./facts";
import { inState, tagOf, tagRows } from "./rows";
import type { Row } from "./rows";

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
    why: "That is their decision. The alarm home-deleted tells of it, and the secret can be restored until its window ends.",
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
  why: "Its owner may have meant it. The alarm deletion-unclaimed tells of it.",
  decide: () => stop("refused", "deletion-unclaimed"),
};
