import * as assert from "node:assert/strict";

import type { SQSRecord } from "aws-lambda";

import { webIdentityToken } from "./support/fakeAws";
import { leaks } from "./support/leaks";
import { about, batch, message, openStage, theFunction } from "./support/stage";
import type { Stage } from "./support/stage";

/** Holds what each way of writing a text down treats in its own manner. */
const canary = 'canary-7Q "quoted" \\ back/slash ü€ <&>? +=%~ 3f';
const fields = JSON.stringify({ user: "app", password: canary });

describe("the shipped function's output", function () {
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

  interface Talkers {
    /** Gives a batch to every container and waits for all answers. */
    readonly work: (...records: readonly SQSRecord[]) => Promise<void>;
    /** All that they printed; they are over then. */
    readonly output: () => Promise<string>;
  }

  /** Containers with all output there is switched on: the logger's, that of the libraries, and both logins. */
  async function talkers(): Promise<Talkers> {
    const logger = { POWERTOOLS_LOG_LEVEL: "DEBUG" };
    const all = { ...logger, DEBUG: "*", POWERTOOLS_LOGGER_LOG_EVENT: "true", POWERTOOLS_DEV: "true" };
    const containers = await Promise.all([
      stage.start(logger),
      stage.start(all),
      stage.start({ ...all, HOMING_LOGIN: "jwt" }),
    ]);
    return {
      work: async (...records) => {
        for (const container of containers) await container.invoke(batch(...records));
      },
      output: async () => {
        await Promise.all(containers.map((container) => container.stop()));
        return containers.map((container) => container.output()).join("\n");
      },
    };
  }

  const secrets = (): readonly string[] => [
    canary,
    fields,
    webIdentityToken,
    ...stage.vault.tokens,
    stage.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    stage.environment["AWS_SESSION_TOKEN"] ?? "",
  ];
  const leaked = (output: string): unknown => secrets().map((secret) => leaks(output, secret));
  const none = (): unknown => secrets().map(() => []);

  it("is searched by a test that finds a value in every form", () => {
    const said = [
      canary,
      Buffer.from(`{"password":"${canary}"}`).toString("base64"),
      Buffer.from(`{"password":"${canary}"}`).toString("base64url"),
      Buffer.from(canary).toString("hex").toUpperCase(),
      encodeURIComponent(canary),
      JSON.stringify(JSON.stringify(canary)),
    ];
    assert.deepEqual(
      said.map((output) => leaks(`before ${output} after`, canary).length > 0),
      said.map(() => true),
    );
    assert.deepEqual(leaks("canary-7Q and nothing more", canary), []);
  });

  it("holds no value, token or credential after moves", async () => {
    const secrets = ["fields", "text"].map((name, index) => stage.aws.put(name, index === 0 ? fields : canary));
    const { work, output } = await talkers();

    await work(...secrets.map(({ name, arn }) => about(name, arn)));

    const printed = await output();
    assert.match(printed, /"outcome":\s*"moved"/);
    assert.deepEqual(leaked(printed), none());
  });

  it("holds no value when Vault quotes it in an error", async () => {
    const secret = stage.aws.put("quoted", fields);
    const { work, output } = await talkers();

    for (const status of [400, 403, 500]) {
      stage.vault.instead = ({ method, path, body }) =>
        method === "POST" && path.endsWith("/quoted")
          ? { status, body: JSON.stringify({ errors: [`cannot store ${body}`, canary] }) }
          : undefined;
      await work(about("1", secret.arn));
    }

    const printed = await output();
    assert.match(printed, /vault-failing/);
    assert.deepEqual(leaked(printed), none());
  });

  it("holds no value when Vault's answer can't be parsed", async () => {
    const secret = stage.aws.put("cut", fields);
    const { work, output } = await talkers();

    for (const api of ["/data/", "/metadata/"]) {
      for (const body of [`{"data":{"data":${fields}`, `{"data":{"data":{"x":${canary}}}}`, fields, canary]) {
        stage.vault.instead = ({ method, path }) =>
          method === "GET" && path.includes(api) && path.endsWith("/cut") ? { status: 200, body } : undefined;
        await work(about("1", secret.arn));
      }
    }

    const printed = await output();
    assert.match(printed, /vault-answer-unreadable/);
    assert.deepEqual(leaked(printed), none());
  });

  it("holds no value when Secrets Manager's answer is garbled or quotes it", async () => {
    const secret = stage.aws.put("garbled", fields);
    const { work, output } = await talkers();

    for (const answer of [
      { status: 200, body: `{"SecretString":${JSON.stringify(canary)}` },
      { status: 200, body: canary },
      { status: 400, body: JSON.stringify({ __type: "InvalidRequestException", message: `no: ${canary}` }) },
      { status: 400, body: canary },
    ]) {
      stage.aws.instead = ({ action }) => (action === "GetSecretValue" ? answer : undefined);
      await work(about("1", secret.arn));
    }

    const printed = await output();
    assert.match(printed, /source-/);
    assert.deepEqual(leaked(printed), none());
  });

  it("holds nothing of a message that can't be read, even when it can't be put away", async () => {
    stage.aws.instead = ({ action, input }) =>
      action === "SendMessage"
        ? {
            status: 400,
            body: JSON.stringify({ __type: "InvalidMessageContents", message: String(input["MessageBody"]) }),
          }
        : undefined;
    const { work, output } = await talkers();

    await work(message("1", canary), message("2", JSON.stringify({ secretId: 7, note: canary })));

    const printed = await output();
    assert.match(printed, /message-1/);
    assert.deepEqual(leaked(printed), none());
  });
});
