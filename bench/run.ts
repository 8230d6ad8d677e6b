/** `npm run bench [-- part…]`: measures, prints the tables, and writes RESULTS.md when nothing was left out. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { format, resolveConfig } from "prettier";

import { stopAll } from "../local/processes";
import { installTools } from "../local/tools";
import { lambdaNode } from "../tests/bundle/support/container";
import { openContext } from "./context";
import { verdictOf, isUnmeasured } from "./figures";
import type { Figure, Unmeasured } from "./figures";
import { describeMachine } from "./machine";
import { partsNamed } from "./parts";
import type { Part } from "./parts/part";
import { tableOf } from "./table";

const results = join(__dirname, "RESULTS.md");

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

interface Measured {
  readonly part: Part;
  readonly figures: readonly (Figure | Unmeasured)[];
}

function report(measured: readonly Measured[], machine: readonly string[], seconds: number): string {
  const goals = measured.flatMap(({ figures }) =>
    figures.flatMap((figure) => (isUnmeasured(figure) ? [] : [verdictOf(figure)])),
  );
  const count = (verdict: string): number => goals.filter((one) => one === verdict).length;
  return [
    "# Measured",
    "",
    `Written by \`npm run bench\` in ${Math.ceil(seconds / 60)} minutes; \`npm run bench -- <part>\` prints one part. ` +
      "What was measured several times shows its minimum, median and maximum, and the median is held against the goal. " +
      `${count("met")} goals met, ${count("missed")} missed.`,
    "",
    ...machine,
    "",
    ...measured.flatMap(({ part: { name, title, about }, figures }) => [
      `## ${title}`,
      "",
      `\`npm run bench -- ${name}\``,
      "",
      about,
      "",
      tableOf(figures),
      "",
    ]),
  ].join("\n");
}

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const parts = partsNamed(names);
  await installTools({ server: "vault", vaultAwsPlugin: true, progress });
  const machine = describeMachine(execFileSync(await lambdaNode(), ["--version"], { encoding: "utf8" }).trim());
  const started = performance.now();
  const context = openContext(progress);
  const measured: Measured[] = [];
  try {
    for (const part of parts) {
      progress(`== ${part.title}`);
      measured.push({ part, figures: await part.measure(context) });
    }
  } finally {
    await context.close();
  }
  const text = report(measured, machine, (performance.now() - started) / 1_000);
  const formatted = await format(text, { ...(await resolveConfig(results)), parser: "markdown" });
  process.stdout.write(formatted);
  if (names.length === 0) writeFileSync(results, formatted);
}

main().catch(async (error: unknown) => {
  await stopAll();
  progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
