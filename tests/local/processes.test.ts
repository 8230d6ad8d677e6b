import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { answersOk, freePort, startProcess, withFreePort } from "../../local/processes";
import type { ProcessOptions } from "../../local/processes";

const project = dirname(dirname(__dirname));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "homing-processes-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function shell(script: string, more: Partial<ProcessOptions> = {}): ProcessOptions {
  return {
    name: "thing",
    command: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    cwd: folder,
    logFile: join(folder, "logs", "thing.log"),
    ready: () => Promise.resolve(existsSync(join(folder, "ready"))),
    timeoutMs: 30_000,
    ...more,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // What is killed stays as a zombie until the system's first process collects it, which can take seconds.
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
}

/** The limit is against hanging only: a start of TypeScript takes long on a busy machine. */
async function eventually(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("free ports", () => {
  it("can be listened on and are not given twice", async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort(2)]);

    equal(new Set(ports).size, ports.length);
    const server = createServer().listen(ports[0], "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    await new Promise((resolve) => server.close(resolve));
  });

  it("are chosen again when somebody else was faster", async () => {
    const tried: number[] = [];

    const result = await withFreePort(1, (port) => {
      tried.push(port);
      return tried.length < 3 ? Promise.reject(new Error("bind: address already in use")) : Promise.resolve("started");
    });

    equal(result, "started");
    equal(new Set(tried).size, 3);
  });

  it("are not chosen again for another error", async () => {
    let starts = 0;

    const failed = withFreePort(1, () => {
      starts += 1;
      return Promise.reject(new Error("disk full"));
    });

    await rejects(failed, /disk full/);
    equal(starts, 1);
  });
});

describe("a started process", () => {
  it("is ready, has only the environment it was given, logs privately and stops", async () => {
    const running = await startProcess(shell('echo "env: $(env)"; echo problem >&2; touch ready; exec sleep 60'));

    equal(isAlive(running.pid), true);
    await running.stop();
    await running.stop();

    deepEqual(await running.exited, { code: null, signal: "SIGTERM" });
    equal(isAlive(running.pid), false);
    const logFile = join(folder, "logs", "thing.log");
    const log = readFileSync(logFile, "utf8");
    match(log, /PATH=\/usr\/bin:\/bin/);
    match(log, /problem/);
    equal(log.includes("HOME="), false);
    equal(statSync(logFile).mode & 0o077, 0);
  });

  it("is killed when it ignores the request to end", async () => {
    const options = shell("trap '' TERM; touch ready; while :; do sleep 0.1; done", { graceMs: 200 });
    const running = await startProcess(options);

    await running.stop();

    deepEqual(await running.exited, { code: null, signal: "SIGKILL" });
  });

  it("takes what it started along, even when it ends by itself", async () => {
    const running = await startProcess(
      shell("sleep 60 & echo $! > child; touch ready; until test -e go; do sleep 0.02; done; exit 4"),
    );
    const child = Number(readFileSync(join(folder, "child"), "utf8"));

    writeFileSync(join(folder, "go"), "");
    deepEqual(await running.exited, { code: 4, signal: null });

    await eventually("the child is gone", () => !isAlive(child));
  });

  it("that ends before it is ready is an error with the end of this run's log", async () => {
    const options = shell("echo listening failed: no such address; exit 1");
    await rejects(startProcess(shell("echo of an earlier run; exit 1")), /earlier/);

    await rejects(startProcess(options), (error: unknown) => {
      const message = error instanceof Error ? error.message : "";
      match(
        message,
        /^thing ended before it was ready \(exit code 1\); the end of .*thing\.log:\nlistening failed: no such/,
      );
      equal(message.includes("earlier"), false);
      return true;
    });
  });

  it("that is not ready in time is an error with its log, and is stopped", async () => {
    const options = shell("echo still thinking; echo $$ > pid; exec sleep 60", {
      timeoutMs: 400,
      // Its time may be over before a busy machine has begun it.
      ready: async () => {
        await eventually("it has begun", () => existsSync(join(folder, "pid")));
        return false;
      },
    });

    await rejects(startProcess(options), /^Error: thing was not ready within 0\.4 s; the end of .*:\nstill thinking$/);

    equal(isAlive(Number(readFileSync(join(folder, "pid"), "utf8"))), false);
  });

  it("that cannot be started is an error at once", async () => {
    // Nothing but the error itself ends it within the test's own time.
    const options = shell("", { command: join(folder, "missing"), timeoutMs: 3_600_000 });

    await rejects(startProcess(options), /thing cannot be started: .*ENOENT; it wrote nothing/);
  });

  it("whose readiness check fails is stopped", async () => {
    const options = shell("echo $$ > pid; exec sleep 60", {
      ready: () => (existsSync(join(folder, "pid")) ? Promise.reject(new Error("bad answer")) : Promise.resolve(false)),
    });

    await rejects(startProcess(options), /thing bad answer/);

    equal(isAlive(Number(readFileSync(join(folder, "pid"), "utf8"))), false);
  });
});

describe("a readiness check by HTTP", () => {
  it("says no while nobody listens", async () => {
    equal(await answersOk(`http://127.0.0.1:${await freePort()}/`), false);
  });
});

describe("when this process ends", () => {
  const parent = `
    import { beforeStop, startProcess } from "${project}/local/processes";
    import { existsSync, writeFileSync } from "node:fs";
    const [folder = "", how = ""] = process.argv.slice(2);
    startProcess({
      name: "thing", command: "/bin/sh",
      args: ["-c", "trap '' INT TERM HUP; sleep 61 & echo $! > child; echo $$ > pid; touch ready; while :; do sleep 0.1; done"],
      env: { PATH: "/usr/bin:/bin" }, cwd: folder, logFile: folder + "/thing.log", graceMs: 300,
      ready: () => Promise.resolve(existsSync(folder + "/ready")), timeoutMs: 30000,
    }).then(() => {
      if (how === "exit") process.exit(5);
      if (how === "throw") setTimeout(() => { throw new Error("nobody catches this"); });
      beforeStop(async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        writeFileSync(folder + "/ended", "orderly");
      });
      writeFileSync(folder + "/running", "");
      setInterval(() => undefined, 1000);
    });
  `;

  const cases: readonly { how: string; signal?: NodeJS.Signals; code: number | null; orderly: boolean }[] = [
    { how: "exit", code: 5, orderly: false },
    { how: "throw", code: 1, orderly: false },
    { how: "SIGTERM", signal: "SIGTERM", code: 143, orderly: true },
    { how: "SIGINT", signal: "SIGINT", code: 130, orderly: true },
    { how: "SIGKILL", signal: "SIGKILL", code: null, orderly: false },
  ];
  for (const { how, signal, code, orderly } of cases) {
    it(`by ${how}, nothing that it started is left`, async function () {
      this.timeout(180_000);
      const script = join(folder, "parent.ts");
      writeFileSync(script, parent);
      const preload = join(project, "node_modules", "ts-node", "register", "transpile-only");
      const child = spawn(process.execPath, ["-r", preload, script, folder, how], { cwd: project, stdio: "ignore" });
      const ended = new Promise<number | null>((resolve) =>
        child.once("exit", (exitCode) => {
          resolve(exitCode);
        }),
      );
      if (signal !== undefined) {
        await eventually("the parent is running", () => existsSync(join(folder, "running")));
        child.kill(signal);
        // A Ctrl-C comes several times; the repetition must not cut the ending short.
        await new Promise((resolve) => setTimeout(resolve, 50));
        child.kill(signal);
      }

      equal(await ended, code);

      const started = ["pid", "child"].map((name) => Number(readFileSync(join(folder, name), "utf8")));
      await eventually("what it started is gone", () => started.every((pid) => !isAlive(pid)));
      equal(existsSync(join(folder, "ended")), orderly);
    });
  }
});

describe("the bootstrap", () => {
  const bootstrap = join(project, "local", "bootstrap.mjs");

  it("runs a script with its arguments and gives back its exit code", () => {
    const script = join(folder, "script.ts");
    writeFileSync(
      script,
      "const words: string[] = process.argv.slice(2);\nconsole.log(words.join('+'));\nprocess.exitCode = 9;",
    );

    const { status, stdout } = spawnSync(process.execPath, [bootstrap, script, "a b", "--c"], { encoding: "utf8" });

    equal(status, 9);
    equal(stdout, "a b+--c\n");
  });

  it("runs a tool of node_modules", () => {
    const { status, stdout } = spawnSync(process.execPath, [bootstrap, "--bin", "mocha", "--version"], {
      encoding: "utf8",
    });

    equal(status, 0);
    match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it("says in one line which tool does not exist", () => {
    const { status, stderr } = spawnSync(process.execPath, [bootstrap, "--bin", "no-such-tool"], { encoding: "utf8" });

    equal(status, 1);
    equal(stderr, "bootstrap: no tool named no-such-tool in node_modules/.bin\n");
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`ends its script when it gets ${signal}`, async function () {
      this.timeout(180_000);
      const script = join(folder, "script.ts");
      // The file tells that the handlers are in place.
      writeFileSync(
        script,
        `for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(33));
         setInterval(() => undefined, 1000);
         require("node:fs").writeFileSync("${folder}/pid", String(process.pid));`,
      );
      const child = spawn(process.execPath, [bootstrap, script], { stdio: "ignore" });
      const ended = new Promise<number | null>((resolve) =>
        child.once("exit", (code) => {
          resolve(code);
        }),
      );
      const pidFile = join(folder, "pid");
      await eventually("the script runs", () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");

      child.kill(signal);

      equal(await ended, signal === "SIGKILL" ? null : 33);
      const pid = Number(readFileSync(pidFile, "utf8"));
      notEqual(pid, 0);
      await eventually("the script is gone", () => !isAlive(pid));
    });
  }
});
