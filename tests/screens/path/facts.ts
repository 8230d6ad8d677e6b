/** What both sides tell of a secret, and sentences that are held against it. */
import { numberIn, same } from "./sentences";
import type { Sentence, Untrue, Words } from "./sentences";
import type { Sided } from "./sides";
import type { Screen } from "./walk";

const dayMs = 24 * 60 * 60_000;
export const windowDays = 30;
const dollarsMonthly = 0.4;

/** A secret before and after the command. */
export interface Pair {
  readonly before: Sided;
  readonly after: Sided;
}

export const pairsOf = ({ before, after }: Screen): readonly Pair[] =>
  before.secrets.map((one, index) => ({ before: one, after: after.secrets[index] ?? one }));

export const pairOf = (screen: Screen, name: string | undefined): Pair => {
  const found = pairsOf(screen).find(({ before }) => before.name === name);
  if (found === undefined) throw new Error(`the path has no secret ${name ?? ""}`);
  return found;
};

/** The secret that the command line names. */
export const typedIn = (screen: Screen): Pair => pairOf(screen, screen.typed.split(" ")[3]);

export const count = (screen: Screen, is: (pair: Pair) => boolean): number => pairsOf(screen).filter(is).length;

// What a secret is, by what both sides tell.
export const exists = ({ arn }: Sided): boolean => arn !== "";
export const scheduled = ({ until }: Sided): boolean => until !== undefined;
export const stateOf = ({ tags }: Sided): string => tags["vault-mover"]?.split("/")[3] ?? "";
export const labelled = ({ home, versionId }: Sided): boolean =>
  home?.labels[`v${home.version}`]?.endsWith(`;${versionId}`) === true;
/** Vault holds its value under the mover's label. */
export const housed = (one: Sided): boolean => one.equal && labelled(one);
export const gone = (one: Sided): boolean => scheduled(one) && stateOf(one) === "d" && housed(one);
export const undone = (one: Sided): boolean =>
  exists(one) && !scheduled(one) && stateOf(one) === "u" && housed(one) && one.held;
export const conflicting = (one: Sided): boolean =>
  exists(one) && !scheduled(one) && one.home !== undefined && !labelled(one) && !one.equal;
export const exempt = (one: Sided): boolean =>
  exists(one) && !scheduled(one) && one.tags["vault-mover-mode"] === "exempt";
export const replicated = (one: Sided): boolean => exists(one) && !scheduled(one) && one.replicas > 0;
export const byOthers = (one: Sided): boolean => scheduled(one) && stateOf(one) === "";

export const endsIn = (days: number, { until = 0 }: Sided, at: number): boolean =>
  Math.abs(until - at - days * dayMs) < 10 * 60_000;

/** What a move is, whoever announces or reports it. */
export const moves = ({ before, after }: Pair): boolean => exists(before) && !scheduled(before) && gone(after);

export const truth = (what: string, is: boolean): Untrue => (is ? [] : [`${what} is not so`]);

/** A row of a section: how many secrets are so, and the names of the first of them. */
export const row = (
  below: readonly string[],
  says: string,
  is: (pair: Pair) => boolean,
  more: (words: Words, screen: Screen) => Untrue = () => [],
): Sentence => ({
  says: `{n} ${says} {names}`,
  part: { is: "row", below },
  holds(words, screen) {
    const so = pairsOf(screen)
      .filter(is)
      .map(({ before }) => before.name);
    const names = (words["names"] ?? "").split(/,\s/);
    const shown = names.filter((name) => name !== "...");
    return [
      ...same("how many", numberIn(words["n"]), so.length),
      ...same("the names", new Set(shown.filter((name) => so.includes(name))).size, Math.min(3, so.length)),
      ...same("how many names", shown.length, Math.min(3, so.length)),
      ...same("whether there are more", names.includes("...") ? "more" : "no more", so.length > 3 ? "more" : "no more"),
      ...more(words, screen),
    ];
  },
});

export const head = (says: string): Sentence => ({ says: `${says} ({n})`, part: { is: "head" }, holds: () => [] });

/** A sentence with a number of secrets that are so. */
export const number = (says: string, place: string, is: (pair: Pair) => boolean): Sentence => ({
  says,
  holds: (words, screen) => same("how many", numberIn(words[place]), count(screen, is)),
});

/** A sentence that says what is, or what will be after the command. */
export const says = (text: string, is: (words: Words, screen: Screen) => boolean): Sentence => ({
  says: text,
  holds: (words, screen) => truth("this", is(words, screen)),
});

/** A sentence about this program alone, that neither side can tell of. */
export const ofItself = (text: string): Sentence => ({ says: text, holds: () => [] });

export const dollars = (screen: Screen, side: "before" | "after"): string => {
  const charged = pairsOf(screen).map(({ [side]: one }) => (exists(one) && !scheduled(one) ? 1 + one.replicas : 0));
  return `$${(charged.reduce<number>((sum, number) => sum + number, 0) * dollarsMonthly).toFixed(2)}`;
};

export const traits = (screen: Screen): string =>
  Object.entries({
    replicated: count(screen, ({ before }) => replicated(before)),
    scheduled: count(screen, ({ before }) => scheduled(before)),
  })
    .flatMap(([trait, number]) => (number === 0 ? [] : [`${number} ${trait}`]))
    .join(", ");

/** How many secrets the rows have. */
export const rowsIn = (shown = ""): number =>
  [...shown.matchAll(/^ +([\d,]+) {2}(?=\S)/gm)].reduce((sum, [, n]) => sum + numberIn(n), 0);

/** The same of a plan, which is to pass over none in silence. */
export const rowsOf = ({ shown }: Screen): number => rowsIn(shown.split(/^Ended /m)[0]);

export const windowOf = (words: Words): Untrue => same("the window's days", numberIn(words["days"]), windowDays);

/** Whether the command that was typed has this option. */
export const has = (screen: Screen, option: string): boolean => screen.typed.includes(` --${option}`);
