import * as assert from "node:assert/strict";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { request as httpRequest } from "node:http";
import { startProxy } from "../../../local/proxy/proxy";
import { nameInArn } from "../../../local/proxy/secretCall";
import type { Proxy } from "../../../local/proxy/proxy";
import { account, refusal, region, root, startCloud } from "./cloud";
import type { Cloud } from "./cloud";

const prefix = `arn:aws:secretsmanager:${region}:${account}:secret:`;

describe("the name inside a full ARN", () => {
  it("is what stands before the six characters", () => {
    assert.equal(nameInArn(`${prefix}app/a-b-AbCdEf`, region, account), "app/a-b");
  });

  for (const [what, id] of [
    ["a name", "app/db"],
    ["a partial ARN", `${prefix}app`],
    ["another region's", `arn:aws:secretsmanager:eu-west-1:${account}:secret:app-AbCdEf`],
    ["another account's", `arn:aws:secretsmanager:${region}:999999999999:secret:app-AbCdEf`],
  ] as const) {
    it(`is not read out of ${what}`, () => {
      assert.equal(nameInArn(id, region, account), undefined);
    });
  }
});

describe("a secret called by its full ARN", function () {
  this.timeout(180_000);
  let cloud: Cloud;
  let watcher: Server;
  let proxy: Proxy;
  let seen: { target: string; secretId: unknown; root: boolean }[];

  /** A proxy whose way to the emulator is watched. */
  before(async () => {
    cloud = await startCloud();
    watcher = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        const target = String(incoming.headers["x-amz-target"]);
        const { SecretId } = (target.startsWith("secretsmanager") ? JSON.parse(body.toString()) : {}) as {
          SecretId?: unknown;
        };
        const root = (incoming.headers.authorization ?? "").includes(`Credential=${account}/`);
        seen.push({ target, secretId: SecretId, root });
        const { hostname, port } = new URL(cloud.emulatorAddress);
        const onward = { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.rawHeaders };
        const forward = httpRequest(onward, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
          answer.pipe(outgoing);
        });
        forward.end(body);
      });
    });
    await new Promise<void>((resolve) => watcher.listen(0, "127.0.0.1", resolve));
    const { port } = watcher.address() as AddressInfo;
    proxy = await startProxy({ emulator: `http://127.0.0.1:${port}`, account, region });
  });

  beforeEach(() => (seen = []));

  after(async () => {
    await proxy.stop();
    watcher.closeAllConnections();
    watcher.close();
    await cloud.stop();
  });

  const through = (credentials = root): SecretsManagerClient => cloud.secrets(credentials, region, proxy.endpoint);

  async function made(name: string): Promise<string> {
    const { ARN } = await cloud
      .secrets()
      .send(new CreateSecretCommand({ Name: name, SecretString: `value of ${name}` }));
    return ARN ?? "";
  }

  it("is read by name, in one call", async () => {
    const SecretId = await made("read");

    const { SecretString } = await through().send(new GetSecretValueCommand({ SecretId }));

    assert.equal(SecretString, "value of read");
    assert.deepEqual(
      seen.map(({ secretId }) => secretId),
      ["read"],
    );
  });

  it("is written by name after root saw the ARN there", async () => {
    const SecretId = await made("write");

    await through().send(new TagResourceCommand({ SecretId, Tags: [{ Key: "k", Value: "v" }] }));

    assert.deepEqual(
      seen.filter(({ target }) => target.startsWith("secretsmanager")),
      [
        { target: "secretsmanager.DescribeSecret", secretId: "write", root: true },
        { target: "secretsmanager.TagResource", secretId: "write", root: false },
      ],
    );
  });

  it("stays under the caller's own signature and permissions", async () => {
    const mine = await made("mine/a");
    const others = await made("others/a");
    const arn = await cloud.role("limited", [
      { Effect: "Allow", Action: "secretsmanager:*", Resource: `${prefix}mine/*` },
    ]);
    const limited = through(await cloud.session(arn, "run"));

    const { SecretString } = await limited.send(new GetSecretValueCommand({ SecretId: mine }));
    await limited.send(new PutSecretValueCommand({ SecretId: mine, SecretString: "more" }));
    await limited.send(new DeleteSecretCommand({ SecretId: mine, RecoveryWindowInDays: 7 }));
    const read = await refusal(limited.send(new GetSecretValueCommand({ SecretId: others })));
    const write = await refusal(limited.send(new PutSecretValueCommand({ SecretId: others, SecretString: "more" })));

    assert.equal(SecretString, "value of mine/a");
    assert.deepEqual([read.name, write.name], ["AccessDeniedException", "AccessDeniedException"]);
  });

  it("is not taken for another of the same name", async () => {
    const former = await made("again");
    await cloud.secrets().send(new DeleteSecretCommand({ SecretId: former, ForceDeleteWithoutRecovery: true }));
    const now = await made("again");

    const read = await refusal(through().send(new DescribeSecretCommand({ SecretId: former })));
    const write = await refusal(through().send(new PutSecretValueCommand({ SecretId: former, SecretString: "stray" })));

    assert.deepEqual([read.name, write.name], ["ResourceNotFoundException", "ResourceNotFoundException"]);
    const { SecretString } = await cloud.secrets().send(new GetSecretValueCommand({ SecretId: now }));
    assert.equal(SecretString, "value of again");
  });

  it("with a body that is not what was signed is refused", async () => {
    const body = JSON.stringify({ SecretId: "read" });
    const response = await fetch(proxy.endpoint, {
      method: "POST",
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0`,
        "x-amz-target": "secretsmanager.GetSecretValue",
        "x-amz-content-sha256": "0".repeat(64),
      },
      body,
    });

    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { __type: string }).__type, "InvalidSignatureException");
  });
});
