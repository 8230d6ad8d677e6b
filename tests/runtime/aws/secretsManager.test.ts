import { deepEqual, doesNotMatch, equal, ok, rejects } from "node:assert/strict";

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { makeSecretsManager } from "../../../runtime/aws/secretsManager";
import type { SourcePort } from "../../../runtime/model/ports";
import { isRetryableError } from "../../../runtime/shared/errors";
import { arnOf, region, versionIdOf } from "../../support/builders";

const arn = arnOf("app/db");
const v1 = versionIdOf(1);

interface Response {
  readonly status?: number;
  readonly body: unknown;
}
const failure = (name: string, message: string, status = 400): Response => ({
  status,
  body: { __type: name, Message: message, message },
});

/** The port over a client whose calls a fake answers instead of AWS. */
function portOver(response: Response): {
  readonly port: SourcePort;
  readonly calls: { action: string; input: unknown }[];
} {
  const calls: { action: string; input: unknown }[] = [];
  const client = new SecretsManagerClient({
    region,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
    requestHandler: {
      handle: ({ headers: sent, body: bytes }: { headers: Record<string, string>; body: Uint8Array }) => {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
        calls.push({ action: (sent["x-amz-target"] ?? "").split(".")[1] ?? "", input: JSON.parse(text) as unknown });
        const body = new Blob([JSON.stringify(response.body)]).stream();
        const headers = { "content-type": "application/x-amz-json-1.1" };
        return Promise.resolve({ response: { statusCode: response.status ?? 200, headers, body, reason: "" } });
      },
    } as never,
  });
  return { port: makeSecretsManager(client, region), calls };
}

const marked = failure(
  "InvalidRequestException",
  "You can't perform this operation on the secret because it was marked for deletion.",
);
const missing = failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
const denied = failure("AccessDeniedException", "User is not authorized to perform this");
const described = { ARN: arn, Name: "app/db", VersionIdsToStages: { [v1]: ["AWSCURRENT"] } };

describe("the port to Secrets Manager", () => {
  it("describes", async () => {
    const { port, calls } = portOver({ body: described });
    const found = await port.describe(arn, "describe");
    equal(found.is === "found" ? found.source.currentVersionId : "", v1);
    deepEqual(calls, [{ action: "DescribeSecret", input: { SecretId: arn } }]);
  });

  it("describes what the SDK does not know yet: an end of a replication between accounts", async () => {
    const body = { ...described, CrossAccountReplicas: [{ ARN: "arn:of:another" }], LaterField: 1 };
    const found = await portOver({ body }).port.describe(arn, "describe");
    deepEqual(found.is === "found" ? [found.source.crossAccount, found.source.currentVersionId] : found, [
      "primary",
      v1,
    ]);
    const without = await portOver({ body: described }).port.describe(arn, "describe");
    equal(without.is === "found" ? without.source.crossAccount : "", undefined);
  });

  it("reads exactly the version that it is asked for", async () => {
    const { port, calls } = portOver({ body: { ARN: arn, VersionId: v1, SecretString: '{"a":1.10}' } });
    deepEqual(await port.read(arn, v1), { is: "value", value: { type: "string", string: '{"a":1.10}' } });
    deepEqual(calls, [{ action: "GetSecretValue", input: { SecretId: arn, VersionId: v1 } }]);
  });

  it("reads bytes, an empty list of them too", async () => {
    for (const [base64, bytes] of [
      ["/wA=", [255, 0]],
      ["", []],
    ] as const) {
      const { port } = portOver({ body: { ARN: arn, VersionId: v1, SecretBinary: base64 } });
      const read = await port.read(arn, v1);
      deepEqual(read.is === "value" && read.value.type === "binary" ? [...read.value.bytes] : read, bytes);
    }
  });

  it("starts over when the answer is for another secret or version", async () => {
    deepEqual(await portOver({ body: { ARN: `${arn}x`, VersionId: v1, SecretString: "s" } }).port.read(arn, v1), {
      is: "stale",
    });
    deepEqual(await portOver({ body: { ARN: arn, VersionId: "other", SecretString: "s" } }).port.read(arn, v1), {
      is: "stale",
    });
  });

  it("takes an answer without a value for a retryable error, not for an empty one", async () => {
    await rejects(portOver({ body: { ARN: arn, VersionId: v1 } }).port.read(arn, v1), { code: "source-failing" });
    await rejects(portOver({ body: {} }).port.describe(arn, "describe"), { code: "source-failing" });
  });

  it("deletes with a window and never without one", async () => {
    const { port, calls } = portOver({ body: {} });
    deepEqual(await port.schedule(arn, 30), { is: "done" });
    deepEqual(calls, [{ action: "DeleteSecret", input: { SecretId: arn, RecoveryWindowInDays: 30 } }]);
  });

  it("calls no more than what its functions say", async () => {
    const { port, calls } = portOver({ body: {} });
    await port.tag(arn, "v/t");
    await port.restore(arn);
    await port.removeReplicas(arn, ["us-east-1"]);
    await port.replicate(arn, [{ region: "us-east-1" }, { region: "us-west-2", keyId: "k" }]);
    deepEqual(calls, [
      { action: "TagResource", input: { SecretId: arn, Tags: [{ Key: "vault-mover", Value: "v/t" }] } },
      { action: "RestoreSecret", input: { SecretId: arn } },
      { action: "RemoveRegionsFromReplication", input: { SecretId: arn, RemoveReplicaRegions: ["us-east-1"] } },
      {
        action: "ReplicateSecretToRegions",
        input: { SecretId: arn, AddReplicaRegions: [{ Region: "us-east-1" }, { Region: "us-west-2", KmsKeyId: "k" }] },
      },
    ]);
  });

  const changes: readonly (readonly [string, (port: SourcePort) => Promise<unknown>])[] = [
    ["tag", (port) => port.tag(arn, "x")],
    ["schedule", (port) => port.schedule(arn, 30)],
    ["restore", (port) => port.restore(arn)],
    ["removeReplicas", (port) => port.removeReplicas(arn, ["r"])],
    ["replicate", (port) => port.replicate(arn, [{ region: "r" }])],
  ];
  for (const [name, run] of changes) {
    it(`starts over when ${name} finds the secret gone or marked for deletion`, async () => {
      deepEqual(await run(portOver(missing).port), { is: "stale" });
      deepEqual(await run(portOver(marked).port), { is: "stale" });
    });

    it(`refuses when ${name} is denied`, async () => {
      deepEqual(await run(portOver(denied).port), { is: "refused", outcome: "refused", reason: "access-denied" });
    });
  }

  it("knows a delete that is refused because of replicas", async () => {
    const response = failure(
      "InvalidParameterException",
      "You can't delete secret x that still has replica regions [r].",
    );
    deepEqual(await portOver(response).port.schedule(arn, 30), { is: "has-replicas" });
  });

  it("has restored what was not scheduled", async () => {
    const response = failure("InvalidRequestException", "The secret isn't scheduled.");
    deepEqual(await portOver(response).port.restore(arn), { is: "done" });
    deepEqual(await portOver(response).port.tag(arn, "x"), { is: "stale" });
  });

  it("finds nothing by a name that is not there or can't be", async () => {
    deepEqual(await portOver(missing).port.describe("x", "resolve"), { is: "absent" });
    deepEqual(await portOver(failure("ValidationException", "Invalid name.")).port.describe("a b", "resolve"), {
      is: "absent",
    });
  });

  it("asks the resource policy for services", async () => {
    const policy = JSON.stringify({ Statement: { Effect: "Allow", Principal: { Service: "x" } } });
    deepEqual(await portOver({ body: { ResourcePolicy: policy } }).port.isReadByService(arn), {
      is: "known",
      read: true,
    });
    deepEqual(await portOver({ body: {} }).port.isReadByService(arn), { is: "known", read: false });
    deepEqual(await portOver(marked).port.isReadByService(arn), { is: "known", read: false });
    deepEqual(await portOver(denied).port.isReadByService(arn), {
      is: "refused",
      outcome: "refused",
      reason: "access-denied",
    });
  });

  it("lets no text of AWS through", async () => {
    for (const response of [
      failure("InternalServiceError", "hunter2", 500),
      failure("ThrottlingException", "hunter2"),
    ]) {
      await rejects(portOver(response).port.read(arn, v1), (error: unknown) => {
        ok(isRetryableError(error));
        doesNotMatch(`${error.message}${error.stack ?? ""}${JSON.stringify(error)}`, /hunter2/);
        return true;
      });
    }
  });
});
