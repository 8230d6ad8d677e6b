/** What a command prints: text for a person, or one JSON object a line for a program. Notes go to standard error. */
import { once } from "node:events";

import { statusLineOn } from "./progress";
import type { ProgressStart } from "./progress";

export interface Screen {
  readonly json: boolean;
  /** The most columns of a line on standard output: a terminal's 80; what reads a pipe takes any. */
  readonly width: number;
  /** Text on standard output, on a terminal in lines of at most 80 columns; nothing with `--json`. */
  readonly say: (text: string) => Promise<void>;
  /** A line on standard output as it is, for a table whose columns other programs cut; nothing with `--json`. */
  readonly row: (cells: readonly string[]) => Promise<void>;
  /** A line of JSON on standard output; nothing without `--json`. */
  readonly record: (type: string, members: object) => Promise<void>;
  /** A line on standard error, with and without `--json`. */
  readonly note: (line: string) => void;
  /** On standard error: a bar on a terminal, lines in a log. */
  readonly progress: ProgressStart;
}

/** The streams of a process, as far as they are used. */
export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

const isTerminal = ({ isTTY }: Stream): boolean => isTTY === true;

export function makeScreen(json: boolean, { out, err }: Streams, now: () => number = () => Date.now()): Screen {
  const line = statusLineOn(err, now);
  /** Waits while the reader is slower than the command, so that nothing piles up in memory. */
  async function print(text: string): Promise<void> {
    const written = { whole: true };
    const write = (): void => {
      written.whole = out.write(`${text}\n`);
    };
    // Only a terminal can have the bar where the text is to stand.
    if (isTerminal(out)) line.above(write);
    else write();
    if (!written.whole) await once(out, "drain");
  }
  return {
    json,
    width: isTerminal(out) ? columns : Infinity,
    say: (text) => (json ? Promise.resolve() : print(shownOn(out, text))),
    row: (cells) => (json ? Promise.resolve() : print(cells.join("\t"))),
    record: (type, members) => (json ? print(JSON.stringify({ type, ...members })) : Promise.resolve()),
    note: (text) => {
      line.above(() => err.write(`${shownOn(err, text)}\n`));
    },
    progress: line.progress,
  };
}

/** Columns that every text fits in; of a wider terminal no more are used. */
const columns = 80;

/** A text as it goes to a stream: in lines that fit a terminal, also a narrower one, and as it is to a pipe. */
export function shownOn(stream: Stream, text: string): string {
  if (!isTerminal(stream)) return text;
  const { columns: has = 0 } = stream;
  // Some terminals say that they have none.
  return wrapped(text, "", has > 0 ? Math.min(columns, has) : columns);
}

/** A text in lines of at most 80 columns, or fewer, each behind this indent; a longer word has a line of its own. */
export function wrapped(text: string, indent = "", width = columns): string {
  const lines: string[] = [];
  for (const given of text.split("\n")) {
    const [, before = "", rest = ""] = /^( *)(.*)$/.exec(given) ?? [];
    const lead = `${indent}${before}`;
    let line = "";
    for (const word of rest.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && lead.length + longer.length > width) {
        lines.push(`${lead}${line}`);
        line = word;
      } else {
        line = longer;
      }
    }
    lines.push(`${lead}${line}`);
  }
  return lines.join("\n");
}

export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;

/** Names that are shown in a sentence; of the others it says how many there are. */
const shownNames = 5;

/** Names for a sentence: a few, and how many more there are. */
export const named = (names: readonly string[]): string =>
  names.length <= shownNames
    ? names.join(", ")
    : `${names.slice(0, shownNames).join(", ")} and ${counted(names.length - shownNames, "more", "more")}`;
