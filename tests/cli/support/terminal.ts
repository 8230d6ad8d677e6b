/** A terminal of so many columns and rows: what stands on it after a program has written to it. */
import { Writable } from "node:stream";

export interface FakeTerminal {
  readonly stream: NodeJS.WritableStream & { readonly isTTY: true; readonly columns: number };
  /** The lines from the first on, also those that have been scrolled out, without spaces at their ends. */
  readonly lines: () => readonly string[];
}

/** What VT100 and xterm do at these sequences, as far as a bar and its notes use them; any other is an error. */
export function fakeTerminal(columns = 80, rows = 24): FakeTerminal {
  const cells: string[][] = [[]];
  let [row, column, top] = [0, 0, 0];
  let saved = { down: 0, column: 0 };
  let wraps = true;

  function lineFeed(): void {
    row += 1;
    cells[row] ??= [];
    top = Math.max(top, row - rows + 1);
  }
  function newLine(): void {
    lineFeed();
    column = 0;
  }
  function put(character: string): void {
    if (column >= columns) {
      if (wraps) {
        lineFeed();
        column = 0;
      } else {
        column = columns - 1;
      }
    }
    const line = (cells[row] ??= []);
    while (line.length < column) line.push(" ");
    line[column] = character;
    column += 1;
  }
  function act(sequence: string): void {
    const [, parameter = "", letter = ""] = /^\[\??(\d*)([A-Za-z])$/.exec(sequence) ?? [];
    const number = Number(parameter);
    if (sequence === "7") saved = { down: row - top, column };
    // The place on the screen, whatever has been scrolled since.
    else if (sequence === "8") [row, column] = [top + saved.down, saved.column];
    else if (sequence === "[?7h" || sequence === "[?7l") wraps = letter === "h";
    else if (letter === "G") column = Math.max(0, number - 1);
    else if (letter === "K" && number === 0) cells[row]?.splice(column);
    else if (letter === "K" && number === 2) cells[row] = [];
    else if (!sequence.startsWith("[?25")) throw new Error(`unknown sequence ${JSON.stringify(sequence)}`);
  }
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const [part, sequence] of chunk.toString("utf8").matchAll(/\u001b(\[\??\d*[A-Za-z]|[78])|[^]/gu)) {
        if (sequence !== undefined) act(sequence);
        else if (part === "\n") newLine();
        else if (part === "\r") column = 0;
        else put(part);
      }
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: true as const, columns }),
    lines: () => cells.map((line) => line.join("").trimEnd()),
  };
}
