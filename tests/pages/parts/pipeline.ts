import * as assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";

import { clientsOf } from "../../system/support/clients";
import { checkout } from "../support/checkoutCopy";
import { last } from "../support/resources";
import { account, region } from "../support/servers";
import { run } from "../support/walk";
import { blockOf, ci, rollOut, team } from "../support/walker";
import type { Walker } from "../support/walker";

/** The role in AWS as docs/ci.md has it; what it may do is docs/permissions.md's, and tried elsewhere. */
async function makeRole({ servers, walk }: Walker): Promise<string> {
  const statement = JSON.parse(walk.here(blockOf(ci, "Set it up", "json"))) as object;
  const clients = clientsOf({
    region,
    awsEndpoint: servers.emulator.endpoint,
    cloudTrailEndpoint: servers.proxy.endpoint,
  });
  const RoleName = "homing-deploy";
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  const PolicyDocument = JSON.stringify(everything);
  await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "deploy", PolicyDocument }));
  clients.destroy();
  return `arn:aws:iam::${account}:role/${RoleName}`;
}

/** docs/ci.md, on the stack that was left and come back to. */
export function describePipeline(walker: () => Walker): void {
  describe("docs/ci.md", () => {
    it("keeps the state's secrets by a key of KMS", async () => {
      const { open, servers, walk, administrator } = walker();
      // Another state: the stack is there already.
      const state = { PULUMI_BACKEND_URL: `${servers.environment["PULUMI_BACKEND_URL"] ?? ""}-kms` };
      const theirs = open("kms", { ...administrator("main"), ...state }, walker().copyBeside("kms/homing"));
      await run(theirs, 'mkdir -p "${PULUMI_BACKEND_URL#file://}"');
      await run(
        theirs,
        "aws kms create-alias --alias-name alias/pulumi --target-key-id $(aws kms create-key --query KeyMetadata.KeyId --output text)",
      );

      await walk.follow(theirs, ci, "pulumi stack init prod --secrets-provider");

      const { output } = await run(theirs, "cat Pulumi.prod.yaml");
      assert.match(output, /^encryptedkey: /m);
    });

    it("deploys what was committed, with credentials for the job's own token and nothing stored", async () => {
      const { open, walk, terminal, job, copy, git, servers, administrator } = walker();
      await walk.follow(terminal, ci, "git add Pulumi.prod.yaml");
      assert.equal(git("status", "--short", "Pulumi.prod.yaml"), "");
      writeFileSync(
        join(copy, "homing-deploy.hcl"),
        blockOf("docs/permissions.md", "What `pulumi up` needs in Vault", "hcl"),
      );
      await walk.follow(open("vault", administrator("main")), ci, "vault policy write homing-deploy");
      const runner = open("runner", {
        ...job.environment,
        STACK: "prod",
        AWS_ROLE_ARN: await makeRole(walker()),
        AWS_ACCESS_KEY_ID: "",
        AWS_SECRET_ACCESS_KEY: "",
        VAULT_ADDR: servers.vaults.main.address,
        VAULT_LOGIN_PATH: "github",
        VAULT_ROLE: "homing-prod",
      });
      await run(runner, 'while read -r line; do export "$line"; done < <(.github/login.sh 2>/dev/null)');
      assert.notEqual(runner.variable("VAULT_TOKEN"), "");

      const { output } = await walk.follow(runner, ci, "npm ci", {
        own: [{ page: "npm ci\n", here: "", why: "the runner's checkout has its packages already" }],
      });

      assert.deepEqual(Object.keys(last(output)), ["unchanged"]);
      assert.match(output, /Policy|policies/);
    });

    it("refuses another team's program that keeps a secret in Secrets Manager", async () => {
      const { walk, open, copy } = walker();
      mkdirSync(team);
      symlinkSync(join(copy, "node_modules"), join(team, "node_modules"));
      writeFileSync(join(team, "Pulumi.yaml"), "name: team\nruntime: nodejs\n");
      writeFileSync(join(team, "package.json"), '{ "main": "index.js" }\n');
      const program = 'new (require("@pulumi/aws").secretsmanager.Secret)("key");\n';
      writeFileSync(join(team, "index.js"), program);
      const theirs = open("team", {}, team);
      // Plugins that preview any type: the others know only those of homing.
      await run(theirs, `export PATH=${join(checkout, "local", "policy", "bin")}:$PATH; pulumi stack init team`);

      const { output } = await walk.follow(theirs, rollOut, "pulumi preview --policy-pack", { refused: true });

      assert.match(output, /no-secrets-manager-secret/);
    });
  });
}
