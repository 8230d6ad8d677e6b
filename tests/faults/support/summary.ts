/** Counts what ran, for a person and for the page about safety. */

const counted = new Map<string, number>();

/** Counts combinations that ran and ended well. */
export const count = (group: string, combinations: number): void => {
  counted.set(group, (counted.get(group) ?? 0) + combinations);
};

let printed = false;

/** Prints the figures of all files, once. */
export function printSummary(): void {
  if (!printed) process.stdout.write(`\n${summary()}\n\n`);
  printed = true;
}

/** The figures as a Markdown table, with their sum. */
export function summary(): string {
  const rows = [...counted].map(([group, combinations]) => `| ${group} | ${combinations.toString()} |`);
  const sum = [...counted.values()].reduce((total, one) => total + one, 0);
  return [
    `${sum.toString()} combinations of a call and a fault`,
    "",
    "| faults on the wire | combinations |",
    "|---|---|",
    ...rows,
    `| all | ${sum.toString()} |`,
  ].join("\n");
}
