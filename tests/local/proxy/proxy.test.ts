import * as assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { CreateSecretCommand, ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { SQSClient, CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { startProxy } from "../../../local/proxy/proxy";
import { startVault } from "../../../local/vaultServer";
import { account, refusal, region, root, startCloud } from "./cloud";
import type { Cloud, Credentials } from "./cloud";

const serverId = "vault.example.test";

/** The login data of Vault's AWS auth method: a signed GetCallerIdentity that nobody has sent yet. */
function vaultLogin(credentials: Credentials, endpoint: string): object {
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const date = `${new Date().toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`;
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const headers: readonly (readonly [string, string])[] = [
    ["content-type", "application/x-www-form-urlencoded"],
    ["host", new URL(endpoint).host],
    ["x-amz-date", date],
    ["x-amz-security-token", credentials.sessionToken ?? ""],
    ["x-vault-aws-iam-server-id", serverId],
  ];
  const names = headers.map(([name]) => name).join(";");
  const canonical = [
    "POST",
    "/",
    "",
    ...headers.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    hash(body),
  ].join("\n");
  const key = [date.slice(0, 8), region, "sts", "aws4_request"].reduce<Buffer>(
    (parent, text) => createHmac("sha256", parent).update(text).digest(),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const text = ["AWS4-HMAC-SHA256", date, scope, hash(canonical)].join("\n");
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const Authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const base64 = (plain: string): string => Buffer.from(plain).toString("base64");
  return {
    iam_http_request_method: "POST",
    iam_request_url: base64(`${endpoint}/`),
    iam_request_body: base64(body),
    iam_request_headers: base64(JSON.stringify({ ...Object.fromEntries(headers), Authorization })),
  };
}

describe("the proxy before the emulator", function () {
  this.timeout(300_000);
  let cloud: Cloud;

  before(async () => (cloud = await startCloud()));
  after(() => cloud.stop());

  it("passes other services through, signatures and all", async () => {
    const arn = await cloud.role("sender", [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }]);
    const credentials = await cloud.session(arn, "s");
    const sqs = new SQSClient({ region, endpoint: cloud.proxy.endpoint, credentials, maxAttempts: 1 });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "plain" }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));

    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));

    assert.equal(Messages?.[0]?.Body, "hello");
    sqs.destroy();
  });

  it("streams large bodies through unchanged", async () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`;
    const call = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${cloud.proxy.endpoint}${path}`, { ...init, headers: { authorization } });
    const bytes = randomBytes(20 * 1024 * 1024);
    await call("/bucket", { method: "PUT" });
    await call("/bucket/file", { method: "PUT", body: bytes });

    const answer = Buffer.from(await (await call("/bucket/file")).arrayBuffer());

    assert.ok(answer.equals(bytes));
  });

  it("tells who calls", async () => {
    const arn = await cloud.role("caller", []);
    const identity = await cloud.sts(await cloud.session(arn, "me")).send(new GetCallerIdentityCommand({}));

    assert.equal(identity.Arn, `arn:aws:sts::${account}:assumed-role/caller/me`);
  });

  it("serves two regions apart", async () => {
    await cloud.secrets().send(new CreateSecretCommand({ Name: "here", SecretString: "x" }));
    const list = async (where: string): Promise<(string | undefined)[]> =>
      ((await cloud.secrets(root, where).send(new ListSecretsCommand({}))).SecretList ?? []).map(({ Name }) => Name);

    assert.deepEqual([await list(region), await list("eu-west-1")], [["here"], []]);
  });

  it("leaves a wrong signature and an unknown key to the emulator", async () => {
    const arn = await cloud.role("any", [{ Effect: "Allow", Action: "*", Resource: "*" }]);
    const wrong = { ...(await cloud.session(arn, "s")), secretAccessKey: "wrong" };
    const unknown = { accessKeyId: "AKIAUNKNOWN000000000", secretAccessKey: "wrong" };
    const list = (credentials: Credentials) => refusal(cloud.secrets(credentials).send(new ListSecretsCommand({})));

    assert.equal((await list(wrong)).name, "InvalidSignatureException");
    assert.equal((await list(unknown)).name, "UnrecognizedClientException");
  });

  it("says nothing of the request when the emulator is gone", async () => {
    const reports: string[] = [];
    const report = (line: string): void => void reports.push(line);
    // Port 1 is never listened on.
    const alone = await startProxy({ emulator: "http://127.0.0.1:1", account, region, report });
    try {
      const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0`;
      const headers = { authorization, "x-amz-target": "secretsmanager.CreateSecret" };
      const body = JSON.stringify({ Name: "a", SecretString: "planted" });

      const answer = await fetch(alone.endpoint, { method: "POST", headers, body });

      assert.equal(answer.status, 500);
      assert.ok(!`${await answer.text()}${reports.join()}`.includes("planted"));
      assert.equal(reports.length, 1);
    } finally {
      await alone.stop();
    }
  });

  it("verifies the logins of Vault's AWS auth method", async () => {
    const vault = await startVault({ tools: cloud.tools, directory: join(cloud.directory, "v") });
    try {
      const call = async (path: string, body: object): Promise<{ status: number; text: string }> => {
        const headers = { "X-Vault-Token": vault.token };
        const answer = await fetch(`${vault.address}/v1/${path}`, {
          method: "POST",
          headers,
          body: JSON.stringify(body),
        });
        return { status: answer.status, text: await answer.text() };
      };
      const bound = await cloud.role("bound", []);
      const other = await cloud.role("not-bound", []);
      await call("sys/auth/aws", { type: "aws" });
      const configured = await call("auth/aws/config/client", {
        sts_endpoint: cloud.proxy.endpoint,
        sts_region: region,
        iam_server_id_header_value: serverId,
      });
      assert.ok(configured.status < 300, configured.text);
      const role = await call("auth/aws/role/mover", {
        auth_type: "iam",
        bound_iam_principal_arn: [bound.replace("/team/", "/")],
        resolve_aws_unique_ids: false,
      });
      assert.ok(role.status < 300, role.text);
      const login = async (roleArn: string) => {
        const data = vaultLogin(await cloud.session(roleArn, "s"), cloud.proxy.endpoint);
        return call("auth/aws/login", { role: "mover", ...data });
      };

      const accepted = await login(bound);
      const refused = await login(other);

      assert.equal(accepted.status, 200, accepted.text);
      assert.equal(refused.status, 400);
      assert.match(refused.text, /does not belong to the role/);
    } finally {
      await vault.stop();
    }
  });
});
