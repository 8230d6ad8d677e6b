/** What `log`, `undo`, `release`, `restore` and `verify` say. */
import {
  head,
  rowsIn,
  count,
  exempt,
  exists,
  gone,
  labelled,
  moves,
  number,
  pairOf,
  pairsOf,
  says,
  scheduled,
  truth,
  typedIn,
  undone,
} from "./facts";
import type { Pair } from "./facts";
import { numberIn, same } from "./sentences";
import type { Sentence, Words } from "./sentences";
import type { Screen } from "./walk";

/** Whether a line of the log is of the secret that was asked for, written after its home and before now. */
const isLogged = ({ time, name }: Words, screen: Screen): boolean => {
  const { after } = pairOf(screen, name);
  const logged = Date.parse(`${(time ?? "").replace(/\s/, "T")}Z`);
  const written = Math.floor(Date.parse(after.home?.written ?? "") / 1_000) * 1_000;
  return name === typedIn(screen).before.name && logged >= written && logged <= screen.after.at;
};

export const lines: readonly Sentence[] = [
  says("{time} moved: proven {name}", (words, screen) => {
    const { after } = pairOf(screen, words["name"]);
    return isLogged(words, screen) && (gone(after) || undone(after));
  }),
  says(
    "{time} unchanged: undone {name}",
    (words, screen) => isLogged(words, screen) && undone(pairOf(screen, words["name"]).after),
  ),
];

const lasts = "The mover does not delete it again, until homing release lets it move.";
const back = ({ before, after }: Pair): boolean => gone(before) && undone(after);
/** What the screen calls one secret's undo or release. */
/** A row without names. */
const part = (text: string, is: (pair: Pair) => boolean): Sentence => ({
  ...number(`{n} ${text}`, "n", is),
  part: { is: "row", below: ["As it should be", "Not compared"] },
});

export const acts: readonly Sentence[] = [
  says(`{arn} RestoreSecret, then TagResource vault-mover. ${lasts}`, ({ arn }, screen) => {
    const pair = typedIn(screen);
    return pair.before.arn === arn && back(pair);
  }),
  says(
    `{name} is restored. ${lasts}`,
    ({ name }, screen) => name === typedIn(screen).before.name && back(pairOf(screen, name)),
  ),
  {
    says: `{deletions} of this mover in the last {n}h: {names}. RestoreSecret and TagResource vault-mover. ${lasts}`,
    holds: ({ deletions, n, names }, screen) => [
      ...same("how many", numberIn(deletions), count(screen, back)),
      ...same(
        "the names",
        names,
        pairsOf(screen)
          .filter(back)
          .map(({ before }) => before.name)
          .join(", "),
      ),
      ...truth("the time", screen.typed.includes(` --since ${n ?? ""}h `)),
    ],
  },
  number(`{secrets} restored. ${lasts}`, "secrets", back),
  {
    says: "{secrets}: {names}. TagResource vault-mover=again. The mover then treats it as any other secret; homing plan shows what that comes to.",
    holds: ({ secrets, names }, screen) => [
      ...same("how many", numberIn(secrets), count(screen, moves)),
      ...same(
        "the names",
        names,
        pairsOf(screen)
          .filter(moves)
          .map(({ before }) => before.name)
          .join(", "),
      ),
    ],
  },
  number(
    "{secrets} released. The mover goes on with it at the next event or sweep; homing move does it now.",
    "secrets",
    moves,
  ),
  says(
    "Creates {name} in Secrets Manager from version {n} of its home: {home} Encrypted with AWS's own key, tagged vault-mover-mode=exempt.",
    ({ name, n, home }, screen) => {
      const { before, after } = pairOf(screen, name);
      const at = `${screen.before.before}${name ?? ""}`;
      return !exists(before) && exempt(after) && home === at && before.home?.version === numberIn(n);
    },
  ),
  says(
    "{name} is in Secrets Manager again, read back and equal to version {n} of its home: {arn} The tag vault-mover-mode=exempt keeps the mover from it.",
    ({ name, n, arn }, screen) => {
      const { after } = pairOf(screen, name);
      return exempt(after) && after.held && after.equal && after.home?.version === numberIn(n) && after.arn === arn;
    },
  ),
];

/** Copied, so that both sides can be compared. */
const copied = ({ before }: Pair): boolean => exists(before) && !scheduled(before) && labelled(before);
const verified = (pair: Pair): boolean => gone(pair.before) || copied(pair);

export const verifies: readonly Sentence[] = [
  {
    says: "{word}: {secrets}",
    holds: (words, screen) => [
      ...same("the function", words["word"], screen.before.functionName),
      ...same(
        "how many",
        numberIn(words["secrets"]),
        count(screen, ({ before }) => exists(before)),
      ),
      ...same(
        "how many stand below",
        rowsIn(screen.shown),
        count(screen, ({ before }) => exists(before)),
      ),
    ],
  },
  head("As it should be"),
  part("moved: its home is there and readable", ({ before }) => gone(before)),
  part("copied: both sides hold the same value", (pair) => copied(pair) && pair.before.equal),
  head("Not compared"),
  part("others: not this mover's, or changed since it copied them", (pair) => exists(pair.before) && !verified(pair)),
  part("others: not this mover's, or changed since it copied it", (pair) => exists(pair.before) && !verified(pair)),
  says(
    "Nothing that was compared is wrong.",
    (_, screen) => count(screen, (pair) => copied(pair) && !pair.before.equal) === 0,
  ),
];
