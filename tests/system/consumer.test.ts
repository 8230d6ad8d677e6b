import * as assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { RestoreSecretCommand } from "@aws-sdk/client-secrets-manager";

import consumer = require("../../examples/consumer/index");
import type { LocalStack, UpResult } from "../../local/stack";
import { useCloud } from "./support/bench";
import { eventually } from "./support/eventually";

const checkout = join(__dirname, "..", "..");
const secretName = "payments/webhook-key";

describe("another program that reads a secret from Vault", function () {
  this.timeout(120_000);
  const bench = useCloud({ name: "sys-consumer", login: "aws", server: "vault" });
  const keyOf = (part: string): string => `${bench().canary}-${part}-${randomBytes(6).toString("hex")}`;
  let stack: LocalStack;
  let deployed: UpResult;
  let key: string;
  let arn: string;

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
    this.timeout(120_000);
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
    deployed = await stack.up({
      "homing-consumer:moverStack": `organization/homing/${bench().system().stack}`,
      "homing-consumer:cacheSeconds": "1",
    });
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
