import * as assert from "node:assert/strict";

import { DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";

import type { Reason } from "../../../runtime/model/outcome";
import type { Bench } from "../support/bench";

/** Nothing in Vault that the mover did not write is changed. */
export function describeOwnership(bench: () => Bench): void {
  /** Runs `provoke`, which makes the mover look at a secret; it must refuse, and both sides must stay as they were. */
  async function refuses(path: string, reason: Reason, provoke: () => Promise<string>): Promise<void> {
    const { homes, sources, log } = bench();
    const before = { home: await homes.read(path), metadata: await homes.metadata(path) };

    const arn = await provoke();
    await log.outcome(arn, { outcome: "refused", reason });

    assert.deepEqual({ home: await homes.read(path), metadata: await homes.metadata(path) }, before);
    assert.equal(await sources.isScheduled(arn), false);
    assert.equal((await sources.tags(arn))["vault-mover"], undefined);
  }

  describe("a home is left alone, and so is its source, when", () => {
    it("somebody else wrote it (home-conflict)", async () => {
      const { homes, home, sources, canary } = bench();
      await homes.write(home("own/foreign"), { by: "a person" });

      await refuses(
        home("own/foreign"),
        "home-conflict",
        async () => (await sources.create("own/foreign", canary)).arn,
      );
    });

    it("somebody wrote over the mover's version (home-conflict)", async () => {
      const { homes, home, sources, log, canary } = bench();
      const { arn } = await sources.create("copied/overwritten", canary);
      await log.outcome(arn, { outcome: "copied" });
      await homes.write(home("copied/overwritten"), { value: "a person's" });

      await refuses(home("copied/overwritten"), "home-conflict", async () => {
        await sources.put(arn, `${canary}-2`);
        return arn;
      });
    });

    it("somebody deleted its current version (home-deleted)", async () => {
      const { homes, home, sources, log, canary } = bench();
      const { arn } = await sources.create("copied/deleted", canary);
      await log.outcome(arn, { outcome: "copied" });
      await homes.remove(home("copied/deleted"));

      await refuses(home("copied/deleted"), "home-deleted", async () => {
        await sources.put(arn, `${canary}-2`);
        return arn;
      });
    });

    it("the secret was deleted for good and made anew under its name (home-of-another)", async () => {
      const { home, sources, log, clients, canary } = bench();
      const { arn: former } = await sources.create("own/recreated", canary);
      await log.outcome(former, { outcome: "moved" });
      await clients.secrets.send(new DeleteSecretCommand({ SecretId: former, ForceDeleteWithoutRecovery: true }));

      await refuses(home("own/recreated"), "home-of-another", async () => {
        const { arn } = await sources.create("own/recreated", `${canary}-2`);
        assert.notEqual(arn, former);
        return arn;
      });
    });
  });
}
