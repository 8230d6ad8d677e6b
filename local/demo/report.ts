/** What the demo prints. It works the same in a terminal and in a plain log: whole lines, nothing drawn over. */
import Table = require("cli-table3");

const started = performance.now();

/** A line with the seconds since the start. */
export function say(line: string): void {
  const seconds = ((performance.now() - started) / 1_000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

const noInnerLines = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  // No colours: a log must read like the screen.
  const drawn = new Table({ head: [...head], style: { head: [], border: [] }, chars: noInnerLines });
  drawn.push(...rows.map((row) => [...row]));
  process.stdout.write(`${drawn.toString()}\n`);
}

export const heading = (text: string): void => {
  process.stdout.write(`\n${text}\n`);
};
