/** What a command prints: text for a person, or one JSON object a line for a program. Notes go to standard error. */
import { once } from "node:events";

import Table = require("cli-table3");

export interface Screen {
  readonly json: boolean;
  /** Text on standard output; nothing with `--json`. */
  readonly say: (text: string) => Promise<void>;
  /** A line of JSON on standard output; nothing without `--json`. */
  readonly record: (type: string, members: object) => Promise<void>;
  /** A line on standard error, with and without `--json`. */
  readonly note: (line: string) => void;
}

/** The streams of a process, as far as they are used. */
export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

export function makeScreen(json: boolean, { out, err }: Streams): Screen {
  /** Waits while the reader is slower than the command, so that nothing piles up in memory. */
  async function print(text: string): Promise<void> {
    if (!out.write(`${text}\n`)) await once(out, "drain");
  }
  return {
    json,
    say: (text) => (json ? Promise.resolve() : print(text)),
    record: (type, members) => (json ? print(JSON.stringify({ type, ...members })) : Promise.resolve()),
    note: (line) => {
      err.write(`${line}\n`);
    },
  };
}

/** A table of texts, without colours, as wide as it needs to be. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** Columns that every terminal has. */
const columns = 80;

/** A text in lines of at most 80 columns, each behind this indent; a longer word has a line of its own. */
export function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && indent.length + longer.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((one) => `${indent}${one}`).join("\n");
}

export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
