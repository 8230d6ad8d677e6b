import * as assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { RestoreSecretCommand } from "@aws-sdk/client-secrets-manager";

import consumer = require("../../../examples/consumer/index");
import type { LocalStack, UpResult } from "../../../local/stack";
import { authenticate } from "../../../runtime/edge/login";
import { makeTransport } from "../../../runtime/edge/transport";
import { readReaderEnvironment } from "../../../runtime/readerEnvironment";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import type { Credentials } from "../support/clients";
import { eventually } from "../support/eventually";
import { sessionOfFunction } from "../support/probe";
import { vaultApi } from "../support/vaultApi";

const checkout = join(__dirname, "..", "..", "..");
const secretName = "payments/webhook-key";

/** A program of another team, on the same cloud. */
export function describeConsumer(bench: () => Bench): void {
  describe("another program that reads a secret from Vault", () => {
    const keyOf = (part: string): string => `${bench().canary}-${part}-${randomBytes(6).toString("hex")}`;
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

    /** What the consumer answers to a request that is signed with this key. */
    async function answerTo(signedWith: string, body = '{"paid":1}'): Promise<{ status: number; text: string }> {
      const url = `${bench().system().awsEndpoint}/_aws/execute-api/${deployed.outputs["apiId"] ?? ""}/$default/webhook`;
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
      // The program's folder as a user has it, with the packages in it: the function's archive is made of them.
      const directory = join(cloud.directory, "consumer");
      mkdirSync(directory, { recursive: true });
      copyFileSync(join(checkout, "examples", "consumer", "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
      symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
      stack = await cloud.openBeside({
        name: "local-consumer",
        project: { name: "homing-consumer", directory },
        program: consumer,
      });
      deployed = await stack.up(settings());
      await eventually(
        async () => homes.read(home(secretName)),
        () => "no home",
      );
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
        ["GET", `${mount}/data/${homePrefix}/~mover`],
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
      const { clients, home, homes, log, sources } = bench();
      await log.outcome(arn, { outcome: "moved" });
      await homes.ageDeletion(home(secretName));
      const second = keyOf("second");
      await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
      await sources.put(arn, second);
      await log.outcome(arn, { outcome: "copied", reason: "restored-by-somebody" });

      assert.equal(await follows(second), 204);
      assert.equal((await answerTo(key)).status, 401);
    });

    it("follows a change that a person made in Vault", async () => {
      const { home, homes } = bench();
      const third = keyOf("third");
      await homes.write(home(secretName), { value: third });

      assert.equal(await follows(third), 204);
    });
  });
}
