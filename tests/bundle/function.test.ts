import * as assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import type { SQSRecord } from "aws-lambda";

import type { Container, Invoked } from "./support/container";
import { webIdentityToken } from "./support/fakeAws";
import { serve } from "./support/server";
import { about, batch, message, openStage, theFunction } from "./support/stage";
import type { Stage } from "./support/stage";

const secretText = '{"user":"app","password":"correct horse"}';

const failures = (...ids: readonly string[]): unknown => ({
  batchItemFailures: ids.map((id) => ({ itemIdentifier: `message-${id}` })),
});

/** The handler's answer; fails with what the container said when it threw. */
function answerOf(invoked: Invoked, container: Container): unknown {
  if (invoked.is === "failed") assert.fail(`the handler threw ${invoked.error.message}\n${container.output()}`);
  return invoked.answer;
}

describe("the shipped function", function () {
  this.timeout(180_000);
  let stage: Stage;
  before(async function () {
    this.timeout(300_000);
    await theFunction();
  });
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(async () => {
    await stage.close();
  });

  async function invoke(container: Container, ...records: readonly SQSRecord[]): Promise<unknown> {
    return answerOf(await container.invoke(batch(...records)), container);
  }

  /** All that a container printed; it is over then. */
  async function printedBy(container: Container): Promise<string> {
    await container.stop();
    return container.output();
  }

  /** The logged lines that tell an outcome. */
  async function outcomesOf(container: Container): Promise<readonly Record<string, unknown>[]> {
    const lines = (await printedBy(container)).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => "outcome" in line);
  }

  /** Home of a secret, in the fake's store. */
  const homeOf = (name: string) => {
    const { HOMING_HOME_PREFIX: prefix, HOMING_ACCOUNT: account, HOMING_REGION: region } = stage.environment;
    return stage.vault.homes.entries[`${prefix}/${account}/${region}/${name}`];
  };

  it("moves a secret: in Vault, labelled, tagged, scheduled with the window of the settings", async () => {
    const secret = stage.aws.put("app/db", secretText);
    const container = await stage.start();

    const answer = await invoke(container, about("1", secret.arn));

    assert.deepEqual(answer, failures());
    assert.deepEqual(JSON.parse(homeOf("app/db")?.versions[1]?.data ?? ""), JSON.parse(secretText));
    assert.equal(homeOf("app/db")?.labels["v1"], `1;${secret.arn.slice(-6)};fields;${secret.versionId}`);
    assert.match(
      homeOf("app/db")?.labels["deleted"] ?? "",
      new RegExp(`^1;${secret.arn.slice(-6)};${secret.versionId};20`),
    );
    const [{ Key, Value } = { Key: "", Value: "" }, ...more] = secret.tags;
    assert.deepEqual([Key, more], ["vault-mover", []]);
    const owner = stage.environment["HOMING_ENTITY_ID"]?.slice(0, 8) ?? "";
    const proven = `d/${secret.arn.slice(-6)}/${secret.versionId}/1`;
    assert.match(Value, new RegExp(`^1/${owner}/[0-9a-f]{8}/${proven}/[0-9a-z]+/[0-9a-z]+/13$`));
    assert.deepEqual(stage.aws.inputsOf("DeleteSecret"), [{ SecretId: secret.arn, RecoveryWindowInDays: 13 }]);
    assert.deepEqual(
      (await outcomesOf(container)).map(({ outcome, reason }) => ({ outcome, reason })),
      [{ outcome: "moved", reason: "proven" }],
    );
  });

  it("keeps what Vault would change as exact text", async () => {
    const odd = '{"n":1e2,"big":12345678901234567890,"nested":{"b":[1,2,{"ü":"\\u00e9\\n"}]}}';
    const secret = stage.aws.put("app/odd", odd);
    const container = await stage.start();

    await invoke(container, about("1", secret.arn));

    assert.equal(homeOf("app/odd")?.versions[1]?.data, JSON.stringify({ value: odd }));
    assert.notEqual(secret.deletedDate, undefined);
  });

  it("keeps binary as base64, encoded once", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const secret = stage.aws.put("app/key", bytes);
    const container = await stage.start();

    await invoke(container, about("1", secret.arn));

    assert.deepEqual(JSON.parse(homeOf("app/key")?.versions[1]?.data ?? ""), {
      value_base64: Buffer.from(bytes).toString("base64"),
    });
    assert.notEqual(secret.deletedDate, undefined);
  });

  it("refuses what Vault starts from, by its name and by its value, and writes neither", async () => {
    const value = `hvs.${"aB3".repeat(9)}`;
    const [named, told] = [stage.aws.put("prod/vault-unseal-keys", "x"), stage.aws.put("app/x", value)];
    const container = await stage.start();

    await invoke(container, about("1", named.arn), about("2", told.arn));

    assert.deepEqual([homeOf("prod/vault-unseal-keys"), homeOf("app/x")], [undefined, undefined]);
    assert.deepEqual([named.deletedDate, told.deletedDate], [undefined, undefined]);
    const outcomes = await outcomesOf(container);
    assert.deepEqual(outcomes.map(({ reason, looksLike }) => `${String(reason)}: ${String(looksLike)}`).sort(), [
      "vault-own: a token for Vault",
      "vault-own: unseal or recovery keys",
    ]);
    assert.ok(!container.output().includes(value), "the log holds the value");
  });

  describe("login", () => {
    it("signs for Vault with the server id, once for two invocations", async () => {
      const [one, two] = [stage.aws.put("a", secretText), stage.aws.put("b", secretText)];
      const container = await stage.start();

      await invoke(container, about("1", one.arn));
      await invoke(container, about("2", two.arn));

      const [login, ...more] = stage.vault.logins();
      assert.deepEqual(more, []);
      assert.equal(login?.["role"], stage.environment["HOMING_LOGIN_ROLE"]);
      const decoded = (field: string): string => Buffer.from(login?.[field] ?? "", "base64").toString("utf8");
      assert.equal(decoded("iam_request_url"), `https://sts.${stage.environment["HOMING_REGION"]}.amazonaws.com/`);
      assert.equal(decoded("iam_request_body"), "Action=GetCallerIdentity&Version=2011-06-15");
      const headers = JSON.parse(decoded("iam_request_headers")) as Record<string, string>;
      assert.equal(headers["x-vault-aws-iam-server-id"], stage.environment["HOMING_SERVER_ID"]);
      assert.match(headers["authorization"] ?? "", /SignedHeaders=[^,]*x-vault-aws-iam-server-id/);
      assert.equal(headers["x-amz-security-token"], stage.environment["AWS_SESSION_TOKEN"]);
      assert.equal(stage.vault.calls[0]?.headers["x-vault-namespace"], stage.environment["HOMING_VAULT_NAMESPACE"]);
      assert.deepEqual(
        [one, two].map(({ deletedDate }) => deletedDate !== undefined),
        [true, true],
      );
    });

    it("fetches one web identity token for two invocations", async () => {
      const [one, two] = [stage.aws.put("a", secretText), stage.aws.put("b", secretText)];
      const container = await stage.start({ HOMING_LOGIN: "jwt", HOMING_AUDIENCE: "https://vault.example.com" });

      await invoke(container, about("1", one.arn));
      await invoke(container, about("2", two.arn));

      assert.deepEqual(stage.vault.logins(), [{ role: stage.environment["HOMING_LOGIN_ROLE"], jwt: webIdentityToken }]);
      const asked = stage.aws.inputsOf("GetWebIdentityToken");
      assert.deepEqual(
        asked.map((input) => [input["Audience.member.1"], input["SigningAlgorithm"]]),
        [["https://vault.example.com", "ES384"]],
      );
      assert.deepEqual(
        [one, two].map(({ deletedDate }) => deletedDate !== undefined),
        [true, true],
      );
    });

    it("is repeated when the token's time is over", async () => {
      stage.vault.leaseSeconds = 1;
      const [one, two] = [stage.aws.put("a", secretText), stage.aws.put("b", secretText)];
      const container = await stage.start();

      await invoke(container, about("1", one.arn));
      await sleep(1_000);
      await invoke(container, about("2", two.arn));

      assert.ok(stage.vault.logins().length >= 2);
      const last = stage.vault.calls.at(-1)?.headers["x-vault-token"];
      assert.equal(last, stage.vault.tokens.at(-1));
      assert.notEqual(two.deletedDate, undefined);
    });

    it("is repeated once when Vault denies a token that should still be good", async () => {
      const [one, two] = [stage.aws.put("a", secretText), stage.aws.put("b", secretText)];
      const container = await stage.start();

      await invoke(container, about("1", one.arn));
      stage.vault.revokeAll();
      const answer = await invoke(container, about("2", two.arn));

      assert.deepEqual(answer, failures());
      assert.equal(stage.vault.logins().length, 2);
    });
  });

  it("says in one error which environment variables are missing, and that it is an error", async () => {
    const container = await stage.start({
      HOMING_VAULT_ADDRESS: undefined,
      HOMING_MOUNT: undefined,
      HOMING_RECOVERY_WINDOW_DAYS: "soon",
    });

    assert.deepEqual(container.loaded, {
      is: "failed",
      error: {
        isError: true,
        name: "Error",
        message:
          "The mover can't start: missing environment variables: HOMING_VAULT_ADDRESS, HOMING_MOUNT; " +
          "HOMING_RECOVERY_WINDOW_DAYS is not a number. Deploy the stack again with pulumi up.",
        hasStack: true,
      },
    });
  });

  describe("a batch", () => {
    it("puts an unreadable message on the dead-letter queue, reports it by its id and goes on", async () => {
      const secret = stage.aws.put("a", secretText);
      const container = await stage.start();

      const answer = await invoke(container, message("bad", "not JSON: hunter2"), about("good", secret.arn));

      assert.deepEqual(answer, failures());
      assert.deepEqual(
        stage.aws.inputsOf("SendMessage").map(({ QueueUrl, MessageBody }) => ({ QueueUrl, MessageBody })),
        [{ QueueUrl: stage.aws.deadLetterQueueUrl, MessageBody: "not JSON: hunter2" }],
      );
      const printed = await printedBy(container);
      assert.match(printed, /message-bad/);
      assert.doesNotMatch(printed, /hunter2/);
      assert.notEqual(secret.deletedDate, undefined);
    });

    it("fails only the message whose way is broken, which rests longer with every receive", async () => {
      const [broken, whole] = [stage.aws.put("broken", secretText), stage.aws.put("whole", secretText)];
      stage.vault.instead = ({ path }) =>
        path.endsWith("/broken") ? { status: 503, body: '{"errors":["Vault is sealed"]}' } : undefined;
      const container = await stage.start();

      const answers = [
        await invoke(container, about("1", broken.arn, 1), about("2", whole.arn)),
        await invoke(container, about("1", broken.arn, 4)),
        await invoke(container, about("1", broken.arn, 60)),
      ];

      assert.deepEqual(answers, [failures("1"), failures("1"), failures("1")]);
      const rests = stage.aws.inputsOf("ChangeMessageVisibility");
      assert.deepEqual(
        rests.map(({ QueueUrl, ReceiptHandle }) => ({ QueueUrl, ReceiptHandle })),
        rests.map(() => ({ QueueUrl: stage.aws.queueUrl, ReceiptHandle: "receipt-1" })),
      );
      const seconds = rests.map(({ VisibilityTimeout }) => Number(VisibilityTimeout));
      const ranges = [
        [2.5, 5],
        [20, 40],
        [450, 900],
      ] as const;
      assert.equal(seconds.length, ranges.length);
      for (const [index, [least, most]] of ranges.entries()) {
        const rest = seconds[index] ?? 0;
        assert.ok(rest >= least && rest <= most, `rest ${rest} of receive ${index} is not within ${least} and ${most}`);
      }
      assert.match(await printedBy(container), /"code":"vault-sealed"/);
      assert.equal(broken.deletedDate, undefined);
      assert.notEqual(whole.deletedDate, undefined);
    });

    it("runs once for a secret that it names twice", async () => {
      const [once, twice] = [stage.aws.put("once", secretText), stage.aws.put("twice", secretText)];
      const container = await stage.start();

      await invoke(container, about("1", once.arn), about("2", twice.arn), about("3", twice.arn));

      const calls = (arn: string): string[] =>
        stage.aws.calls.filter(({ input }) => input["SecretId"] === arn).map(({ action }) => action);
      assert.deepEqual(calls(twice.arn), calls(once.arn));
      assert.equal((await outcomesOf(container)).length, 2);
    });

    it("does not follow a redirect of Vault, which would lead to another path or server", async () => {
      const strangers: string[] = [];
      const stranger = await serve(({ path }) => {
        strangers.push(path);
        return { status: 200, body: "{}" };
      });
      try {
        const secret = stage.aws.put("a", secretText);
        stage.vault.instead = ({ path }) =>
          path.includes("/data/") && path.endsWith("/a")
            ? { status: 307, headers: { location: `${stranger.address}${path}` }, body: "" }
            : undefined;
        const container = await stage.start();

        const answer = await invoke(container, about("1", secret.arn));

        assert.deepEqual(answer, failures("1"));
        assert.deepEqual(strangers, []);
        assert.equal(secret.deletedDate, undefined);
        assert.match(await printedBy(container), /"code":"vault-redirected"/);
      } finally {
        await stranger.stop();
      }
    });
  });
});
