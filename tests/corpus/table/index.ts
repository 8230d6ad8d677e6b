/** The corpus: every value under a plain name, every name with a value that tells it apart. */
import { largeRows } from "./large";
import { nameRows, valueOfName } from "./names";
import { objectRows } from "./objects";
import type { CorpusRow } from "./row";
import { textRows } from "./texts";

export type { CorpusRow } from "./row";

const values = [...objectRows, ...textRows, ...largeRows].map((row, index): CorpusRow => {
  const name = `corpus/value-${String(index).padStart(3, "0")}`;
  return { ...row, name, path: name };
});

const names = nameRows.map((row): CorpusRow => ({ ...row, value: { type: "string", string: valueOfName(row.name) } }));

export const corpus: readonly CorpusRow[] = [...values, ...names];
