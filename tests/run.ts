/** `npm test`: installs the tools, checks the types, runs every test. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { installTools } from "../local/tools";

const root = join(__dirname, "..");

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
  return run("mocha/bin/mocha.js", ...(only.length === 0 ? ["tests/**/*.test.ts"] : only));
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
