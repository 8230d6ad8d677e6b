/**
 * `npm test`: installs the tools, checks the types, runs every test; or only the files that are named. `npm run
 * test:unit`: the tests that need no tools of the four folders in which one works most.
 */
import { spawn } from "node:child_process";
import { globSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { preloadVariable } from "../local/language/preload";
import { installTools } from "../local/tools";
import { needsTools } from "./support/needsTools";

const root = join(__dirname, "..");

/** So many files at once: while some wait for a server, another has the processor. */
const filesAtOnce = 4;
/** Files that take minutes are begun first, so that none is left running alone at the end. */
const slowFolders = [
  "pages",
  "system",
  "components/vault",
  "privileges",
  "security",
  "faults",
  "cli",
  "screens",
  "corpus",
  "rotator/proof",
  "policy",
  "local/providers",
  "model",
];

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
const run = (script: string, ...args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "node_modules", script), ...args], {
      cwd: root,
      stdio: "inherit",
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });

const unitFolders = ["runtime", "components", "policy", "cli"];

/** The files of {@link unitFolders} that need neither Go nor Python nor a server. */
const unitFiles = (): readonly string[] =>
  testFiles().filter(
    (file) => unitFolders.some((folder) => file.startsWith(join("tests", folder, "/"))) && !needsTools(file),
  );

/** The test files among what mocha is given: files, folders and patterns. */
const namedFiles = (args: readonly string[]): readonly string[] =>
  args
    .filter((arg) => !arg.startsWith("-"))
    .flatMap((arg) => globSync([arg, join(arg, "**", "*.test.ts")], { cwd: root }))
    .filter((file) => file.endsWith(".ts"));

const inParallel = (files: readonly string[]): Promise<number> =>
  run("mocha/bin/mocha.js", "--parallel", "--jobs", String(filesAtOnce), ...files);

/** The same programs and plugins are started some hundred times: what they are compiled to is kept. */
function keepCompiled(): void {
  process.env[preloadVariable] = join(__dirname, "support", "quickProgram.js");
  process.env["NODE_COMPILE_CACHE"] = join(root, ".local", "compiled", "v8");
}

async function main(): Promise<number> {
  keepCompiled();
  const only = process.argv.slice(2);
  if (only.includes("--unit")) return inParallel(unitFiles());
  if (only.length === 0 || namedFiles(only).some((file) => needsTools(join(root, file)))) {
    for (const server of ["vault", "openbao"] as const) {
      await installTools({ server, vaultAwsPlugin: true, progress: say });
    }
  }
  if (only.length > 0) return run("mocha/bin/mocha.js", ...only);
  say("checking the types, and running the tests meanwhile");
  const types = run("typescript/bin/tsc", "--noEmit").then((code) => {
    if (code !== 0) say("the types are wrong, see above; the tests go on");
    return code;
  });
  const tests = inParallel(testFiles());
  const codes = await Promise.all([types, tests]);
  return codes.find((code) => code !== 0) ?? 0;
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
