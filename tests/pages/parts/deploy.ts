import * as assert from "node:assert/strict";

import { last } from "../support/resources";
import { region } from "../support/servers";
import type { Region } from "../support/sides";
import { run } from "../support/walk";
import { readme, rollOut } from "../support/walker";
import type { Walker } from "../support/walker";

/** README.md and docs/roll-out.md, from the first `pulumi up` to the command line. */
export function describeDeploy(walker: () => Walker): void {
  describe("README.md and docs/roll-out.md", () => {
    const arns: Record<string, string> = {};
    let first: Region;
    before(() => {
      first = walker().sides.region(region, "prod");
    });
    const create = async (name: string): Promise<string> => (arns[name] = await first.create(name));

    it("makes the stack with the documented permissions, in mode audit, in one region", async () => {
      const { walk, terminal, servers, git } = walker();
      const { output } = await walk.follow(terminal, readme, "npm ci", {
        own: [
          {
            page: "export VAULT_ADDR=",
            here: `pulumi config set homing:stsEndpoint ${servers.proxy.endpoint}\nexport VAULT_ADDR=`,
            why: "one setting more: Vault asks the emulator, not AWS, who signed a login",
          },
        ],
      });

      const { created = 0, ...others } = last(output);
      assert.ok(created > 55 && created < 70, `${created} resources`);
      assert.deepEqual(others, {});
      const arn = await create("dev/hello");
      await first.outcome(arn, { outcome: "skipped", reason: "audit" });
      await first.home("dev/hello", "absent");
      await first.source(arn, "there");
      assert.equal(
        git("status", "--short"),
        "?? Pulumi.prod.yaml\n",
        "nothing else was written that somebody would commit",
      );
    });

    it("tells what the mover would do", async () => {
      const { output } = await walker().walk.follow(walker().terminal, rollOut, "aws logs filter-log-events");

      assert.match(output, /"outcome":"skipped","reason":"audit"[^\n]*dev\/hello/);
    });

    it("copies", async () => {
      const { output } = await walker().walk.follow(walker().terminal, rollOut, "pulumi config set homing:mode copy");

      assert.deepEqual(Object.keys(last(output)).sort(), ["unchanged", "updated"]);
      const arn = await create("app/copied");
      await first.outcome(arn, { outcome: "copied" });
      await first.home("app/copied", "equal");
      await first.source(arn, "there");
    });

    it("moves a part", async () => {
      await walker().walk.follow(walker().terminal, rollOut, "pulumi config set --path 'homing:modeRules[0].pattern'");

      await Promise.all([create("dev/moved"), create("app/second")]);
      await first.outcome(arns["dev/moved"] ?? "", { outcome: "moved" });
      await first.outcome(arns["app/second"] ?? "", { outcome: "copied" });
      await first.home("dev/moved", "equal");
      await first.source(arns["dev/moved"] ?? "", "scheduled for deletion");
      await first.source(arns["app/second"] ?? "", "there");
    });

    it("moves all", async () => {
      await walker().walk.follow(walker().terminal, rollOut, "pulumi config rm homing:modeRules");

      await first.outcome(await create("app/third"), { outcome: "moved" });
    });

    it("has the secrets looked at that were there before", async () => {
      await walker().walk.follow(walker().terminal, rollOut, "aws lambda invoke");

      for (const name of ["dev/hello", "app/copied", "app/second"]) {
        await first.outcome(arns[name] ?? "", { outcome: "moved" });
        await first.home(name, "equal");
        await first.source(arns[name] ?? "", "scheduled for deletion");
      }
    });

    it("has nothing to change then, and nothing that was changed behind its back", async () => {
      await run(walker().terminal, "pulumi up --expect-no-changes");
      await run(walker().terminal, "pulumi refresh --expect-no-changes");
      const { output } = await run(walker().terminal, "pulumi stack output --json");

      const { mode, movers } = JSON.parse(output) as { mode: string; movers: object };
      assert.deepEqual([mode, Object.keys(movers)], ["move", [region]]);
    });

    it("tells somebody of alarms", async () => {
      const { output } = await walker().walk.follow(walker().terminal, readme, "aws sns subscribe");

      assert.match(output, /"SubscriptionArn"/);
    });

    it("lets the command line plan, move and take back", async () => {
      // Who works with secrets needs other rights than who deploys.
      await run(walker().terminal, "export VAULT_TOKEN=$OPERATOR_TOKEN");
      const { output } = await walker().walk.follow(walker().terminal, rollOut, "npx homing plan", {
        own: [
          {
            page: "homing undo --stack prod --since 2h",
            here: "homing undo --stack prod --since 2h --yes",
            why: "it asks, and nobody is here to answer",
          },
        ],
      });

      assert.match(output, /There is nothing to do/);
      for (const arn of Object.values(arns)) await first.source(arn, "there");
    });
  });
}
