/** `npm run bench:artifact [-- --install]`: measures what is shipped, prints the figures and writes RESULTS.md. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { format, resolveConfig } from "prettier";

import { stopAll } from "../local/processes";
import { installTools } from "../local/tools";
import { lambdaNode } from "../tests/bundle/support/container";
import { theFunction } from "../tests/bundle/support/stage";
import { measureArchive } from "./archive";
import { tableOf } from "./figures";
import type { Figure, Unmeasured } from "./figures";
import { measureInstall, measureUps } from "./localStack";
import { describeMachine } from "./machine";
import { measureSpeed } from "./speed";

const results = join(__dirname, "RESULTS.md");

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { install: { type: "boolean", default: false } } });
  await installTools({ server: "vault", vaultAwsPlugin: true, progress });
  const node = execFileSync(await lambdaNode(), ["--version"], { encoding: "utf8" }).trim();
  const machine = describeMachine(node);
  const install: Figure | Unmeasured = values.install
    ? await measureInstall(progress)
    : { name: "tools' cold install", how: "`npm run bench:artifact -- --install`" };
  const figures = [
    ...measureArchive(await theFunction()),
    ...(await measureSpeed({ loads: 15, moves: 500, progress })),
    ...(await measureUps(progress)),
    install,
  ];
  const text = [
    "# What is shipped, measured",
    "",
    "Written by `npm run bench:artifact`. The result of what was measured several times is the median.",
    "",
    ...machine,
    "",
    tableOf(figures),
    "",
  ].join("\n");
  const formatted = await format(text, { ...(await resolveConfig(results)), parser: "markdown" });
  process.stdout.write(formatted);
  writeFileSync(results, formatted);
}

main().catch(async (error: unknown) => {
  await stopAll();
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
