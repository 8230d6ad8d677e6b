/** The rows of the decision tables, and what the tables share. */
import type { StateTag } from "../model/stateTag";
import { stop } from "./decision";
import type { Decision } from "./decision";
import type { Facts, TagFact } from "./facts";

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
export const inState = (tag: TagFact, ...states: readonly Own["tag"]["state"][]): tag is Own =>
  tag.is === "own" && states.includes(tag.tag.state);

/** The tag that a row has found to be the mover's own. */
export function tagOf({ tag }: Facts): StateTag {
  if (tag.is !== "own") throw new Error("no tag of this mover");
  return tag.tag;
}

/** Tags that this mover does not act on, whatever else there is. */
export const tagRows: readonly Row[] = [
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
