import * as assert from "node:assert/strict";

import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  ListSecretsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetWebIdentityTokenCommand } from "@aws-sdk/client-sts";

import { templateRecordPath } from "../../../runtime/model/path";
import { readEnvironment } from "../../../runtime/shared/environment";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { login } from "../../../runtime/vault/login";
import { makeTransport } from "../../../runtime/vault/transport";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import type { Clients } from "../support/clients";
import { holdsOnly } from "../support/holdsOnly";
import { sessionOfFunction } from "../support/probe";
import type { Created } from "../support/sources";
import { vaultApi } from "../support/vaultApi";
import type { VaultApi } from "../support/vaultApi";

/** The settings that the deployed function runs with. */
async function deployedSettings({ clients, system }: Bench): Promise<MoverSettings> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: system().functionName });
  return readEnvironment((await clients.lambda.send(command)).Environment?.Variables ?? {});
}

/** Logs in as the mover does, with the mover's own code, as whoever `sts` is. */
const loginAs = (sts: Clients["sts"], settings: MoverSettings): Promise<{ readonly value: string }> =>
  login(settings, { sts, transport: makeTransport(settings.vaultAddress, ""), now: () => Date.now() });

const trustsLambda = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const mayGetTokens = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:GetWebIdentityToken", Resource: "*" }],
});

/** Runs `use` with the session of a function under a role of its own that may get web identity tokens. */
async function withStranger(bench: Bench, use: (stranger: Clients) => Promise<void>): Promise<void> {
  const { iam } = bench.clients;
  const RoleName = "stranger";
  const role = { RoleName, AssumeRolePolicyDocument: trustsLambda };
  const arn = (await iam.send(new CreateRoleCommand(role))).Role?.Arn ?? "";
  const policy = { RoleName, PolicyName: "tokens" };
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: mayGetTokens }));
  const stranger = clientsOf(bench.system(), await sessionOfFunction(bench.clients, "stranger", arn));
  try {
    await use(stranger);
  } finally {
    stranger.destroy();
    await iam.send(new DeleteRolePolicyCommand(policy));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }
}

/** Logins of anybody but the function itself, or of anybody but its role. */
export function describeStrangers(bench: () => Bench): void {
  describe("a login at Vault is refused", () => {
    it("to a function under another role", async () => {
      const settings = await deployedSettings(bench());

      await withStranger(bench(), async ({ sts }) => {
        await assert.rejects(loginAs(sts, settings), { name: "RetryableError", code: "vault-login-failed" });
      });
    });
  });

  describe("the function's role", () => {
    it("is given to Lambda only", async () => {
      const { clients, system } = bench();
      const command = new AssumeRoleCommand({ RoleArn: system().functionRoleArn, RoleSessionName: "person" });

      await assert.rejects(clients.sts.send(command), { name: /^AccessDenied/ });
    });
  });
}

/** JWT only: the role alone is not enough, it takes the very function. */
export function describeOtherFunctions(bench: () => Bench): void {
  describe("a login at Vault is refused", () => {
    it("to another function under the mover's own role", async () => {
      const { clients, system } = bench();
      const settings = await deployedSettings(bench());
      const session = await sessionOfFunction(clients, "same-role", system().functionRoleArn);
      const { sts, destroy } = clientsOf(system(), session);
      const { audience, signingAlgorithm } = settings;
      const command = new GetWebIdentityTokenCommand({
        Audience: [audience],
        SigningAlgorithm: signingAlgorithm,
        DurationSeconds: 60,
      });

      const { WebIdentityToken = "" } = await sts.send(command);
      const claims = JSON.parse(Buffer.from(WebIdentityToken.split(".")[1] ?? "", "base64url").toString()) as {
        readonly sub: string;
      };
      assert.equal(claims.sub, system().functionRoleArn, "everything but the function is right");
      await assert.rejects(loginAs(sts, settings), { name: "RetryableError", code: "vault-login-failed" });

      destroy();
    });
  });
}

/** What the function could do with its own credentials if its code were somebody else's. Login aws only. */
export function describeForbidden(bench: () => Bench): void {
  describe("with the function's role", () => {
    let mover: Clients;
    let secret: Created;

    before(async () => {
      const { clients, system, sources, canary } = bench();
      mover = clientsOf(system(), await sessionOfFunction(clients, "probe", system().functionRoleArn));
      secret = await sources.createHeld("forbidden/secret", canary);
    });
    after(() => {
      mover.destroy();
    });

    it("a secret can be described: the credentials are good", async () => {
      const { Name } = await mover.secrets.send(new DescribeSecretCommand({ SecretId: secret.arn }));

      assert.equal(Name, "forbidden/secret");
    });

    const attempts: Readonly<Record<string, (client: Clients, SecretId: string) => Promise<unknown>>> = {
      "force a deletion": ({ secrets }, SecretId) =>
        secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
      "delete with a window of less than a week": ({ secrets }, SecretId) =>
        secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 6 })),
      "write a value": ({ secrets }, SecretId) =>
        secrets.send(new PutSecretValueCommand({ SecretId, SecretString: "theirs" })),
      "update a secret": ({ secrets }, SecretId) =>
        secrets.send(new UpdateSecretCommand({ SecretId, SecretString: "theirs" })),
      "create a secret": ({ secrets }) =>
        secrets.send(new CreateSecretCommand({ Name: "forbidden/theirs", SecretString: "theirs" })),
      "move a staging label": ({ secrets }, SecretId) =>
        secrets.send(
          new UpdateSecretVersionStageCommand({ SecretId, VersionStage: "x", MoveToVersionId: secret.versionId }),
        ),
      "open a secret to others": ({ secrets }, SecretId) =>
        secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: "{}" })),
      "set a tag that is a person's": ({ secrets }, SecretId) =>
        secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: "vault-mover-mode", Value: "move" }] })),
      "remove a tag": ({ secrets }, SecretId) =>
        secrets.send(new UntagResourceCommand({ SecretId, TagKeys: ["vault-mover-mode"] })),
      "list secrets": ({ secrets }) => secrets.send(new ListSecretsCommand({})),
      "feed its own queue": ({ sqs }) =>
        sqs.send(new SendMessageCommand({ QueueUrl: bench().system().queueUrl, MessageBody: "{}" })),
      "change the function": ({ lambda }) =>
        lambda.send(
          new UpdateFunctionConfigurationCommand({ FunctionName: bench().system().functionName, Timeout: 1 }),
        ),
      "grant itself more": ({ iam }) =>
        iam.send(
          new PutRolePolicyCommand({
            RoleName: bench().system().functionName,
            PolicyName: "more",
            PolicyDocument: mayGetTokens,
          }),
        ),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      it(`nobody can ${what}`, async () => {
        await assert.rejects(attempt(mover, secret.arn), { name: /^AccessDenied/ });
      });
    }

    it("nobody can delete a secret that carries another tag than the mover's, and with it the tag is enough", async () => {
      const { sources, clients, canary } = bench();
      const { arn: own } = await sources.createHeld("forbidden/deletable", canary);
      const remove = () => mover.secrets.send(new DeleteSecretCommand({ SecretId: own, RecoveryWindowInDays: 30 }));
      const tag = (Value: string) =>
        clients.silent.send(new TagResourceCommand({ SecretId: own, Tags: [{ Key: "vault-mover", Value }] }));

      await assert.rejects(remove(), { name: /^AccessDenied/ });
      for (const value of ["again", "1/ffffffff/00000000/d", "2/"]) {
        await tag(value);
        await assert.rejects(remove(), { name: /^AccessDenied/ }, value);
      }
      await tag(`1/${bench().system().outputs["moverEntityId"]?.slice(0, 8) ?? ""}/00000000/d`);
      await remove();

      assert.equal(await sources.isScheduled(own), true);
    });

    it("nobody can restore a secret that the mover did not tag, and one that it tagged can be restored", async () => {
      const { sources, clients, log, canary } = bench();
      const { arn: own } = await sources.create("forbidden/own", canary);
      await clients.secrets.send(new DeleteSecretCommand({ SecretId: secret.arn, RecoveryWindowInDays: 7 }));
      await log.outcome(own, { outcome: "moved" });

      const restore = (SecretId: string) => mover.secrets.send(new RestoreSecretCommand({ SecretId }));
      await assert.rejects(restore(secret.arn), { name: /^AccessDenied/ });
      await restore(own);

      assert.equal(await sources.isScheduled(secret.arn), true);
      assert.equal(await sources.isScheduled(own), false);
      await clients.secrets.send(new RestoreSecretCommand({ SecretId: secret.arn }));
    });

    it("nothing of all this left a trace on the secret", async () => {
      const { sources, canary } = bench();

      assert.equal(await sources.text(secret.arn), canary);
      assert.deepEqual(await sources.tags(secret.arn), { "vault-mover-mode": "audit" });
      const { VersionIdsToStages } = await sources.describe(secret.arn);
      assert.deepEqual(VersionIdsToStages, { [secret.versionId]: ["AWSCURRENT"] });
    });
  });

  describe("with the function's token of Vault", () => {
    const name = "forbidden/home";
    const neighbour = { account: "111122223333", region: "us-east-1" };
    const ofNeighbour = (home: string): string => home.replace(bench().system().account, neighbour.account);
    let mover: VaultApi;
    let mark = 0;

    before(async () => {
      const { clients, system, sources, log, vault, audit, home, canary } = bench();
      const session = await sessionOfFunction(clients, "token-probe", system().functionRoleArn);
      const { sts, destroy } = clientsOf(system(), session);
      const { value } = await loginAs(sts, await deployedSettings(bench()));
      destroy();
      mover = vaultApi(system().vaultAddress, value);
      const { arn } = await sources.create(name, canary);
      await log.outcome(arn, { outcome: "moved" });
      await vault.write("sys/mounts/other", { type: "kv", options: { version: "2" } });
      await vault.write("other/data/x", { data: { canary } });
      await vault.write(`${system().mount}/data/elsewhere/x`, { data: { canary } });
      await vault.write(`${system().mount}/data/${ofNeighbour(home(name))}`, { data: { canary } });
      await vault.write(`${system().mount}/data/${templateRecordPath(neighbour)}`, { data: { mount: "theirs" } });
      mark = audit.now();
    });
    after(async () => {
      const { vault, system, home } = bench();
      await vault.request("DELETE", "sys/mounts/other");
      await vault.request("DELETE", `${system().mount}/metadata/${ofNeighbour(home(name))}`);
      await vault.request("DELETE", `${system().mount}/metadata/${templateRecordPath(neighbour)}`);
    });

    it("a login that was signed for another server is refused", async () => {
      const { clients, system } = bench();
      const session = await sessionOfFunction(clients, "server-probe", system().functionRoleArn);
      const { sts, destroy } = clientsOf(system(), session);
      const elsewhere = { ...(await deployedSettings(bench())), serverId: "vault.example.test" };

      await assert.rejects(loginAs(sts, elsewhere), { name: "RetryableError", code: "vault-login-failed" });

      destroy();
    });

    it("a home can be read and labelled: the token is good", async () => {
      const { system, home } = bench();
      const { mount } = system();

      const read = await mover.request("GET", `${mount}/data/${home(name)}`);
      const labelled = await mover.request("PATCH", `${mount}/metadata/${home(name)}`, { custom_metadata: {} });

      assert.deepEqual([read.status, labelled.status], [200, 204]);
    });

    type Attempt = readonly [method: string, path: (mount: string, home: string) => string, body?: object];
    const attempts: Readonly<Record<string, Attempt>> = {
      "read another mount": ["GET", () => "other/data/x"],
      "read outside the prefix": ["GET", (mount) => `${mount}/data/elsewhere/x`],
      "write outside the prefix": ["POST", (mount) => `${mount}/data/elsewhere/x`, { data: { a: "b" } }],
      "read another account's home": ["GET", (mount, home) => `${mount}/data/${ofNeighbour(home)}`],
      "write another account's home": [
        "POST",
        (mount, home) => `${mount}/data/${ofNeighbour(home)}`,
        { data: { a: "b" } },
      ],
      "read another account's labels": ["GET", (mount, home) => `${mount}/metadata/${ofNeighbour(home)}`],
      "change another account's labels": [
        "PATCH",
        (mount, home) => `${mount}/metadata/${ofNeighbour(home)}`,
        { custom_metadata: { a: "b" } },
      ],
      "read another account's record": ["GET", (mount) => `${mount}/data/${templateRecordPath(neighbour)}`],
      "write another account's record": [
        "POST",
        (mount) => `${mount}/data/${templateRecordPath(neighbour)}`,
        { data: {} },
      ],
      "change its own record": [
        "POST",
        (mount) => `${mount}/data/${templateRecordPath(bench().system())}`,
        { data: {} },
      ],
      "read the labels of its own record": [
        "GET",
        (mount) => `${mount}/metadata/${templateRecordPath(bench().system())}`,
      ],
      "list the root": ["LIST", (mount) => `${mount}/metadata/`],
      "list the prefix": ["LIST", (mount) => `${mount}/metadata/aws/`],
      "list a folder of homes": ["LIST", (mount) => `${mount}/metadata/aws/000000000000/us-east-1/forbidden/`],
      "list mounts": ["GET", () => "sys/mounts"],
      "list logins": ["GET", () => "sys/auth"],
      "read a policy": ["GET", () => "sys/policies/acl/default"],
      "read entities": ["LIST", () => "identity/entity/id"],
      "make a token": ["POST", () => "auth/token/create", {}],
      "configure the mount": ["POST", (mount) => `${mount}/config`, { max_versions: 1 }],
      "delete a version": ["DELETE", (mount, home) => `${mount}/data/${home}`],
      "delete versions by number": ["POST", (mount, home) => `${mount}/delete/${home}`, { versions: [1] }],
      "undelete a version": ["POST", (mount, home) => `${mount}/undelete/${home}`, { versions: [1] }],
      "destroy a version": ["POST", (mount, home) => `${mount}/destroy/${home}`, { versions: [1] }],
      "change a part of a value": ["PATCH", (mount, home) => `${mount}/data/${home}`, { data: { value: "x" } }],
      "delete a home with all its versions": ["DELETE", (mount, home) => `${mount}/metadata/${home}`],
      "replace labels by POST": ["POST", (mount, home) => `${mount}/metadata/${home}`, { custom_metadata: {} }],
      "replace labels by PUT": ["PUT", (mount, home) => `${mount}/metadata/${home}`, { custom_metadata: {} }],
      "set an expiry": ["PATCH", (mount, home) => `${mount}/metadata/${home}`, { delete_version_after: "1s" }],
      "set an expiry beside labels": [
        "PATCH",
        (mount, home) => `${mount}/metadata/${home}`,
        { custom_metadata: {}, delete_version_after: "1s" },
      ],
      "limit the versions": ["PATCH", (mount, home) => `${mount}/metadata/${home}`, { max_versions: 1 }],
    };
    for (const [what, [method, path, body]] of Object.entries(attempts)) {
      it(`nobody can ${what}`, async () => {
        const { status } = await mover.request(method, path(bench().system().mount, bench().home(name)), body);

        assert.equal(status, 403);
      });
    }

    it("nothing of all this left a trace in Vault", async () => {
      const { homes, home, audit, system, canary } = bench();
      const { moverEntityId } = system().outputs;

      await holdsOnly(homes, home(name), { value: canary });
      const asked = audit.since(mark).filter(({ entityId }) => entityId === moverEntityId);
      assert.equal(asked.filter(({ refused }) => refused).length, Object.keys(attempts).length);
    });
  });
}
