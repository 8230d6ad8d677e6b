import * as assert from "node:assert/strict";

import { DeleteSecretCommand, DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { refuseLateDeletes } from "../../cli/lateDelete";
import { makeSecretsManager } from "../../runtime/aws/secretsManager";
import { arnOf, region, startTime } from "../support/builders";

describe("a call that got no answer", () => {
  /** A client whose requests get no answer, and a clock that goes on by so much at each. */
  function clientThatSleeps(ms: number) {
    let [time, sent] = [startTime, 0];
    const client = new SecretsManagerClient({
      region,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 3,
      requestHandler: {
        handle: () => {
          sent += 1;
          time += ms;
          return Promise.reject(Object.assign(new Error("x"), { name: "TimeoutError", code: "ECONNRESET" }));
        },
      },
    });
    refuseLateDeletes(client, () => time);
    return { client, sent: () => sent };
  }
  const SecretId = arnOf("app/db");
  const remove = new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 });

  it("is sent again when it is a delete only while it is young", async () => {
    const [awake, asleep] = [clientThatSleeps(1_000), clientThatSleeps(8 * 60 * 60_000)];

    await assert.rejects(awake.client.send(remove));
    await assert.rejects(asleep.client.send(remove));

    assert.deepEqual([awake.sent(), asleep.sent()], [3, 1]);
  });

  it("is sent again when it changes nothing", async () => {
    const { client, sent } = clientThatSleeps(8 * 60 * 60_000);

    await assert.rejects(client.send(new DescribeSecretCommand({ SecretId })));

    assert.equal(sent(), 3);
  });

  it("leaves a late delete open: nobody knows whether the first one was heard", async () => {
    const { client } = clientThatSleeps(8 * 60 * 60_000);

    await assert.rejects(makeSecretsManager(client, region).schedule(SecretId, 7), {
      code: "source-unreachable",
      step: "delete",
    });
  });
});
