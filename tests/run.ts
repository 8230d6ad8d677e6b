/** `npm test`: installs the tools, checks the types, runs every test. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { installTools } from "../local/tools";

const root = join(__dirname, "..");

/** Two files at once: while one waits for a server, the other has the processor. */
const filesAtOnce = 2;
/** Files that take minutes are begun first, so that none is left running alone at the end. */
const slowFolders = ["system", "security", "cli", "faults", "corpus", "privileges", "policy", "model"];

/** Every test file, the slow ones first. */
function testFiles(): readonly string[] {
  const rank = (file: string): number => {
    const index = slowFolders.findIndex((folder) => file.startsWith(`${folder}/`));
    return index === -1 ? slowFolders.length : index;
  };
  return readdirSync(__dirname, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((file) => join("tests", file));
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Runs a tool of node_modules with this terminal. @returns its exit code */
function run(script: string, ...args: readonly string[]): number {
  const { status, error } = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}

async function main(): Promise<number> {
  for (const server of ["vault", "openbao"] as const) {
    await installTools({ server, vaultAwsPlugin: true, progress: say });
  }
  const only = process.argv.slice(2);
  if (only.length === 0) {
    say("checking the types");
    const types = run("typescript/bin/tsc", "--noEmit");
    if (types !== 0) return types;
  }
  const all = ["--parallel", "--jobs", String(filesAtOnce), ...testFiles()];
  return run("mocha/bin/mocha.js", ...(only.length === 0 ? all : only));
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
