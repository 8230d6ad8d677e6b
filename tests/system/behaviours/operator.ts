/** A person with an AWS identity of their own, who logs in to Vault with it as the command line does for `--login`. */
import * as assert from "node:assert/strict";

import { DeleteRoleCommand, DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateSecretCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";

import { homingIn } from "../../cli/support/homing";
import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";
import { assumeOperator, operatorLoginRole, operatorRole, operatorToken } from "../support/operatorLogin";
import type { Credentials } from "../support/operatorLogin";
import { vaultApi } from "../support/vaultApi";

const PolicyName = "one-command";
const RoleName = operatorRole.name;

/** What docs/command-line.md lists for each command, beside what all need. */
const listed = {
  plan: ["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
  move: [
    "secretsmanager:ListSecrets",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "sqs:SendMessage",
    // AWS asks for SendMessage for a batch as well, the emulator for a permission of this name.
    "sqs:SendMessageBatch",
    "logs:FilterLogEvents",
  ],
  status: ["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret", "logs:FilterLogEvents"],
  verify: ["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
  undo: ["secretsmanager:DescribeSecret", "secretsmanager:RestoreSecret", "secretsmanager:TagResource"],
  release: ["secretsmanager:DescribeSecret", "secretsmanager:TagResource"],
  "move --local": [
    "secretsmanager:ListSecrets",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:TagResource",
    "secretsmanager:DeleteSecret",
    "secretsmanager:RestoreSecret",
  ],
} as const;
const ofAll = { aws: [], jwt: ["sts:GetWebIdentityToken"] } as const;

export function describeOperator(bench: () => Bench, login: "aws" | "jwt"): void {
  describe(`a terminal with --login ${login} and the permissions that a command needs`, () => {
    const name = `operator/${login}`;
    const filter = ["--name", "operator/*"];
    const homing = homingIn(() => bench().system());
    let credentials: Credentials;
    let env: Readonly<Record<string, string>>;
    let loginRole = "";
    let known: readonly string[] = [];
    const entities = async (): Promise<readonly string[]> =>
      ((await bench().vault.read("identity/entity/id?list=true")) as { readonly keys: readonly string[] }).keys;

    const allow = async (actions: readonly string[]): Promise<void> => {
      const Action = ["lambda:GetFunctionConfiguration", ...ofAll[login], ...actions];
      const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] };
      const PolicyDocument = JSON.stringify(policy);
      await bench().clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    };
    const run = (command: string, args: readonly string[]) =>
      homing.run([command, "--json", "--login", login, "--role", loginRole, ...args], { env });

    before(async () => {
      known = await entities();
      credentials = await assumeOperator(bench());
      env = {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        VAULT_TOKEN: "",
      };
      loginRole = operatorLoginRole(bench());
      const { clients, canary } = bench();
      // Nothing but the command line tells of this secret.
      await clients.silent.send(new CreateSecretCommand({ Name: name, SecretString: canary }));
    });
    after(async () => {
      const { iam } = bench().clients;
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await iam.send(new DeleteRoleCommand({ RoleName }));
    });

    for (const [command, options, code, says] of [
      ["plan", [], 2, { type: "secret", secret: name, act: "move" }],
      ["move", ["--yes"], 0, { type: "outcome", secret: name, outcome: "moved" }],
      ["status", [], 0, { type: "summary", command: "status" }],
      ["verify", [], 0, { type: "verified", secret: name, result: "moved" }],
    ] as const) {
      it(`${command}: lists and does what it should, by the person's own AWS identity and no token`, async () => {
        await allow(listed[command]);

        const ended = await run(command, [...options, ...filter]);

        assert.equal(ended.code, code, ended.err);
        const { records } = ended;
        const found = records.some((record) => Object.entries(says).every(([key, value]) => record[key] === value));
        assert.ok(found, JSON.stringify(records));
      });
    }

    it("undo: takes the deletion back", async () => {
      await allow(listed.undo);

      const { code, err } = await run("undo", ["--yes", `${bench().system().mount}/${bench().home(name)}`]);

      assert.equal(code, 0, err);
      assert.equal(await bench().sources.isScheduled(name), false);
      assert.equal((await bench().sources.stateTag(name)).state, "u");
    });

    it("release: lets it move again", async () => {
      const { sources, log } = bench();
      await allow(listed.release);
      const { ARN: arn = "" } = await sources.describe(name);
      const moves = async (): Promise<number> =>
        (await log.outcomesOf(arn)).filter(({ outcome }) => outcome === "moved").length;
      const before = await moves();

      const { code, err } = await run("release", ["--yes", `${bench().system().mount}/${bench().home(name)}`]);

      assert.equal(code, 0, err);
      await eventually(
        async () => ((await moves()) > before ? true : undefined),
        () => "it was not moved again",
      );
      assert.equal(await sources.isScheduled(arn), true);
    });

    it("move --local: writes as an author whom the mover knows, and no entity is new in Vault", async () => {
      const { clients, sources, homes, home, log, canary, vault, system } = bench();
      const local = `operator/${login}-local`;
      const { ARN: arn = "" } = await clients.silent.send(
        new CreateSecretCommand({ Name: local, SecretString: canary }),
      );
      await allow(listed["move --local"]);

      const { code, err } = await run("move", ["--local", "--yes", "--name", local]);

      assert.equal(code, 0, err);
      assert.deepEqual(await homes.read(home(local)), { version: 1, data: { value: canary } });
      const { versions } = (await vault.read(`${system().mount}/metadata/${home(local)}`)) as {
        readonly versions: Readonly<Record<string, { readonly created_by: { readonly entity_id: string } }>>;
      };
      const author = versions["1"]?.created_by.entity_id;
      assert.notEqual(author, system().outputs["moverEntityId"]);
      // As docs/command-line.md has people look for it.
      assert.equal(((await vault.read(`identity/entity/name/${loginRole}`)) as { readonly id: string }).id, author);
      assert.deepEqual(await entities(), known);
      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "unchanged", reason: "already-moved" });
    });

    it("leaves an operator's edit in Vault as it is, whatever is changed at the source", async () => {
      const { clients, sources, homes, home, log, canary, system } = bench();
      const { arn } = await sources.create(`copied/operator-${login}`, canary);
      await log.outcome(arn, { outcome: "copied" });
      const path = home(`copied/operator-${login}`);
      const operator = vaultApi(system().vaultAddress, await operatorToken(bench(), credentials));
      await operator.write(`${system().mount}/data/${path}`, { data: { value: `${canary}-edited` } });

      await clients.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: `${canary}-later` }));

      await log.outcome(arn, { outcome: "refused", reason: "home-conflict" });
      assert.deepEqual(await homes.read(path), { version: 2, data: { value: `${canary}-edited` } });
    });

    it("says which call is denied and where the permissions are listed, and prints no value in all of this", async () => {
      await allow(listed.plan.slice(1));

      const { code, err } = await run("plan", filter);

      assert.equal(code, 1);
      assert.match(err, /^AWS denies ListSecrets \(AccessDenied\w*\): get the permission/);
      assert.ok(!homing.printed().includes(bench().canary));
    });

    it("is not let in by a role of Vault that names somebody else", async () => {
      await allow(listed.verify);
      const { outputs } = bench().system();

      const args = ["verify", "--login", login, "--role", outputs["loginRole"] ?? "", ...filter];
      const { code, err } = await homing.run(args, { env });

      assert.equal(code, 1);
      assert.match(err, /Vault/);
      assert.equal(err.trim().split("\n").length, 1, err);
    });
  });
}
