import * as assert from "node:assert/strict";

import type { LocalCloud } from "../../../local/cloud";
import type { LocalStack } from "../../../local/stack";
import { stackFile } from "../../support/stackFile";
import type { Bench } from "../support/bench";
import { openAccount } from "../support/otherAccount";
import type { OtherAccount } from "../support/otherAccount";
import { describeEmbed } from "./embed";

/** Stacks of other environments, of another account and of another program, in the engine's same state. */
export function describeOtherStacks(bench: () => Bench): void {
  describe("other stacks beside one", () => {
    type Beside = Parameters<LocalCloud["openBeside"]>[0];
    const open = (options: Beside): Promise<LocalStack> => bench().cloud.openBeside(options);

    describe("the stack files", () => {
      it("are refused as a whole, with all reasons, before anything is planned", async () => {
        const stack = await open({ name: "local-faulty" });
        const config = { ...stackFile("prod"), "aws:region": "us-east-1", "homing:mode": "force" };

        await assert.rejects(stack.preview(config), (error: Error) => {
          assert.match(error.message, /homing:mode must be one of audit, copy, move/);
          assert.match(error.message, /homing:regions must have the stack's own region, us-east-1 \(aws:region\)/);
          return true;
        });
      });
    });

    describe("a stack of another account on the same Vault", () => {
      let account: OtherAccount;
      let stack: LocalStack;
      before(async () => {
        account = await openAccount(bench(), "111122223333");
        stack = await open({ name: "local-account", environment: account.environment });
      });
      after(() => account.close());

      it("adopts mount and login method, and moves its secrets to homes of its own", async () => {
        const { system, homes, canary, sources, log, home, vault } = bench();
        const deployed = await stack.up(account.settings);
        const { changes, outputs } = deployed;
        assert.deepEqual(Object.keys(changes), ["create"]);
        assert.equal(outputs["account"], account.account);
        assert.notEqual(outputs["moverEntityId"], system().outputs["moverEntityId"]);

        const { sources: theirSources, log: theirLog } = await account.mover(deployed);
        const [ours, other] = await Promise.all([
          sources.create("accounts/same", `${canary} ours`),
          theirSources.create("accounts/same", `${canary} theirs`),
        ]);
        await log.outcome(ours.arn, { outcome: "moved" });
        await theirLog.outcome(other.arn, { outcome: "moved" });

        assert.deepEqual((await homes.read(home("accounts/same")))?.data, { value: `${canary} ours` });
        const theirHome = home("accounts/same").replace(system().account, account.account);
        assert.deepEqual((await homes.read(theirHome))?.data, { value: `${canary} theirs` });
        assert.equal(await theirSources.isScheduled(other.arn), true);
        assert.deepEqual(await log.outcomesOf(other.arn), []);

        await stack.destroy();
        assert.notEqual(await vault.read(`sys/mounts/${system().mount}`), undefined, "the mount is the first one's");
        assert.notEqual(await homes.read(theirHome), undefined);
      });
    });

    describeEmbed(bench);
  });
}
