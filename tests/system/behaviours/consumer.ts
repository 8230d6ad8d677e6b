import * as assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";

import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { RestoreSecretCommand } from "@aws-sdk/client-secrets-manager";

import type { LocalStack, UpResult } from "../../../local/stack";
import { templateRecordPath } from "../../../runtime/model/path";
import { readReaderEnvironment } from "../../../runtime/reader/settings";
import { authenticate } from "../../../runtime/vault/login";
import { makeTransport } from "../../../runtime/vault/transport";
import { copiedExample, standingExample } from "../../support/exampleFolder";
import type { ExampleFolder } from "../../support/exampleFolder";
import { archivesOf } from "../support/archives";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import type { Credentials } from "../support/clients";
import { eventually } from "../support/eventually";
import { sessionOfFunction } from "../support/probe";
import { vaultApi } from "../support/vaultApi";

/** Lambda takes 250 MiB, unpacked. */
const archiveBytes = 50 * 1024 * 1024;
const secretName = "payments/webhook-key";

/** A program of another team, on the same cloud. */
export function describeConsumer(bench: () => Bench): void {
  describe("another program that reads a secret from Vault", () => {
    const keyOf = (part: string): string => `${bench().canary}-${part}-${randomBytes(6).toString("hex")}`;
    let example: ExampleFolder;
    let stack: LocalStack;
    let deployed: UpResult;
    let key: string;
    let arn: string;

    const settings = (): Record<string, string> => ({
      "homing-consumer:moverStack": `organization/homing/${bench().system().stack}`,
      "homing-consumer:cacheSeconds": "1",
    });

    /** Logs in with the consumer's own settings, as whoever this session is. */
    async function loginWith(session: Credentials): Promise<{ readonly value: string }> {
      const { clients, system } = bench();
      const FunctionName = deployed.outputs["functionName"];
      const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const { sts, destroy } = clientsOf(system(), session);
      try {
        const transport = makeTransport(system().vaultAddress, "");
        return await authenticate(readReaderEnvironment(Environment?.Variables ?? {}), {
          transport,
          sts,
          now: Date.now,
        });
      } finally {
        destroy();
      }
    }

    /** What a consumer answers to a request that is signed with this key. */
    async function answerTo(
      signedWith: string,
      { outputs }: UpResult = deployed,
    ): Promise<{ status: number; text: string }> {
      const body = '{"paid":1}';
      const url = `${bench().system().awsEndpoint}/_aws/execute-api/${outputs["apiId"] ?? ""}/$default/webhook`;
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-signature": createHmac("sha256", signedWith).update(body).digest("hex"),
        },
        body,
      });
      return { status: response.status, text: await response.text() };
    }

    const follows = (newKey: string): Promise<number> =>
      eventually(
        async () => ((await answerTo(newKey)).status === 204 ? 204 : undefined),
        async () => JSON.stringify(await answerTo(newKey)),
      );

    before(async function () {
      this.timeout(300_000);
      const { cloud, sources, home, homes } = bench();
      key = keyOf("first");
      ({ arn } = await sources.create(secretName, key));
      example = copiedExample("consumer");
      stack = await cloud.openBeside({ name: "local-consumer", program: example.folder });
      deployed = await stack.up(settings());
      await eventually(
        async () => homes.read(home(secretName)),
        () => "no home",
      );
    });

    after(() => {
      example.remove();
    });

    it("uses the secret that was created in Secrets Manager a moment before, over HTTP, and returns nothing of it", async () => {
      assert.deepEqual(await answerTo(key), { status: 204, text: "" });
      const refused = await answerTo("another key");
      assert.deepEqual(refused, { status: 401, text: "" });
    });

    it("may read below its own prefix and do nothing else in Vault", async () => {
      const { clients, homes, home, system, vault } = bench();
      await homes.write(home("payroll/key"), { value: keyOf("payroll") });
      const role = `arn:aws:iam::${system().account}:role/homing-consumer-local-consumer`;
      const { value: token } = await loginWith(await sessionOfFunction(clients, "reader-session", role));
      const reader = vaultApi(system().vaultAddress, token);
      const { mount, homePrefix, account, region } = system();
      const own = `${homePrefix}/${account}/${region}/payments`;
      const status = async (method: string, path: string, body?: object): Promise<number> =>
        (await reader.request(method, path, body)).status;

      assert.equal(await status("GET", `${mount}/data/${own}/webhook-key`), 200);
      const tried: readonly (readonly [string, string, object?])[] = [
        ["GET", `${mount}/data/${home("payroll/key")}`],
        ["GET", `${mount}/data/${templateRecordPath(system())}`],
        ["GET", `${mount}/metadata/${own}/webhook-key`],
        ["GET", `${mount}/metadata/${own}?list=true`],
        ["GET", `${mount}/metadata/?list=true`],
        ["POST", `${mount}/data/${own}/webhook-key`, { data: { value: "forged" } }],
        ["DELETE", `${mount}/data/${own}/webhook-key`],
        ["POST", `${mount}/destroy/${own}/webhook-key`, { versions: [1] }],
        ["GET", `auth/${system().outputs["loginPath"] ?? ""}/config/client`],
        ["GET", "sys/policies/acl?list=true"],
      ];
      for (const [method, path, body] of tried) {
        assert.equal(await status(method, path, body), 403, `${method} ${path}`);
      }
      assert.notEqual(await vault.read(`sys/policies/acl/${deployed.outputs["vaultPolicyName"] ?? ""}`), undefined);
    });

    it("is logged in by its own role alone", async () => {
      const { clients, system } = bench();
      const mover = await sessionOfFunction(clients, "mover-session", system().functionRoleArn);

      await assert.rejects(loginWith(mover), { code: "vault-login-failed" });
    });

    it("has nothing to change after its update", async () => {
      assert.deepEqual(Object.keys(await stack.preview(settings())), ["same"]);
    });

    it("is refused in the preview by way of a stack that is no mover's", async () => {
      const own = { ...settings(), "homing-consumer:moverStack": "organization/homing-consumer/local-consumer" };

      await assert.rejects(
        stack.preview(own),
        /by way of stack organization\/homing-consumer\/local-consumer: it has no output account, region, vaultAddress/,
      );
    });

    it("follows a change in Secrets Manager without a deployment", async () => {
      const { clients, log, sources } = bench();
      await log.outcome(arn, { outcome: "moved" });
      await sources.ageDeletion(arn);
      const second = keyOf("second");
      await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
      await sources.put(arn, second);
      await log.outcome(arn, { outcome: "copied", reason: "undone" });

      assert.equal(await follows(second), 204);
      assert.equal((await answerTo(key)).status, 401);
    });

    it("follows a change that a person made in Vault", async () => {
      const { home, homes } = bench();
      const third = keyOf("third");
      await homes.write(home(secretName), { value: third });

      assert.equal(await follows(third), 204);
      key = third;
    });

    it("is packed with what it depends on, and with nothing of homing's folder", async () => {
      const { functionName = "" } = deployed.outputs;
      const { [functionName]: files = [] } = await archivesOf(stack);
      const packages = ["@aws-sdk/client-sts", "@smithy/signature-v4", "jsonc-parser", "node-vault"];

      for (const name of packages) assert.ok(files.includes(`node_modules/${name}`), name);
      const odd = files.filter((file) => file !== "__index.js" && !/^node_modules\/(?!homing\b|@pulumi\/)/.test(file));
      assert.deepEqual(odd, []);
      const { CodeSize = 0 } = await bench().clients.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: functionName }),
      );
      assert.ok(CodeSize > 0 && CodeSize < archiveBytes, `${CodeSize.toString()} bytes`);
    });

    it("is deployed, used and destroyed where it stands in the checkout, too", async () => {
      const standing = standingExample("consumer");
      try {
        const beside = await bench().cloud.openBeside({ name: "local-standing", program: standing.folder });
        const result = await beside.up(settings());
        assert.deepEqual(await answerTo(key, result), { status: 204, text: "" });
        await beside.destroy();
      } finally {
        standing.remove();
      }
    });

    it("takes its right in Vault with it when it is destroyed, and leaves the secret", async () => {
      const { home, homes, vault } = bench();
      const policy = `sys/policies/acl/${deployed.outputs["vaultPolicyName"] ?? ""}`;
      assert.notEqual(await vault.read(policy), undefined);
      await stack.destroy();

      assert.equal(await vault.read(policy), undefined);
      assert.notEqual(await homes.read(home(secretName)), undefined);
    });
  });
}
