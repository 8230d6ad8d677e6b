/** Secrets in groups as a person reads them: what needs the person comes first, then what would be done, then what stays. */
import { needsPerson } from "./forecast";
import type { Group } from "./plan";
import { wrapped } from "./screen";

/** Secrets of one kind, as far as they are shown. */
export interface Item {
  readonly secrets: number;
  readonly label: string;
  readonly why: string;
  /** Names of a few of them. */
  readonly examples: readonly string[];
  /** The command that comes next. */
  readonly next?: string;
}

const indent = " ".repeat(9);

function lines({ secrets, label, why, examples, next }: Item): readonly string[] {
  const [first = "", ...rest] = wrapped(`${label}: ${why}`, indent).split("\n");
  const names = examples.length < secrets ? [...examples, "..."] : examples;
  return [
    `${secrets.toLocaleString("en-US").padStart(7)}  ${first.trimStart()}`,
    ...rest,
    ...(examples.length === 0 ? [] : [wrapped(names.join(", "), indent)]),
    ...(next === undefined ? [] : [`${indent}-> ${next}`]),
  ];
}

/** A section of the screen, none without items. */
export function sectionOf(head: string, items: readonly Item[]): readonly string[] {
  if (items.length === 0) return [];
  const secrets = items.reduce((sum, item) => sum + item.secrets, 0);
  return ["", `${head} (${secrets.toLocaleString("en-US")})`, ...items.flatMap(lines)];
}

/** Reasons that `homing resolve` ends, each with its options. */
const resolvable: Readonly<Record<string, string>> = {
  "home-conflict": "--take (or --keep)",
  "home-rotated": "--keep (or --take)",
  "home-deleted": "--take",
  "home-of-another": "--take (or --keep)",
};

/** The command by which a person ends a refusal, where there is one. */
export function resolving(reason: string, [name]: readonly string[]): Pick<Item, "next"> {
  const options = resolvable[reason];
  return name === undefined || options === undefined ? {} : { next: `homing resolve ${name} ${options}` };
}

/** What a group is called: what is done with it, or else why nothing is. */
function labelOf({ act, outcome, reason }: Group): string {
  if (needsPerson({ ...(outcome === undefined ? {} : { outcome }) })) return reason;
  if (act !== "nothing") return act;
  return reason === "proven" ? (outcome ?? reason) : reason;
}

function itemOf(group: Group): Item {
  const { secrets, examples, words, reason, why } = group;
  return {
    secrets,
    label: labelOf(group),
    why,
    examples: words === undefined ? examples : examples.map((name, index) => `${name} ("${words[index] ?? ""}")`),
    ...resolving(reason, examples),
  };
}

/** All groups of a plan. */
export function sectionsOf(groups: readonly Group[], heads: { readonly work: string }): readonly string[] {
  const needed = groups.filter(needsPerson);
  const rest = groups.filter((group) => !needsPerson(group));
  return [
    ...sectionOf("Needs you", needed.map(itemOf)),
    ...sectionOf(heads.work, rest.filter(({ act }) => act !== "nothing").map(itemOf)),
    ...sectionOf("Stays", rest.filter(({ act }) => act === "nothing").map(itemOf)),
  ];
}
