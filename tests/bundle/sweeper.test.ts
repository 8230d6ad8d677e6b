import * as assert from "node:assert/strict";
import { dirname } from "node:path";

import { region } from "../support/mocks";
import { deploy, lambdaNode, startContainer } from "./support/container";
import type { Container, Deployment } from "./support/container";
import { startFakeSweepAws, throttled } from "./support/fakeSweepAws";
import type { FakeSweepAws } from "./support/fakeSweepAws";
import { planted, shippedFunction } from "./support/shipped";
import type { Shipped } from "./support/shipped";

const checkout = dirname(dirname(__dirname));

/** No client for Vault, no login, no parser of values. */
const packages = [
  "@aws-lambda-powertools/commons",
  "@aws-lambda-powertools/logger",
  "@aws-lambda-powertools/metrics",
  "@aws-sdk/client-secrets-manager",
  "@aws-sdk/client-sqs",
  "@aws-sdk/core",
  "@aws-sdk/credential-provider-env",
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/middleware-sdk-sqs",
  "@aws-sdk/xml-builder",
  "@aws/lambda-invoke-store",
  "@smithy/core",
  "@smithy/credential-provider-imds",
  "@smithy/fetch-http-handler",
  "@smithy/node-http-handler",
  "@smithy/signature-v4",
  "@smithy/types",
];

describe("the shipped sweeper", function () {
  this.timeout(180_000);
  let shipped: Shipped;
  let deployment: Deployment;
  let aws: FakeSweepAws;
  const started: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(300_000);
    shipped = await shippedFunction(planted, "sweeper");
    deployment = deploy(shipped);
  });
  after(() => {
    deployment.remove();
  });
  afterEach(async () => {
    for (const stop of started.splice(0).reverse()) await stop();
  });

  async function start(secrets: number, changes: Readonly<Record<string, string>> = {}): Promise<Container> {
    aws = await startFakeSweepAws(secrets);
    started.push(aws.stop);
    const container = await startContainer({
      node: await lambdaNode(),
      directory: deployment.directory,
      memory: shipped.memory,
      env: {
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "secret-access-key-of-the-role",
        AWS_SESSION_TOKEN: "session-token-of-the-role",
        ...shipped.environment,
        AWS_ENDPOINT_URL: aws.address,
        HOMING_QUEUE_URL: aws.queueUrl,
        ...changes,
      },
    });
    started.push(container.stop);
    return container;
  }

  it("holds what it needs and nothing else: no package of the deployment, none of Vault's, no path", () => {
    assert.deepEqual(shipped.files, ["__index.js", ...packages.map((name) => `node_modules/${name}`)].sort());
    for (const absent of ["@pulumi", checkout, "typescript", "node-vault", "GetSecretValue", "DeleteSecret"]) {
      assert.ok(!shipped.text.includes(absent), `${absent} is in the text`);
    }
    assert.equal(shipped.isSecret, false);
    assert.equal(shipped.handler, "__index.handler");
    assert.ok(!/planted/i.test(shipped.text));
    assert.equal("HOMING_VAULT_ADDRESS" in shipped.environment, false);
  });

  it("puts every secret on the queue once, and counts itself", async () => {
    const container = await start(1_234);

    const answered = await container.invoke({ sweep: "all" });

    assert.deepEqual(answered.is === "answered" && answered.answer, {
      sweep: "all",
      pages: 13,
      listed: 1_234,
      sent: 1_234,
      unwatched: { secrets: 0, ending: 0 },
    });
    assert.deepEqual([aws.queued.size, new Set(aws.queued.values())], [1_234, new Set([1])]);
    await container.stop();
    const metrics = container
      .output()
      .split("\n")
      .filter((line) => line.includes('"_aws"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      metrics.map((line) => [line["service"], line["sweep"], line["sweep:all"], line["sweep-secrets"]]),
      [["homing-test-eu-west-1", 1, 1, 1_234]],
    );
  });

  it("gets over throttling of both services", async () => {
    const container = await start(250);
    const refusals = { ListSecrets: 2, SendMessageBatch: 2 };
    aws.instead = (action) => {
      const known = action as keyof typeof refusals;
      refusals[known] -= 1;
      return refusals[known] >= 0 ? throttled() : undefined;
    };

    const answered = await container.invoke({ sweep: "recent" });

    assert.equal(answered.is, "answered", container.output());
    assert.equal(aws.queued.size, 250);
  });

  it("fails with one line, and counts nothing, when it may not list", async () => {
    const container = await start(10);
    aws.instead = () => ({ ...throttled(), body: '{"__type":"AccessDeniedException","message":"arn of somebody"}' });

    const failed = await container.invoke({ sweep: "all" });

    assert.deepEqual(failed, {
      is: "failed",
      error: {
        isError: true,
        name: "Error",
        message:
          "The sweep stopped at ListSecrets: AccessDeniedException. What it did not send is left to the next one.",
        hasStack: true,
      },
    });
    await container.stop();
    assert.doesNotMatch(container.output(), /_aws/);
  });

  it("fails before its time is over", async () => {
    const container = await start(10);

    const failed = await container.invoke({ sweep: "all" }, 20_000);

    assert.match(failed.is === "failed" ? failed.error.message : "", /ran out of time after 0 pages/);
    assert.equal(aws.lists.length, 0);
  });

  it("says in one error which environment variables are missing", async () => {
    const container = await start(0, { HOMING_QUEUE_URL: "", HOMING_SWEEP_SHARE: "" });

    assert.match(
      container.loaded.is === "failed" ? container.loaded.error.message : "",
      /^The sweeper can't start: missing environment variables: HOMING_SWEEP_SHARE, HOMING_QUEUE_URL\./,
    );
  });
});
