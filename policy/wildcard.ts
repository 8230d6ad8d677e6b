/** Patterns with wildcards as sets of texts: whether two have a text in common. */

/** A place in a text: one character or one of several, once or any number of times. */
export interface Part {
  readonly takes: string | ((character: string) => boolean);
  readonly many: boolean;
}

export const anything: Part = { takes: () => true, many: true };
export const anyOne: Part = { takes: () => true, many: false };
/** Any text without the separator: one segment of a path, or a piece of one. */
export const anythingBut = (separator: string): Part => ({ takes: (character) => character !== separator, many: true });
export const literally = (text: string): readonly Part[] =>
  Array.from(text, (character) => ({ takes: character, many: false }));

/** Whether some character fits both. The sets of this pack are wide enough to overlap each other always. */
function fitsBoth({ takes: one }: Part, { takes: other }: Part): boolean {
  if (typeof one === "string") return typeof other === "string" ? one === other : other(one);
  return typeof other === "string" ? one(other) : true;
}

/** Whether some text fits both patterns. */
export function meet(one: readonly Part[], other: readonly Part[]): boolean {
  // From the end: each row says for one place of `one` whether its rest meets the rest of `other` from each place on.
  let after: readonly boolean[] = [];
  for (let i = one.length; i >= 0; i -= 1) {
    const left = one[i];
    const row: boolean[] = [];
    const meets = (among: readonly boolean[], j: number): boolean => among[j] ?? false;
    for (let j = other.length; j >= 0; j -= 1) {
      const right = other[j];
      const endsBoth = left === undefined && right === undefined;
      const endsLeft = left?.many === true && meets(after, j);
      const endsRight = right?.many === true && meets(row, j + 1);
      const sharesOne = left !== undefined && right !== undefined && fitsBoth(left, right);
      row[j] =
        endsBoth || endsLeft || endsRight || (sharesOne && meets(left.many ? row : after, right.many ? j : j + 1));
    }
    after = row;
  }
  return after[0] ?? false;
}
