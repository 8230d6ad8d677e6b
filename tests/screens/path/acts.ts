/** What `log`, `undo`, `release`, `restore` and `verify` say. */
import {
  count,
  exempt,
  exists,
  gone,
  housed,
  labelled,
  moves,
  number,
  pairOf,
  pairsOf,
  says,
  scheduled,
  stateOf,
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

const lasts = "The mover copies it and does not delete it again, until homing release lets it move.";
const back = ({ before, after }: Pair): boolean => gone(before) && undone(after);
/** What the screen calls one secret's undo or release. */
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
    says: "{secrets}: {names}. TagResource vault-mover=again. The mover then moves it like any other secret: copies, proves, deletes.",
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
  number("{secrets} released. The next event or sweep moves it; homing move does it now.", "secrets", moves),
  says("CreateSecret {name} with version {n} of {home}, key of AWS, tagged as exempt.", ({ name, n, home }, screen) => {
    const { before, after } = pairOf(screen, name);
    const at = `${screen.before.before}${name ?? ""}`;
    return !exists(before) && exempt(after) && home === at && before.home?.version === numberIn(n);
  }),
  says(
    "{name} is in Secrets Manager again, read back and equal to version {n} of its home, as {arn}. The tag vault-mover-mode=exempt keeps the mover from it.",
    ({ name, n, arn }, screen) => {
      const { after } = pairOf(screen, name);
      return exempt(after) && after.held && after.equal && after.home?.version === numberIn(n) && after.arn === arn;
    },
  ),
  {
    says: "{n1} moved secrets whose home is in place, {n2} with a newer value of a person, {n3} copied and equal, {n4} wrong. Not looked into: {n5}, not this mover's or changed since it copied them.",
    holds({ n1, n2, n3, n4, n5 }, screen) {
      const copied = ({ before }: Pair): boolean => exists(before) && !scheduled(before) && labelled(before);
      const [moved, equal] = [
        count(screen, ({ before }) => gone(before)),
        count(screen, (pair) => copied(pair) && pair.before.equal),
      ];
      return [
        ...same("how many are moved", numberIn(n1), moved),
        ...same(
          "how many are newer",
          numberIn(n2),
          count(screen, ({ before }) => scheduled(before) && stateOf(before) === "d" && !housed(before)),
        ),
        ...same("how many are equal", numberIn(n3), equal),
        ...same(
          "how many are wrong",
          numberIn(n4),
          count(screen, (pair) => copied(pair) && !pair.before.equal),
        ),
        ...same("how many are left out", numberIn(n5), count(screen, ({ before }) => exists(before)) - moved - equal),
      ];
    },
  },
];
