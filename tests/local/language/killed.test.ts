import { deepEqual, equal } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { checkout, commandEnvironment } from "../../../local/stack";
import { installEngine } from "../../../local/tools";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** What runs on this machine; what has ended and is not collected yet does not. */
function processes(): readonly Process[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state = "", command = ""] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    return state === "" || state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** All that a process started, and what that started. */
function startedBy(ancestor: number): readonly Process[] {
  const all = processes();
  const below = (parent: number): readonly Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(ancestor);
}

/** Each process of ours that an update starts, by what its command line has. */
const ours = [
  "local/language/main.ts",
  "@pulumi/pulumi/cmd/run/",
  "@pulumi/pulumi/cmd/run-policy-pack/",
  "local/providers/aws/main.ts",
  "local/providers/vault/main.ts",
] as const;
const kindsIn = (found: readonly Process[]): readonly string[] =>
  ours.filter((kind) => found.some(({ command }) => command.includes(kind)));

const program = `
import { CustomResource } from "@pulumi/pulumi";
new CustomResource("aws:sqs/queue:Queue", "queue", { name: "queue" });
new CustomResource("vault:index/mount:Mount", "mount", { path: "mount", type: "kv" });
`;

describe("an engine that is killed in the middle of an update", function () {
  this.timeout(300_000);
  let folder = "";
  let silent: Server;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "homing-killed-"));
    // It takes every request and answers none, so that the update lasts.
    silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    silent.close();
    rmSync(folder, { recursive: true });
  });

  it("leaves none of the processes behind that it started", async () => {
    const tools = await installEngine({ progress: () => undefined });
    const cwd = join(folder, "program");
    mkdirSync(cwd);
    mkdirSync(join(folder, "engine", "state"), { recursive: true });
    writeFileSync(join(cwd, "Pulumi.yaml"), "name: killed\nruntime: nodejs\nmain: index.ts\n");
    writeFileSync(join(cwd, "index.ts"), program);
    cpSync(join(checkout, "tsconfig.json"), join(cwd, "tsconfig.json"));
    symlinkSync(join(checkout, "node_modules"), join(cwd, "node_modules"));
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const environment = {
      HOME: folder,
      AWS_ENDPOINT_URL: address,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      VAULT_ADDR: address,
      VAULT_TOKEN: "test",
    };
    const env = commandEnvironment({ tools, directory: join(folder, "engine"), environment });
    equal(spawnSync(tools.pulumi, ["stack", "init", "dev"], { cwd, env }).status, 0);
    const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--policy-pack", join(checkout, "policy")];
    const engine = spawn(tools.pulumi, args, { cwd, env, stdio: "ignore" });
    const { pid = 0 } = engine;
    let found: readonly Process[] = [];
    for (let tries = 0; tries < 600 && kindsIn(found).length < ours.length; tries += 1) {
      await sleep(100);
      found = startedBy(pid);
    }
    deepEqual(kindsIn(found), ours);

    engine.kill("SIGKILL");

    const left = (): readonly string[] =>
      processes().flatMap(({ pid: one, command }) => (found.some((known) => known.pid === one) ? [command] : []));
    for (let tries = 0; tries < 150 && left().length > 0; tries += 1) await sleep(100);
    const [rest, known] = [left(), new Set(found.map(({ pid: one }) => one))];
    for (const one of rest.length === 0 ? [] : processes()) if (known.has(one.pid)) process.kill(one.pid, "SIGKILL");
    deepEqual(rest, []);
  });
});
