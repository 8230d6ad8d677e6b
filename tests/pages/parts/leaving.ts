import * as assert from "node:assert/strict";

import { last } from "../support/resources";
import { account, region } from "../support/servers";
import type { Region } from "../support/sides";
import { run } from "../support/walk";
import { leaving } from "../support/walker";
import type { Walker } from "../support/walker";

/** docs/leaving.md, on the stack that the README made. */
export function describeLeaving(walker: () => Walker): void {
  describe("docs/leaving.md", () => {
    let first: Region;
    before(() => {
      first = walker().sides.region(region, "prod");
    });
    const entity = async (): Promise<unknown> =>
      ((await walker().sides.vault.read(`identity/entity/name/homing-prod-${region}-${account}`)) as { id?: unknown })
        .id;

    it("removes nothing while something is protected", async () => {
      const before = await first.functions();

      const { code, output } = await walker().terminal.run("pulumi destroy");

      assert.notEqual(code, 0);
      assert.match(output, /cannot be deleted\s+because it is protected/);
      assert.deepEqual(await first.functions(), before);
    });

    it("removes all but the homes, and what Vault needs for them", async () => {
      const { terminal, walk, sides } = walker();
      const id = await entity();

      const { output } = await walk.follow(terminal, leaving, "pulumi state unprotect --all");

      assert.ok((last(output)["deleted"] ?? 0) > 40, output);
      assert.deepEqual(await first.functions(), []);
      assert.equal(await entity(), id);
      await first.home("app/third", "equal");
      assert.deepEqual(await sides.vault.read(`auth/homing-aws/role/homing-prod-${region}-${account}`), undefined);
      await run(terminal, "pulumi stack rm prod --preserve-config --yes");
    });

    it("comes back to homes that are still its own", async () => {
      const { terminal, walk } = walker();
      const id = await entity();
      await run(terminal, "pulumi stack init prod; pulumi config rm homing:stsEndpoint");

      const { output } = await walk.follow(terminal, leaving, "pulumi config set homing:adoptMount true");

      assert.ok((last(output)["created"] ?? 0) > 40, output);
      assert.equal(await entity(), id);
      const arn = await first.create("app/fourth");
      await first.outcome(arn, { outcome: "moved" });
      await first.home("app/fourth", "equal");
      // Another entity would find this home written by somebody else: refused: conflict.
      await first.ageDeletion("app/third");
      await first.outcome(await first.change("app/third"), { outcome: "copied" });
      await first.home("app/third", "changed");
    });
  });
}
