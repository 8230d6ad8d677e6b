/** What `resolve` says. */
import {
  conflicting,
  endsIn,
  gone,
  has,
  housed,
  moves,
  pairOf,
  says,
  truth,
  typedIn,
  windowDays,
  windowOf,
} from "./facts";
import { numberIn, same } from "./sentences";
import type { Sentence, Words } from "./sentences";
import type { Screen } from "./walk";

const taking =
  "Taking makes the value of Secrets Manager version {n1} of the home. Version {n2} stays in Vault's history, as long as the mount keeps it. The mover then goes on.";
const keeping =
  "Keeping deletes the secret from Secrets Manager, restorable for {days} days. After that its value is gone.";

/** Whether the command that a line offers is for the conflict that was asked about. */
const offered = ({ name }: Words, screen: Screen): boolean =>
  name === typedIn(screen).before.name && conflicting(typedIn(screen).before);
const isNext = ({ n1, n2 }: Words, screen: Screen): boolean =>
  numberIn(n2) === typedIn(screen).before.home?.version && numberIn(n1) === numberIn(n2) + 1;
const isLost = (screen: Screen): boolean => !typedIn(screen).before.equal;

export const sides: readonly Sentence[] = [
  {
    says: "{name}: its home was written by somebody else. Secrets Manager, version {id}: {arn} Vault, version {n}, written {time} UTC by somebody without an entity: {home}",
    holds({ name, id, arn, n, time, home }, screen) {
      const { before } = pairOf(screen, name);
      const written = (before.home?.written ?? "").replace("T", " ").slice(0, 19);
      return [
        ...truth("the conflict", conflicting(before)),
        ...same("the secret", name, typedIn(screen).before.name),
        ...same("the version there", id, before.versionId),
        ...same("the ARN", arn, before.arn),
        ...same("the version here", numberIn(n), before.home?.version),
        ...same("when it was written", (time ?? "").replace(/\s/, " "), written),
        ...same("the home", home, `${screen.before.before}${name ?? ""}`),
      ];
    },
  },
  says("They hold different values.", (_, screen) => !typedIn(screen).before.equal && typedIn(screen).before.held),
  says("Both hold the same value.", (_, screen) => typedIn(screen).before.equal),
  says(`-> homing resolve {name} --take ${taking}`, (words, screen) => offered(words, screen) && isNext(words, screen)),
  says(taking, (words, screen) => {
    const { after } = typedIn(screen);
    const { home } = after;
    const kept = home?.kept.includes(numberIn(words["n2"])) === true;
    return (
      has(screen, "take") && isNext(words, screen) && home?.version === numberIn(words["n1"]) && kept && gone(after)
    );
  }),
  {
    says: `-> homing resolve {name} --keep ${keeping}`,
    holds: (words, screen) => [...windowOf(words), ...truth("this", offered(words, screen) && isLost(screen))],
  },
  {
    says: keeping,
    holds: (words, screen) => [
      ...windowOf(words),
      ...truth("the loss", has(screen, "keep") && isLost(screen)),
      ...truth("the deletion", endsIn(windowDays, typedIn(screen).after, screen.after.at)),
    ],
  },
  says(
    "Take {name1}? Type the secret's name: {name2}",
    ({ name1, name2 }, screen) => name1 === name2 && name1 === typedIn(screen).before.name,
  ),
  says("Version {n} of the home holds the value of Secrets Manager, read back and equal.", ({ n }, screen) => {
    const { after } = typedIn(screen);
    return after.home?.version === numberIn(n) && housed(after);
  }),
  says("The mover's outcome is moved: the home holds this version, read back and found equal.", (_, screen) =>
    moves(typedIn(screen)),
  ),
  {
    says: "{name} is scheduled for deletion, and version {n} of its home stays. For {days} days aws secretsmanager restore-secret takes that back.",
    holds(words, screen) {
      const { before, after } = pairOf(screen, words["name"]);
      return [
        ...windowOf(words),
        ...same("the secret", words["name"], typedIn(screen).before.name),
        ...truth("the window", endsIn(windowDays, after, screen.after.at)),
        ...same("the version", numberIn(words["n"]), before.home?.version),
        ...truth(
          "that it stays",
          after.home?.version === before.home?.version && after.home?.written === before.home?.written,
        ),
      ];
    },
  },
];
