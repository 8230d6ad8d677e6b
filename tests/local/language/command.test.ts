import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkout, commandEnvironment, openStack } from "../../../local/stack";
import { installEngine } from "../../../local/tools";
import type { EngineTools } from "../../../local/tools";

interface Ended {
  readonly code: number | null;
  /** What it printed, both streams. */
  readonly output: string;
}

/** A running `pulumi` command. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The `pulumi` command on small programs, with the local language host. */
describe("the pulumi command on a folder", function () {
  this.timeout(300_000);
  let tools: EngineTools;
  let folder: string;

  const environmentOf = (program: string): Record<string, string> =>
    commandEnvironment({ tools, directory: join(folder, `${program}-engine`), environment: { GATE: gateOf(program) } });
  const gateOf = (program: string): string => join(folder, `${program}-gate`);

  /** Starts the command in the folder of a program. */
  function start(program: string, args: readonly string[], environment: Record<string, string> = {}): Running {
    const child = spawn(tools.pulumi, [...args, "--non-interactive"], {
      cwd: join(folder, program),
      env: { HOME: folder, ...environmentOf(program), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, output });
      });
    });
    return { child, ended };
  }
  const pulumi = (program: string, ...args: readonly string[]): Promise<Ended> => start(program, args).ended;

  async function succeed(program: string, ...args: readonly string[]): Promise<string> {
    const { code, output } = await pulumi(program, ...args);
    equal(code, 0, output);
    return output;
  }

  /** The names of the stack's resources, without the stack itself. */
  async function resourcesOf(program: string): Promise<readonly string[]> {
    const state = JSON.parse(await succeed(program, "stack", "export")) as {
      readonly deployment: { readonly resources?: readonly { readonly urn: string }[] };
    };
    const names = (state.deployment.resources ?? []).map(({ urn }) => urn.split("::").at(-1) ?? "");
    return names.filter((name) => !name.startsWith(`${program}-`)).sort();
  }

  /** Makes a program's folder with the checkout's packages, and its stack. */
  async function makeProgram(program: string, files: Readonly<Record<string, string>>): Promise<void> {
    const directory = join(folder, program);
    mkdirSync(directory, { recursive: true });
    mkdirSync(join(folder, `${program}-engine`, "state"), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    cpSync(join(checkout, "tsconfig.json"), join(directory, "tsconfig.json"));
    symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
    await succeed(program, "stack", "init", "dev");
  }

  const project = (program: string, more = ""): string => `name: ${program}\nruntime: nodejs\n${more}`;
  const component = (name: string): string => `new ComponentResource("test:index:Part", "${name}");`;
  const imports = `import { ComponentResource, Config, getStack } from "@pulumi/pulumi";\nimport { existsSync } from "node:fs";\n`;
  /** Waits at the gate while its file is there. */
  const waits = `const waits = async (): Promise<void> => { while (existsSync(process.env["GATE"] ?? "")) await new Promise((go) => setTimeout(go, 50)); };\n`;

  /** Waits until the program has got as far as its gate. @returns its process */
  async function atGate(program: string): Promise<number> {
    const sign = join(folder, program, "at-gate");
    while (!existsSync(sign) || readFileSync(sign, "utf8") === "") await sleep(50);
    const pid = Number(readFileSync(sign, "utf8"));
    rmSync(sign);
    return pid;
  }

  before(async function () {
    this.timeout(900_000);
    tools = await installEngine({
      progress: (line) => {
        console.error(line);
      },
    });
    folder = mkdtempSync(join(tmpdir(), "homing-command-"));
    await Promise.all([
      makeProgram("exporting", {
        "Pulumi.yaml": project("exporting"),
        "package.json": JSON.stringify({ main: "index.ts", exports: { ".": "./lib.ts" } }),
        "index.ts": `${imports}${component("made")}`,
        "lib.ts": "export const program = (): void => undefined;",
      }),
      makeProgram("working", {
        "Pulumi.yaml": project(
          "working",
          "main: index.ts\nconfig:\n  parts:\n    type: integer\n    default: 1\n  key:\n    type: string\n    default: none\n",
        ),
        "package.json": JSON.stringify({ main: "index.ts" }),
        "index.ts": `${imports}
const config = new Config();
const parts = config.requireNumber("parts");
if (parts > 9) throw new Error(\`parts must be 9 or less, and is \${parts}\`);
for (let part = 0; part < parts; part += 1) new ComponentResource("test:index:Part", \`part-\${part}\`);
export const told = \`\${getStack()} on Node \${process.versions.node.split(".")[0]}, key \${config.get("key")}\`;
`,
      }),
      makeProgram("gated", {
        "Pulumi.yaml": project("gated", "main: index.ts\n"),
        "package.json": JSON.stringify({ main: "index.ts" }),
        "index.ts": `${imports}import { writeFileSync } from "node:fs";
${waits}
export = async () => {
  const before = ${component("before")}
  // The engine has it in the state once it has told its URN.
  await new Promise((known) => before.urn.apply(known));
  writeFileSync("at-gate", String(process.pid));
  await waits();
  ${component("after")}
};
`,
      }),
    ]);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs what package.json exports where Pulumi.yaml names no main, as the SDK does: the local tools refuse it", async () => {
    const output = await succeed("exporting", "preview", "--stack", "dev");
    match(output, /\+ 1 to create/);

    const options = { tools, directory: join(folder, "opened"), program: join(folder, "exporting"), environment: {} };
    const stack = await openStack({ ...options, name: "local-opened", onOutput: () => undefined });
    await rejects(stack.up({}), /pulumi up: the program made nothing\. .*"main" in Pulumi\.yaml/);
    await rejects(stack.preview({}), /pulumi preview: the program made nothing/);
    stack.forget();
  });

  it("runs the file that main names, with its stack, its configuration and its defaults, on Node 24", async () => {
    await succeed("working", "config", "set", "parts", "2", "--stack", "dev");
    await succeed("working", "up", "--yes", "--stack", "dev");

    deepEqual(await resourcesOf("working"), ["part-0", "part-1"]);
    equal((await succeed("working", "stack", "output", "told")).trim(), "dev on Node 24, key none");
    match(await succeed("working", "preview", "--expect-no-changes", "--stack", "dev"), /3 unchanged/);
  });

  it("shows a program's error and leaves the stack as it was", async () => {
    const before = await resourcesOf("working");
    await succeed("working", "config", "set", "parts", "10", "--stack", "dev");
    const started = performance.now();

    const { code, output } = await pulumi("working", "up", "--yes", "--stack", "dev");

    process.stdout.write(
      `      a program's error is shown after ${((performance.now() - started) / 1_000).toFixed(1)} s\n`,
    );
    ok(code !== 0);
    match(output, /parts must be 9 or less, and is 10/);
    deepEqual(await resourcesOf("working"), before);
    await succeed("working", "config", "set", "parts", "2", "--stack", "dev");
  });

  it("refuses a setting of the wrong type before the program starts", async () => {
    await succeed("working", "config", "set", "parts", "many", "--stack", "dev");

    const { code, output } = await pulumi("working", "preview", "--stack", "dev");

    ok(code !== 0);
    match(output, /configuration key 'parts' must be of type 'integer'/);
    await succeed("working", "config", "set", "parts", "2", "--stack", "dev");
  });

  it("refuses a stack that does not exist, and makes none", async () => {
    const { code, output } = await pulumi("working", "up", "--yes", "--stack", "prod");

    ok(code !== 0);
    match(output, /no stack named 'prod' found/);
    const stacks = JSON.parse(await succeed("working", "stack", "ls", "--json")) as { readonly name: string }[];
    deepEqual(
      stacks.map(({ name }) => name),
      ["dev"],
    );
  });

  it("refuses a wrong passphrase where the stack has a secret, and changes nothing", async () => {
    await succeed("working", "config", "set", "--secret", "key", "of-the-stack", "--stack", "dev");
    const before = await resourcesOf("working");

    const { code, output } = await start("working", ["up", "--yes", "--stack", "dev"], {
      PULUMI_CONFIG_PASSPHRASE: "another",
    }).ended;

    ok(code !== 0);
    match(output, /incorrect passphrase/);
    ok(!output.includes("of-the-stack"));
    deepEqual(await resourcesOf("working"), before);
    await succeed("working", "config", "rm", "key", "--stack", "dev");
  });

  it("lets no second update beside a first one, and the first ends well", async () => {
    writeFileSync(gateOf("gated"), "");
    const first = start("gated", ["up", "--yes", "--skip-preview", "--stack", "dev"]);
    await atGate("gated");

    const { code, output } = await pulumi("gated", "up", "--yes", "--skip-preview", "--stack", "dev");

    rmSync(gateOf("gated"));
    ok(code !== 0);
    match(output, /the stack is currently locked by 1 lock/);
    const { code: firstCode, output: firstOutput } = await first.ended;
    equal(firstCode, 0, firstOutput);
    deepEqual(await resourcesOf("gated"), ["after", "before"]);
    await succeed("gated", "destroy", "--yes", "--stack", "dev");
  });

  it("ends program and lock on Ctrl-C in the middle of an update, and the next update goes on", async () => {
    writeFileSync(gateOf("gated"), "");
    const { child, ended } = start("gated", ["up", "--yes", "--skip-preview", "--stack", "dev"]);
    const program = await atGate("gated");

    child.kill("SIGINT");
    const { code, output } = await ended;

    ok(code !== 0, output);
    rmSync(gateOf("gated"));
    while (isRunning(program)) await sleep(50);
    deepEqual(await resourcesOf("gated"), ["before"]);
    await succeed("gated", "up", "--yes", "--skip-preview", "--stack", "dev");
    deepEqual(await resourcesOf("gated"), ["after", "before"]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process: it has ended.
    return false;
  }
}
