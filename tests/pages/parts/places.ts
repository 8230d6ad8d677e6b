import * as assert from "node:assert/strict";

import { last } from "../support/resources";
import { account, region } from "../support/servers";
import type { Region } from "../support/sides";
import { run } from "../support/walk";
import { places } from "../support/walker";
import type { Walker } from "../support/walker";

/** docs/environments.md, on the stack that the README made. */
export function describePlaces(walker: () => Walker): void {
  describe("docs/environments.md", () => {
    let first: Region;
    let second: Region;
    before(() => {
      first = walker().sides.region(region, "prod");
      second = walker().sides.region("us-east-1", "prod");
    });

    it("has a mover in a second region, and follows a change of settings in both", async () => {
      await run(walker().terminal, "pulumi config set homing:recoveryWindowDays 14");
      const { output } = await walker().walk.follow(
        walker().terminal,
        places,
        "pulumi config set --path 'homing:regions[0]'",
      );

      const { created = 0 } = last(output);
      assert.ok(created > 40, `${created} created`);
      for (const one of [first, second]) {
        assert.equal((await one.settings()).recoveryWindowDays, 14);
      }
      const arn = await second.create("other/region");
      await second.outcome(arn, { outcome: "moved" });
      await second.home("other/region", "equal");
    });

    it("takes a region off only when its entity is no longer protected", async () => {
      const before = await second.functions();
      await run(walker().terminal, "pulumi config rm --path 'homing:regions[1]'");
      const refused = await walker().terminal.run("pulumi up");
      assert.notEqual(refused.code, 0);
      assert.match(refused.output, /cannot be deleted\s+because it is protected/);
      assert.deepEqual(await second.functions(), before);
      await run(walker().terminal, "pulumi config set --path 'homing:regions[1]' us-east-1");

      const { output } = await walker().walk.follow(
        walker().terminal,
        places,
        "pulumi config rm --path 'homing:regions[1]'",
      );

      assert.deepEqual(Object.keys(last(output)).sort(), ["deleted", "unchanged"]);
      assert.deepEqual(await second.functions(), []);
      await second.home("other/region", "equal");
      const entity = `identity/entity/name/homing-prod-us-east-1-${account}`;
      assert.notEqual(await walker().sides.vault.read(entity), undefined, "the entity stays in Vault");
    });

    it("serves a second account on the same Vault, which takes nothing with it when it goes", async () => {
      const other = "111122223333";
      const theirs = walker().open("account", { ...walker().administrator("main"), AWS_ACCESS_KEY_ID: other });
      const { output } = await walker().walk.follow(theirs, places, "pulumi stack init prod-b");

      assert.ok((last(output)["created"] ?? 0) > 40);
      const role = (await walker().sides.vault.read(`auth/homing-aws/role/homing-prod-b-${region}-${other}`)) as Record<
        string,
        unknown
      >;
      assert.deepEqual(role["bound_iam_principal_arn"], [`arn:aws:iam::${other}:role/homing-prod-b-${region}`]);
      await run(theirs, "pulumi state unprotect --all; pulumi destroy; pulumi stack rm prod-b --yes");
      await run(walker().terminal, "pulumi stack select prod");
      assert.notEqual(
        await walker().sides.vault.read(`auth/homing-aws/role/homing-prod-${region}-${account}`),
        undefined,
      );
      await first.home("dev/hello", "equal");
    });
  });
}
