/** What `plan`, `move` and `status` say. */
import {
  byOthers,
  conflicting,
  count,
  dollars,
  exempt,
  exists,
  gone,
  head,
  moves,
  number,
  ofItself,
  pairOf,
  replicated,
  row,
  rowsIn,
  rowsOf,
  says,
  traits,
  undone,
  windowOf,
} from "./facts";
import type { Pair } from "./facts";
import { numberIn, same } from "./sentences";
import type { Sentence } from "./sentences";

export const plans: readonly Sentence[] = [
  {
    says: "{word}, mode move: {secrets} of {n} listed",
    holds: (words, screen) => [
      ...same("the function", words["word"], screen.before.functionName),
      ...same(
        "how many",
        numberIn(words["secrets"]),
        count(screen, ({ before }) => exists(before)),
      ),
      ...same(
        "how many are listed",
        numberIn(words["n"]),
        count(screen, ({ before }) => exists(before)),
      ),
      ...same(
        "how many stand below",
        rowsOf(screen),
        count(screen, ({ before }) => exists(before)),
      ),
    ],
  },
  head("Needs you"),
  row(["Needs you"], "home-conflict: its home was written by somebody else", ({ before }) => conflicting(before)),
  says("-> homing resolve {name} --take (or --keep)", ({ name }, screen) => conflicting(pairOf(screen, name).before)),
  head("Would do"),
  head("A run would do"),
  row(
    ["Would do", "A run would do"],
    "move: copied where Vault does not hold it yet, read back and compared, then deleted, restorable for {days} days",
    moves,
    windowOf,
  ),
  head("Stays"),
  row(
    ["Stays"],
    "undone: its deletion was taken back, by a person or by the mover; copied only, until homing release",
    ({ before }) => undone(before),
  ),
  row(["Stays"], "already-moved: an earlier move of this version is complete", ({ before }) => gone(before)),
  row(["Stays"], "exempt: exempt by its name or by the tag vault-mover-mode=exempt", ({ before }) => exempt(before)),
  row(
    ["Stays"],
    "replicated: it is replicated; to move it set replicas to remove and name all of its regions in replicaRegions",
    ({ before }) => replicated(before),
  ),
  row(["Stays"], "scheduled-by-others: somebody else scheduled it for deletion", ({ before }) => byOthers(before)),
  { says: "Among them: {traits}.", holds: ({ traits: said }, screen) => same("these", said, traits(screen)) },
  {
    says: "They cost {dollars1} a month in Secrets Manager, {dollars2} after the moves above.",
    holds: ({ dollars1, dollars2 }, screen) => [
      ...same("what they cost", dollars1, dollars(screen, "before")),
      ...same("what they cost afterwards", dollars2, dollars(screen, "after")),
    ],
  },
  number("There is work to do for {secrets}: homing move does it.", "secrets", moves),
  number("The mover can do nothing here; {plural} need you.", "plural", ({ before }) => conflicting(before)),
  number("The mover can do nothing here; {n} secret needs you.", "n", ({ before }) => conflicting(before)),
  says(
    "There is nothing to do.",
    (_, screen) => count(screen, moves) + count(screen, ({ before }) => conflicting(before)) === 0,
  ),
  ofItself(
    "A secret stays if its resource policy lets an AWS service read it. The mover reads the policies; this plan has not.",
  ),
];

const stillNeeds = ({ before, after }: Pair): boolean => conflicting(before) && conflicting(after);
/** The end of a run, above which its rows stand. */
const ended = (text: string, place: string): Sentence => ({
  says: text,
  holds: (words, screen) => [
    ...same("how many", numberIn(words[place]), count(screen, moves)),
    ...same("how many stand above", rowsIn(screen.shown.split(/^Ended /m)[1]), count(screen, moves)),
  ],
});

export const runs: readonly Sentence[] = [
  number("Do this for {secrets}? Type yes: yes", "secrets", moves),
  head("Ended"),
  row(["Ended"], "moved: the home holds this version, read back and found equal", moves),
  ended("All {plural} ended.", "plural"),
  ended("{n} secret ended.", "n"),
  number("{plural} need you, as the plan above says.", "plural", stillNeeds),
  number("{n} secret needs you, as the plan above says.", "n", stillNeeds),
];

export const statuses: readonly Sentence[] = [
  {
    says: "{word}, mode move: {secrets} moved and still restorable, {n} left",
    holds: (words, screen) => [
      ...same("the function", words["word"], screen.before.functionName),
      ...same(
        "how many",
        numberIn(words["secrets"]),
        count(screen, ({ before }) => gone(before)),
      ),
      ...same(
        "how many are left",
        numberIn(words["n"]),
        count(screen, ({ before }) => exists(before) && !gone(before)),
      ),
      ...same(
        "how many stand below",
        rowsOf(screen),
        count(screen, ({ before }) => exists(before) && !gone(before)),
      ),
    ],
  },
  ofItself("The mover's deletions become final"),
  {
    says: "{day} {secrets}",
    holds: ({ day, secrets }, screen) => {
      const onDay = ({ before }: Pair): boolean =>
        gone(before) && new Date(before.until ?? 0).toISOString().slice(0, 10) === day;
      return same("how many", numberIn(secrets), count(screen, onDay));
    },
  },
];
