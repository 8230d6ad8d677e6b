/** Screens that say one untrue thing each: every number, every name and every word that matters, one after the other. */
import type { Screen } from "./walk";

/** A word and what stands in its place when the sentence lies. */
const lies: readonly (readonly [word: string, lie: string])[] = [
  ["different values", "the same value"],
  ["They hold the same value.", "Both hold the same value."],
  ["moved:", "copied:"],
  ["read back and equal", "read back"],
  ["home-conflict", "home-deleted"],
  ["Would do", "Stays"],
  ["Stays", "Needs you"],
  ["replicated", "rotating"],
  ["is restored", "is released"],
  ["--take", "--keep"],
  ["--keep", "--take (or --keep)"],
  ["mode move", "mode copy"],
  ["undone", "moved"],
  ["need you", "needs you"],
  ["is scheduled for deletion", "is deleted"],
  ["There is nothing to do.", "There is work to do for 1 secret: homing move does it."],
  [", ...", ""],
];

export interface Falsified {
  readonly what: string;
  readonly screen: Screen;
}

/** Each place where `pattern` matches, with what `lie` makes of it there. */
const at = (screen: Screen, pattern: RegExp, lie: (found: string) => string): readonly Falsified[] =>
  [...screen.shown.matchAll(pattern)].map(({ 0: found, index }) => {
    const [before, after] = [screen.shown.slice(0, index), screen.shown.slice(index + found.length)];
    const shown = `${before}${lie(found)}${after}`;
    const line = shown.slice(shown.lastIndexOf("\n", index) + 1).split("\n")[0] ?? "";
    return { what: `$ ${screen.typed}: ${line.trim()}`, screen: { ...screen, shown } };
  });

const quoted = (text: string): string =>
  text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", String.raw`\s+`);

/** All lies about a screen of these secrets. */
export function falsified(screen: Screen): readonly Falsified[] {
  const names = screen.before.secrets.map(({ name }) => name);
  const other = (name: string): string => names[(names.indexOf(name) + 3) % names.length] ?? "";
  return [
    // The time of a line in the log may be any between two looks at both sides.
    ...at(screen, /(?<![\d:-]\d*)\d+(?![\d:-]*:\d\d\s+(?:moved|unchanged))/g, (number) => String(Number(number) + 1)),
    ...at(screen, new RegExp(names.join("|"), "g"), other),
    // A section that is left out.
    ...at(screen, /^[A-Z][\w' ]+ \(\d+\)\n[^]*?\n\n/gm, () => ""),
    ...lies.flatMap(([word, lie]) => at(screen, new RegExp(quoted(word), "g"), () => lie)),
  ];
}
