/** A person with an AWS identity of their own, who logs in to Vault with it as the command line does for `--login`. */
import * as assert from "node:assert/strict";

import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { homingIn } from "../../cli/support/homing";
import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";

const RoleName = "operator";
const PolicyName = "one-command";

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
} as const;
const ofAll = { aws: [], jwt: ["sts:GetWebIdentityToken"] } as const;

/** An IAM role that an operator assumes, and a role of the deployment's login method that lets it in. */
async function admit(
  { clients, system, vault }: Bench,
  login: "aws" | "jwt",
): Promise<Readonly<Record<string, string>>> {
  const { account, outputs } = system();
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }],
  };
  const { Role } = await clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const RoleArn = Role?.Arn ?? "";
  const { Credentials } = await clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "operator" }));
  const { loginPath = "", audience = "", moverPolicyName = "" } = outputs;
  const bound =
    login === "aws"
      ? { auth_type: "iam", bound_iam_principal_arn: [RoleArn], resolve_aws_unique_ids: false }
      : { role_type: "jwt", user_claim: "sub", bound_audiences: [audience], bound_subject: RoleArn };
  await vault.write(`auth/${loginPath}/role/${RoleName}`, { ...bound, token_policies: [moverPolicyName] });
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
    VAULT_TOKEN: "",
  };
}

export function describeOperator(bench: () => Bench, login: "aws" | "jwt"): void {
  describe(`a terminal with --login ${login} and the permissions that a command needs`, () => {
    const name = `operator/${login}`;
    const filter = ["--name", "operator/*"];
    const homing = homingIn(() => bench().system());
    let env: Readonly<Record<string, string>>;
    let others: readonly string[] = [];
    const entities = async (): Promise<readonly string[]> =>
      ((await bench().vault.read("identity/entity/id?list=true")) as { readonly keys: readonly string[] }).keys;

    const allow = async (actions: readonly string[]): Promise<void> => {
      const Action = ["lambda:GetFunctionConfiguration", ...ofAll[login], ...actions];
      const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] };
      const PolicyDocument = JSON.stringify(policy);
      await bench().clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    };
    const run = (command: string, args: readonly string[]) =>
      homing.run([command, "--json", "--login", login, "--role", RoleName, ...args], { env });

    before(async () => {
      others = await entities();
      env = await admit(bench(), login);
      const { clients, canary } = bench();
      // Nothing but the command line tells of this secret.
      await clients.silent.send(new CreateSecretCommand({ Name: name, SecretString: canary }));
    });
    after(async () => {
      const { vault, system } = bench();
      const { loginPath = "" } = system().outputs;
      await vault.request("DELETE", `auth/${loginPath}/role/${RoleName}`);
      // Logging in made an entity.
      for (const id of (await entities()).filter((key) => !others.includes(key))) {
        await vault.request("DELETE", `identity/entity/id/${id}`);
      }
      const { iam } = bench().clients;
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await iam.send(new DeleteRoleCommand({ RoleName }));
    });

    for (const [command, code, says] of [
      ["plan", 2, { type: "secret", secret: name, act: "move" }],
      ["move", 0, { type: "outcome", secret: name, outcome: "moved" }],
      ["status", 0, { type: "summary", command: "status" }],
      ["verify", 0, { type: "verified", secret: name, result: "moved" }],
    ] as const) {
      it(`${command}: lists and does what it should, by the person's own AWS identity and no token`, async () => {
        await allow(listed[command]);

        const ended = await run(command, filter);

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
