import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { systemFile } from "../../local/system";

const checkout = join(__dirname, "..", "..");
const name = `environment-${process.pid.toString()}`;

/** Nothing that comes out of a cloud, but a shell must not run any of it. */
const hostile = 'it\'s $(exit 3) `exit 4` \\ "$HOME" *';

const system = {
  pid: process.pid,
  awsEndpoint: "http://127.0.0.1:4566",
  cloudTrailEndpoint: "http://127.0.0.1:4567",
  region: "us-east-1",
  vaultAddress: "http://127.0.0.1:8200",
  vaultToken: hostile,
  stack: `local-${name}`,
};

describe("npm run local -- env", function () {
  this.timeout(120_000);
  afterEach(() => {
    rmSync(dirname(systemFile(name)), { recursive: true, force: true });
  });

  /** Leaves the file of a cloud that this process runs. */
  function running(pid = process.pid): void {
    mkdirSync(dirname(systemFile(name)), { recursive: true });
    writeFileSync(systemFile(name), JSON.stringify({ ...system, pid }));
  }

  function local(command: string, env: Readonly<Record<string, string>> = {}) {
    const args = ["-r", "ts-node/register/transpile-only", join("local", "cli.ts"), command, "--name", name];
    const options = { cwd: checkout, encoding: "utf8", env: { PATH: process.env["PATH"], ...env } } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    return { code: status, out: stdout, err: stderr };
  }

  it("takes a shell to the cloud, and away from wherever it was", () => {
    running();
    const before = {
      AWS_PROFILE: "prod",
      AWS_SESSION_TOKEN: "of-prod",
      AWS_ENDPOINT_URL_SQS: "https://sqs.prod.example",
      AWS_ENDPOINT_URL_STS: "https://sts.prod.example",
      VAULT_ADDR: "https://vault.prod.example",
      VAULT_NAMESPACE: "prod",
      VAULT_AGENT_ADDR: "http://agent.example",
      EDITOR: "vi",
    };

    const { code, out, err } = local("env", before);

    assert.deepEqual([code, err], [0, ""]);
    // Node reads what the shell hands on; nothing else is in between.
    const print = `${JSON.stringify(process.execPath)} -p 'JSON.stringify(process.env)'`;
    const shell = spawnSync("/bin/sh", ["-euc", `eval "$LINES_OF_ENV"; unset LINES_OF_ENV; ${print}`], {
      encoding: "utf8",
      env: { ...before, LINES_OF_ENV: out },
    });
    assert.equal(shell.status, 0, shell.stderr);
    const own = ["PWD", "OLDPWD", "SHLVL", "_", "PATH"];
    const after = Object.entries(JSON.parse(shell.stdout) as Record<string, string>).filter(
      ([key]) => !own.includes(key),
    );
    assert.deepEqual(Object.fromEntries(after), {
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL: system.awsEndpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: system.cloudTrailEndpoint,
      AWS_ENDPOINT_URL_STS: system.cloudTrailEndpoint,
      VAULT_ADDR: system.vaultAddress,
      VAULT_TOKEN: hostile,
      HOMING_STACK: system.stack,
      EDITOR: "vi",
    });
  });

  it("says in one line that no cloud runs, also after one that was killed", () => {
    const says = `no local cloud ${name} is running: start it with npm run local -- up --name ${name}\n`;
    assert.deepEqual(local("env"), { code: 1, out: "", err: says });

    // Above the largest process id of Linux and of macOS.
    running(99_999_999);
    for (const command of ["env", "down"]) assert.deepEqual(local(command), { code: 1, out: "", err: says });
  });
});
