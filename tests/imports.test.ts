import { deepEqual, equal } from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const checkout = dirname(__dirname);
const configuration = ".dependency-cruiser.cjs";

/** What the tool says of a tree. */
interface Report {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
    readonly totalCruised: number;
  };
}

/** Judges the imports of a tree by its configuration. */
async function judge(directory: string, folders: readonly string[]): Promise<Report["summary"]> {
  const tool = join(checkout, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
  const args = [tool, "--output-type", "json", "--config", configuration, ...folders];
  const options = { cwd: directory, maxBuffer: 64 * 1024 * 1024 };
  const text = await new Promise<string>((resolve) => {
    // Faults are an exit code too; what is no report fails below.
    execFile(process.execPath, args, options, (_, stdout, stderr) => {
      resolve(stdout === "" ? stderr : stdout);
    });
  });
  return (JSON.parse(text) as Report).summary;
}

/** Files that each import what one rule forbids, and no other rule speaks of. */
const planted: readonly { readonly rule: string; readonly from: string; readonly imports: string }[] = [
  { rule: "found", from: "runtime/mover/lost", imports: "./nowhere" },
  { rule: "runtime-stands-alone", from: "runtime/mover/deployed", imports: "../../components/part" },
  { rule: "runtime-stands-alone", from: "runtime/reader/configured", imports: "../../settings/table" },
  { rule: "runtime-stands-alone", from: "runtime/sweeper/typed", imports: "../../cli/main" },
  { rule: "runtime-stands-alone", from: "runtime/aws/judged", imports: "../../policy/pack" },
  { rule: "runtime-stands-alone", from: "runtime/vault/programmed", imports: "../../index" },
  { rule: "runtime-without-pulumi", from: "runtime/mover/engine", imports: "@pulumi/pulumi" },
  { rule: "shared-is-the-ground", from: "runtime/shared/wordy", imports: "../model/word" },
  { rule: "model-is-pure", from: "runtime/model/asking", imports: "../vault/ask" },
  { rule: "model-is-pure", from: "runtime/model/calling", imports: "../aws/call" },
  { rule: "model-is-pure", from: "runtime/model/moving", imports: "../mover/move" },
  { rule: "vault-is-an-edge", from: "runtime/vault/calling", imports: "../aws/call" },
  { rule: "aws-is-an-edge", from: "runtime/aws/asking", imports: "../vault/ask" },
  { rule: "aws-is-an-edge", from: "runtime/aws/moving", imports: "../mover/move" },
  { rule: "programs-are-apart", from: "runtime/sweeper/moving", imports: "../mover/move" },
  { rule: "programs-are-apart", from: "runtime/mover/sweeping", imports: "../sweeper/sweep" },
  { rule: "programs-are-apart", from: "runtime/mover/reading", imports: "../reader/read" },
  { rule: "components-take-args", from: "components/configured", imports: "../settings/table" },
  { rule: "components-take-args", from: "components/mover/typed", imports: "../../cli/main" },
  { rule: "builders-below-wings", from: "components/aws/moving", imports: "../mover/part" },
  { rule: "settings-below-the-program", from: "settings/typed", imports: "../cli/main" },
  { rule: "cli-is-the-runtime", from: "cli/deploying", imports: "../components/part" },
  { rule: "cli-is-the-runtime", from: "cli/commands/local", imports: "../../local/cloud" },
  { rule: "cli-without-pulumi", from: "cli/engine", imports: "@pulumi/pulumi" },
  { rule: "policy-stands-alone", from: "policy/rules/deploying", imports: "../../components/part" },
  { rule: "policy-without-providers", from: "policy/rules/providing", imports: "@pulumi/aws" },
  { rule: "nothing-feeds-back", from: "watched", imports: "./policy/pack" },
  { rule: "nothing-feeds-back", from: "tried", imports: "./local/cloud" },
  { rule: "nothing-feeds-back", from: "measured", imports: "./bench/run" },
  { rule: "bench-and-tests-are-last", from: "local/measured", imports: "../bench/run" },
];
/** The rooms as they are meant to be: each file with what it may import. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  index: ["./settings/table", "./components/part"],
  "settings/table": ["../components/part", "../runtime/shared/ground"],
  "components/part": ["./mover/part", "../runtime/mover/move", "@pulumi/pulumi"],
  "components/mover/part": ["../aws/builder", "@pulumi/aws"],
  "components/aws/builder": [],
  "cli/main": ["../runtime/mover/move", "../runtime/sweeper/sweep"],
  "policy/pack": ["../runtime/model/word", "@pulumi/pulumi"],
  "local/cloud": ["../index", "../policy/pack", "../runtime/model/word"],
  "bench/run": ["../local/cloud", "../cli/main"],
  "runtime/mover/move": ["../vault/ask", "../aws/call", "../model/word", "../shared/ground"],
  "runtime/sweeper/sweep": ["../aws/call", "../model/word"],
  "runtime/reader/read": ["../vault/ask", "../shared/ground"],
  "runtime/vault/ask": ["../model/word", "../shared/ground"],
  "runtime/aws/call": ["../model/word", "../shared/ground"],
  "runtime/model/word": ["../shared/ground"],
  "runtime/shared/ground": [],
};

describe("the direction of imports", function () {
  this.timeout(120_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "homing-imports-"));
    copyFileSync(join(checkout, configuration), join(directory, configuration));
    writeFileSync(join(directory, "tsconfig.json"), "{}");
    symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const plant = (name: string, imports: readonly string[], word = "import type"): void => {
    const file = join(directory, `${name}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    const lines = imports.map((module, index) => `${word} * as part${index} from ${JSON.stringify(module)};`);
    writeFileSync(file, `${lines.join("\n")}\nexport const here = 1;\n`);
  };
  const roots = [...new Set(Object.keys(allowed).map((name) => name.split("/")[0] ?? ""))].map((name) =>
    name === "index" ? "index.ts" : name,
  );

  it("holds for each import that is meant to be", async () => {
    for (const [name, imports] of Object.entries(allowed)) plant(name, imports, "import");

    const { violations, totalCruised } = await judge(directory, roots);

    deepEqual(violations, []);
    // Files, and the two packages.
    equal(totalCruised, Object.keys(allowed).length + 2);
  });

  it("refuses each import against it, of types too", async () => {
    for (const [name, imports] of Object.entries(allowed)) plant(name, imports, "import");
    for (const { from, imports } of planted) plant(from, [imports]);
    plant("runtime/model/one", ["./other"]);
    plant("runtime/model/other", ["./one"]);

    const files = planted.filter(({ from }) => !from.includes("/")).map(({ from }) => `${from}.ts`);
    const { violations } = await judge(directory, [...roots, ...files]);

    const found = violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();
    const expected = [
      ...planted.map(({ rule, from }) => `${rule}: ${from}.ts`),
      "no-circles: runtime/model/one.ts",
    ].sort();
    deepEqual(found, expected);
    const { forbidden } = (await import(join(checkout, configuration))) as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const tried = new Set(violations.map(({ rule }) => rule.name));
    deepEqual(
      forbidden.map(({ name }) => name).filter((name) => !tried.has(name)),
      [],
      "each rule is tried",
    );
  });
});
