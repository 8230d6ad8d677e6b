import { equal } from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { eventually } from "../system/support/eventually";

const project = dirname(dirname(__dirname));
const pseudoTerminal = join(project, "tests", "screens", "support", "pseudoTerminal.py");

/** A program that has work to do before it ends, and tells of it where nobody may be left to read. */
const program = (folder: string): string => `
  import { writeFileSync } from "node:fs";
  import { beforeStop } from "${project}/local/processes";

  beforeStop(async () => {
    for (const stream of [process.stdout, process.stderr]) stream.write("ending\\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.stderr.write("ended\\n");
    writeFileSync("${folder}/ended", "orderly");
  });
  writeFileSync("${folder}/pid", String(process.pid));
  setInterval(() => undefined, 1_000);
`;

/** `npm run local`, as package.json has it, with another program than the local cloud. */
function npmRun(folder: string): readonly string[] {
  writeFileSync(join(folder, "program.ts"), program(folder));
  const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    readonly scripts: { readonly local: string };
  };
  const bootstrap = join(project, "local", "bootstrap.mjs");
  const local = scripts.local
    .replace("local/bootstrap.mjs", bootstrap)
    .replace("local/cli.ts", join(folder, "program.ts"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "local", version: "1.0.0", scripts: { local } }));
  return ["npm", "run", "local"];
}

function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync("/proc/self")) return existsSync(stat) && !/\) Z /.test(readFileSync(stat, "utf8"));
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // There is no such process any more.
    return false;
  }
}

describe("npm run local", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homing-npm-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Starts it, ends what was started, and waits until the program is gone. @returns whether its last work was done */
  async function endsBy([command = "", ...args]: readonly string[], signal: NodeJS.Signals): Promise<boolean> {
    const child = spawn(command, args, { cwd: folder, stdio: ["pipe", "ignore", "ignore"] });
    const pidFile = join(folder, "pid");
    const pid = await eventually(
      () => Promise.resolve(existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) || undefined : undefined),
      () => "the program does not start",
    );
    child.kill(signal);
    await eventually(
      () => Promise.resolve(isAlive(pid) ? undefined : true),
      () => {
        process.kill(pid, "SIGKILL");
        return "the program runs on";
      },
    );
    return existsSync(join(folder, "ended"));
  }

  for (const signal of ["SIGTERM", "SIGHUP", "SIGKILL"] as const) {
    it(`ends what it runs in good order when npm gets ${signal}`, async () => {
      equal(await endsBy(npmRun(folder), signal), true);
    });
  }

  it("ends what it runs in good order when the terminal is closed", async () => {
    // With the process that has the other end of the terminal, the terminal is gone.
    equal(await endsBy(["python3", pseudoTerminal, "80", "24", ...npmRun(folder)], "SIGKILL"), true);
  });
});
