import * as assert from "node:assert/strict";
import { PassThrough } from "node:stream";

import { DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";

import { Failure } from "../../cli/failure";
import { makeScreen } from "../../cli/screen";
import { openSession } from "../../cli/session";
import type { Session } from "../../cli/session";
import { arnOf, moverSettings } from "../support/builders";
import { environmentAt, functionName, listenAsAws } from "./support/fakeFunction";
import type { Listener } from "./support/fakeFunction";

describe("a session of the command line", () => {
  const before = { ...process.env };
  let aws: Listener;
  let settings = moverSettings();
  beforeEach(async () => {
    settings = moverSettings();
    aws = await listenAsAws(() => settings);
    Object.assign(process.env, environmentAt(aws), { VAULT_TOKEN: "hvs.test" });
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    aws.close();
  });

  const open = (): Promise<Session> => {
    const streams = { out: new PassThrough(), err: new PassThrough() };
    const options = { function: functionName, vaultAddress: "https://vault-from-here.example.com" };
    return openSession(options, makeScreen(false, streams), streams, () => false);
  };

  it("has the function's settings and time, and Vault's address as this machine reaches it", async () => {
    const { deployment } = await open();

    assert.equal(deployment.timeoutSeconds, 90);
    assert.deepEqual(deployment.settings, moverSettings({ vaultAddress: "https://vault-from-here.example.com" }));
  });

  for (const minutes of [-10, 10]) {
    it(`has the clock of AWS, which is ${minutes} minutes ahead of this machine's`, async () => {
      aws.close();
      aws = await listenAsAws(() => settings, minutes * 60_000);
      Object.assign(process.env, environmentAt(aws));

      const { now } = await open();

      const ahead = now() - Date.now();
      assert.ok(Math.abs(ahead - minutes * 60_000) < 3_000, `${ahead} ms`);
    });
  }

  it("takes a second's difference for none", async () => {
    const { now } = await open();
    assert.ok(Math.abs(now() - Date.now()) < 50);
  });

  it("sees that the deployment's settings changed, by their names, and takes its own address for no change", async () => {
    const { checkSettings } = await open();
    await checkSettings();

    const later = await open();
    settings = moverSettings({ mode: "audit" });

    await assert.rejects(
      later.checkSettings(),
      (error) => error instanceof Failure && /have changed since this run began \(mode\)/.test(error.message),
    );
  });

  it("sends a delete that got no answer again only while it is young", async () => {
    const { secrets } = await open();
    const clock = Date.now;
    let [ahead, sent] = [0, 0];
    const handle = () => {
      sent += 1;
      ahead += 8 * 60 * 60_000;
      return Promise.reject(Object.assign(new Error("x"), { name: "TimeoutError", code: "ECONNRESET" }));
    };
    Object.assign(secrets.config, { requestHandler: { handle } });
    try {
      Date.now = () => clock() + ahead;
      await assert.rejects(secrets.send(new DeleteSecretCommand({ SecretId: arnOf("app/db") })), { code: "ELATE" });
    } finally {
      Date.now = clock;
    }

    assert.equal(sent, 1);
  });
});
