import { deepEqual, equal, match } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess, SpawnSyncReturns } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { installTools } from "../../local/tools";

const checkout = join(__dirname, "..", "..");
const name = `same-name-${process.pid.toString()}`;
const folder = join(checkout, ".local", name);
const lock = `${folder}.lock`;
const program = ["-r", "ts-node/register/transpile-only", join("local", "cli.ts")];

/** A process of `npm run local -- up`, and what it has said. */
interface Up {
  readonly child: ChildProcess;
  readonly said: () => string;
}

describe("a second cloud of one name", function () {
  this.timeout(180_000);
  const ups: Up[] = [];

  before(async function () {
    this.timeout(30 * 60_000);
    await installTools({ server: "openbao", vaultAwsPlugin: false, progress: () => undefined });
  });
  afterEach(async () => {
    for (const { child } of ups.splice(0)) await killed(child);
    for (const path of [folder, lock, join(checkout, `Pulumi.local-${name}.yaml`)]) {
      // The servers of a cloud that was killed end by themselves, and write until then.
      rmSync(path, { recursive: true, force: true, maxRetries: 60, retryDelay: 250 });
    }
  });

  function up(): Up {
    const args = [...program, "up", "--name", name, "--server", "openbao", "--login", "jwt"];
    const child = spawn(process.execPath, args, { cwd: checkout, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said += data.toString("utf8")));
    const one = { child, said: () => said };
    ups.push(one);
    return one;
  }

  /** The name is taken and the servers are being started. */
  async function starting({ child, said }: Up): Promise<void> {
    while (!said().includes("starting ")) {
      if (hasEnded(child)) throw new Error(said());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it("is refused with the process and the way out, and the first loses nothing", async () => {
    const first = up();
    await starting(first);
    const kept = join(folder, "kept");
    writeFileSync(kept, "");

    const { status, stdout, stderr } = refused("--name", name);

    deepEqual([status, stdout], [1, ""]);
    equal(
      stderr,
      `Process ${String(first.child.pid)} runs the local cloud ${name}: end it with Ctrl-C there or with npm run local -- down --name ${name}, or give this one another name with --name. If that process is something else, remove ${lock}.\n`,
    );
    equal(existsSync(kept), true);
    equal(hasEnded(first.child), false);
  });

  it("starts after a kill that left the first no time, and Ctrl-C frees the name at once", async () => {
    const first = up();
    await starting(first);
    await killed(first.child);
    equal(existsSync(lock), true);

    const second = up();
    await starting(second);
    second.child.kill("SIGINT");
    const code = await ended(second.child);

    equal(code, 130);
    equal(existsSync(lock), false);
    equal(existsSync(folder), false);
  });

  it("is refused for the default name as for any other", () => {
    const own = join(checkout, ".local", "default.lock");
    // A cloud that runs there is a living holder as well.
    const isFree = !existsSync(own);
    if (isFree) {
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, `${process.pid.toString()}-test`), "");
    }
    try {
      const { status, stderr } = refused();

      equal(status, 1);
      match(stderr, /^Process \d+ runs the local cloud default: [^\n]* npm run local -- down, [^\n]*\n$/);
    } finally {
      if (isFree) rmSync(own, { recursive: true });
    }
  });
});

/** An `up` that has to be refused; one that is not would stay. */
const refused = (...args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [...program, "up", ...args], { cwd: checkout, encoding: "utf8", timeout: 60_000 });

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const ended = (child: ChildProcess): Promise<number | null> =>
  hasEnded(child)
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => {
        child.once("close", (code) => {
          resolve(code);
        });
      });

/** Ends it outright; what it started ends by its watchdog. */
async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await ended(child);
}
