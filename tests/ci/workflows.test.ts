import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { workflowLinter } from "../../local/tools";

const checkout = join(__dirname, "..", "..");
const folder = join(checkout, ".github", "workflows");
const names = readdirSync(folder);
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");

interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly stack: readonly string[] } };
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflow = (name: string): Workflow => load(textOf(name)) as Workflow;

describe("the workflows", function () {
  this.timeout(300_000);
  let linter: string;
  before(async () => {
    linter = await workflowLinter({ progress: (line) => process.stderr.write(`${line}\n`) });
  });

  const lint = (args: readonly string[], input = ""): { readonly status: number | null; readonly text: string } => {
    const { status, stdout, stderr } = spawnSync(linter, ["-no-color", ...args], {
      cwd: checkout,
      input,
      encoding: "utf8",
    });
    return { status, text: stdout + stderr };
  };

  it("have nothing that the linter finds", () => {
    deepEqual(names.sort(), ["deploy.yml", "preview.yml", "stack.yml"]);
    deepEqual(lint(names.map((name) => join(folder, name))), { status: 0, text: "" });
  });

  it("would be found faulty by it: a variable that isn't there, and an input of another type", () => {
    const broken = textOf("stack.yml").replace("${{ inputs.stack }}", "${{ inputs.stcak }}");
    const { status, text } = lint(["-"], broken);

    equal(status, 1);
    match(text, /property "stcak" is not defined/);
  });

  it("name every action by a commit, with its release behind it", () => {
    const uses = names.flatMap((name) => [...textOf(name).matchAll(/uses: (\S+)(.*)$/gm)]);
    const others = uses.filter(([, action = ""]) => !action.startsWith("./"));

    equal(others.length, 3);
    for (const [line, action = "", rest = ""] of others) {
      match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, line);
      match(rest, /^ # v\d+\.\d+\.\d+$/, line);
    }
  });

  it("store no secret and may read the code and ask for a token, nothing else", () => {
    for (const name of names) {
      ok(!/secrets[.:]|inherit/.test(textOf(name)), name);
      const { permissions, jobs } = workflow(name);
      deepEqual(permissions, {}, name);
      for (const job of Object.values(jobs)) deepEqual(job.permissions, { contents: "read", "id-token": "write" });
    }
  });

  it("put nothing that somebody else wrote into a command", () => {
    for (const name of names) {
      for (const { steps = [] } of Object.values(workflow(name).jobs)) {
        for (const { run = "" } of steps) ok(!run.includes("${{"), run);
      }
    }
  });

  it("preview a pull request in every environment, never a fork's, and deploy none", () => {
    const jobs = Object.values(workflow("preview.yml").jobs);

    equal(jobs.length, 1);
    deepEqual(jobs[0]?.strategy?.matrix.stack, ["dev", "staging", "prod"]);
    deepEqual(jobs[0].with, {
      stack: "${{ matrix.stack }}",
      environment: "${{ matrix.stack }}-preview",
      command: "preview",
    });
    equal(jobs[0].if, "github.event.pull_request.head.repo.full_name == github.repository");
  });

  it("deploy one environment after the other, each under its own approval", () => {
    const { jobs } = workflow("deploy.yml");

    deepEqual(
      Object.entries(jobs).map(([name, { needs, with: given }]) => [name, needs, given]),
      [
        ["dev", undefined, { stack: "dev", environment: "dev", command: "up" }],
        ["staging", "dev", { stack: "staging", environment: "staging", command: "up" }],
        ["prod", "staging", { stack: "prod", environment: "prod", command: "up" }],
      ],
    );
    equal(workflow("stack.yml").jobs["run"]?.environment, "${{ inputs.environment }}");
  });

  it("run what docs/ci.md tells to run by hand", () => {
    const page = readFileSync(join(checkout, "docs", "ci.md"), "utf8");
    const runs = (workflow("stack.yml").jobs["run"]?.steps ?? []).flatMap(({ run }) =>
      run === undefined ? [] : [run],
    );

    equal(runs.length, 4);
    for (const run of runs.filter((one) => !one.startsWith(".github/"))) ok(page.includes(run), run);
    equal(runs.filter((run) => run.includes("--policy-pack policy")).length, 2);
  });
});
