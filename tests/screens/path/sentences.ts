/** Sentences that a screen may say, and how each is held against both sides. */
import type { Screen } from "./walk";

/** The words of a sentence's places. */
export type Words = Readonly<Record<string, string>>;

/** What is untrue of a sentence: what it says, and what is. */
export type Untrue = readonly string[];

/** A sentence with places in braces, and what makes it true. */
export interface Sentence {
  /** Each blank may be a line's end. `{n}` is a number, `{names}` one or a few secrets, see {@link places}. */
  readonly says: string;
  readonly holds: (words: Words, screen: Screen) => Untrue;
  /** A section's head, whose number its rows add up to, or such a row and the sections that it may stand in. */
  readonly part?: { readonly is: "head" } | { readonly is: "row"; readonly below: readonly string[] };
}

const name = String.raw`path/[\w-]+`;

const several = (thing: string): string => String.raw`(?!1\s)[\d,]+\s${thing}s`;
/** A number of things, in the plural but for one. */
const counted = (thing: string): string => String.raw`1\s${thing}|${several(thing)}`;

/** What may stand at a place; the digits at the end of a place's name tell two of one kind apart. */
const places: Readonly<Record<string, string>> = {
  n: String.raw`[\d,]+`,
  secrets: counted("secret"),
  plural: several("secret"),
  deletions: counted("deletion"),
  traits: String.raw`\d+ [\w-]+(?:,\s\d+ [\w-]+)*`,
  names: String.raw`${name}(?:,\s${name})*(?:,\s\.\.\.)?`,
  name,
  days: String.raw`\d+`,
  dollars: String.raw`\$[\d,]+\.\d\d`,
  day: String.raw`\d{4}-\d\d-\d\d`,
  time: String.raw`\d{4}-\d\d-\d\d\s\d\d:\d\d:\d\d`,
  id: String.raw`[0-9a-f-]{36}`,
  arn: String.raw`arn:aws:secretsmanager:[\w/:-]+`,
  home: String.raw`homing/[\w/-]+`,
  word: String.raw`[\w-]+`,
};

function patternOf(says: string): RegExp {
  const source = says
    .split(/(\{\w+\})/)
    .map((part) => {
      const [, place] = /^\{(\w+)\}$/.exec(part) ?? [];
      if (place === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", String.raw`\s+`);
      const form = places[place.replace(/\d+$/, "")];
      if (form === undefined) throw new Error(`no sentence has a place ${place}`);
      return `(?<${place}>${form})`;
    })
    .join("");
  return new RegExp(`^${source}(?!\\S)`);
}

/** A table of sentences, ready to be looked for. */
export type Table = readonly (Sentence & { readonly pattern: RegExp })[];

export const tableOf = (sentences: readonly Sentence[]): Table =>
  sentences.map((sentence) => ({ ...sentence, pattern: patternOf(sentence.says) }));

/** The number in words as a screen writes it. */
export const numberIn = (words: string | undefined): number => Number((words ?? "").replaceAll(/\D/g, ""));

/** Nothing, or that one thing is said and another is so. */
export const same = (what: string, said: string | number | undefined, is: string | number | undefined): Untrue =>
  said === is ? [] : [`${what}: the screen says ${said ?? "nothing"}, and it is ${is ?? "nothing"}`];

/**
 * Holds all that a screen shows against both sides.
 *
 * @returns what is untrue, and what no sentence of the table says: nothing where every word is accounted for
 */
export function judge(screen: Screen, table: Table): Untrue {
  const untrue: string[] = [];
  let section: { readonly head: string; readonly said: number; rows: number } | undefined;
  const endSection = (): void => {
    if (section !== undefined) untrue.push(...same(`the sum of ${section.head}`, section.said, section.rows));
    section = undefined;
  };
  for (let rest = screen.shown.trimStart(); rest !== "";) {
    const [found] = table.flatMap((sentence) => {
      const match = sentence.pattern.exec(rest);
      return match === null ? [] : [{ sentence, text: match[0], words: { ...match.groups } }];
    });
    if (found === undefined) {
      untrue.push(`no sentence is known that begins: ${rest.slice(0, 80)}`);
      break;
    }
    const { sentence, text, words } = found;
    if (sentence.part?.is === "head") {
      endSection();
      section = { head: text, said: numberIn(words["n"]), rows: 0 };
    } else if (sentence.part?.is === "row") {
      const [head = "nothing"] = (section?.head ?? "").split(" (");
      if (!sentence.part.below.includes(head)) untrue.push(`${text} does not belong below ${head}`);
      if (section !== undefined) section.rows += numberIn(words["n"]);
    }
    untrue.push(...sentence.holds(words, screen).map((one) => `${text.replaceAll(/\s+/g, " ")}: ${one}`));
    rest = rest.slice(text.length).trimStart();
  }
  endSection();
  return untrue.map((one) => `$ ${screen.typed}\n  ${one}`);
}
