/** A person with an AWS identity of their own, who logs in to Vault with it as the command line does for `--login`. */
import * as assert from "node:assert/strict";

import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { homingIn } from "../../cli/support/homing";
import type { Bench } from "../support/bench";

const RoleName = "operator";
const PolicyName = "everything";

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
  const may = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  const { Role } = await clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const RoleArn = Role?.Arn ?? "";
  await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(may) }));
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
  describe(`a terminal with --login ${login}`, () => {
    const homing = homingIn(() => bench().system());
    let env: Readonly<Record<string, string>>;
    before(async () => {
      env = await admit(bench(), login);
    });
    after(async () => {
      const { iam } = bench().clients;
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await iam.send(new DeleteRoleCommand({ RoleName }));
    });

    it("verifies what was moved, by the person's own AWS identity and no token", async () => {
      const { canary, sources, log } = bench();
      const { arn } = await sources.create(`operator/${login}`, canary);
      await log.outcome(arn, { outcome: "moved", reason: "proven" });

      const args = ["verify", "--json", "--login", login, "--role", RoleName, "--name", "operator/*"];
      const { code, records, err } = await homing.run(args, { env });

      assert.equal(code, 0, err);
      assert.ok(records.length > 0);
      const printed = homing.printed();
      assert.ok(!printed.includes(canary));
    });

    it("is not let in by a role of Vault that names somebody else", async () => {
      const { outputs } = bench().system();

      const args = ["verify", "--login", login, "--role", outputs["loginRole"] ?? "", "--name", "operator/*"];
      const { code, err } = await homing.run(args, { env });

      assert.equal(code, 1);
      assert.match(err, /Vault/);
      assert.equal(err.trim().split("\n").length, 1, err);
    });
  });
}
