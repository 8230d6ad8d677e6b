import * as assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { versionLabelText } from "../support/builders";
import type { Container } from "./support/container";
import { consumerFunction, home, openConsumer, secretName } from "./support/consumer";
import type { ConsumerStage } from "./support/consumer";

const key = "correct horse battery staple";
const body = '{"paid":1}';

const request = (signedWith: string): unknown => ({
  headers: { "x-signature": createHmac("sha256", signedWith).update(body).digest("hex") },
  body,
  isBase64Encoded: false,
});

/** The status that the function answered. */
async function statusOf(container: Container, signedWith = key): Promise<unknown> {
  const invoked = await container.invoke(request(signedWith));
  if (invoked.is === "failed") assert.fail(`the handler threw ${invoked.error.message}\n${container.output()}`);
  return (invoked.answer as { readonly statusCode: unknown }).statusCode;
}

for (const login of ["aws", "jwt"] as const) {
  describe(`a shipped function that reads a secret with login ${login}`, function () {
    this.timeout(180_000);
    let shipped: Awaited<ReturnType<typeof consumerFunction>>;
    let stage: ConsumerStage;
    before(async () => {
      shipped = await consumerFunction(login, 1);
    });
    beforeEach(async () => {
      stage = await openConsumer(shipped);
      put(1, key);
    });
    afterEach(async () => {
      await stage.close();
    });

    /** Makes a version current, labelled unless told not to be, as old as it takes to need no waiting. */
    function put(version: number, value: string, labelled = true): void {
      const { entries } = stage.vault.homes;
      const entry = entries[home];
      const created = {
        createdTime: new Date(Date.now() - 60_000).toISOString(),
        deletionTime: "",
        destroyed: false,
        author: "mover",
        data: JSON.stringify({ value }),
      };
      entries[home] = {
        ...entry,
        current: version,
        versions: { ...entry?.versions, [version]: created },
        labels: {
          ...entry?.labels,
          ...(labelled ? { [`v${version}`]: versionLabelText(undefined, undefined, "text") } : {}),
        },
      };
    }
    const reads = (): number => stage.vault.calls.filter(({ path }) => path.includes("/data/")).length;

    it("uses it and returns nothing of it", async () => {
      const container = await stage.start();
      const invoked = await container.invoke(request(key));

      assert.deepEqual(invoked.is === "answered" && invoked.answer, { statusCode: 204 });
      assert.equal(await statusOf(container, "another key"), 401);
      await container.stop();
      assert.equal(container.output().includes(key), false);
    });

    it("logs in once and asks once for two calls", async () => {
      // The second call may be late.
      const container = await stage.start({ HOMING_CACHE_SECONDS: "3600" });
      await statusOf(container);
      await statusOf(container);

      assert.equal(stage.vault.logins().length, 1);
      assert.equal(reads(), 1);
      assert.deepEqual(
        stage.vault.logins().map(({ role }) => role),
        [shipped.environment.HOMING_LOGIN_ROLE],
      );
    });

    it("reads anew once the value is old, without another login", async () => {
      const container = await stage.start();
      await statusOf(container);
      put(2, "the next key");
      await sleep(1_050);

      assert.equal(await statusOf(container, "the next key"), 204);
      assert.equal(await statusOf(container), 401);
      assert.equal(stage.vault.logins().length, 1);
    });

    it("logs in anew when Vault denies it once, and says so when it stays so", async () => {
      const container = await stage.start();
      await statusOf(container);
      stage.vault.revokeAll();
      await sleep(1_050);
      assert.equal(await statusOf(container), 204);
      assert.equal(stage.vault.logins().length, 2);

      stage.vault.instead = ({ path }) =>
        path.includes("/data/") ? { status: 403, body: '{"errors":["permission denied"]}' } : undefined;
      await sleep(1_050);
      assert.equal(await statusOf(container), 500);
      await container.stop();
      assert.match(container.output(), new RegExp(`secret ${secretName}: denied: vault-denied at step read-home`));
    });

    it("takes what somebody wrote in Vault", async () => {
      put(2, "written in Vault", false);
      const container = await stage.start();

      assert.equal(await statusOf(container, "written in Vault"), 204);
    });

    it("answers 503 while Vault can't be reached, and works again after", async () => {
      stage.vault.instead = () => ({ status: 503, body: '{"errors":["Vault is sealed"]}' });
      const container = await stage.start();
      assert.equal(await statusOf(container), 503);
      stage.vault.instead = () => undefined;

      assert.equal(await statusOf(container), 204);
    });

    it("tells a secret that was never there from one that is deleted", async () => {
      const container = await stage.start();
      stage.vault.homes.entries = {};
      assert.equal(await statusOf(container), 500);
      put(1, key);
      const entry = stage.vault.homes.entries[home];
      assert.ok(entry?.versions[1]);
      entry.versions[1] = { ...entry.versions[1], deletionTime: new Date(Date.now() - 1_000).toISOString() };
      assert.equal(await statusOf(container), 500);

      await container.stop();
      assert.match(container.output(), /payments\/webhook-key: not-found: /);
      assert.match(container.output(), /payments\/webhook-key: deleted: /);
    });

    it("names in one error what is missing in its environment", async () => {
      const { HOMING_MOUNT, ...environment } = shipped.environment;
      assert.equal(HOMING_MOUNT, "homing");
      const broken = await openConsumer({ ...shipped, environment });
      try {
        const { loaded } = await broken.start();
        assert.ok(loaded.is === "failed");
        assert.match(loaded.error.message, /^Secrets can't be read: missing environment variables: HOMING_MOUNT\./);
      } finally {
        await broken.close();
      }
    });

    it("holds no setting in its text, no deployment package and no path of the machine that built it", () => {
      assert.ok(shipped.text.length > 1_000);
      for (const absent of ["@pulumi", process.cwd(), "vault.example.com", secretName]) {
        assert.equal(shipped.text.includes(absent), false, absent);
      }
    });
  });
}
