import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";

import { checkout } from "../../../local/stack";
import type { Clients } from "../support/clients";
import type { Bench } from "../support/bench";
import { archivesOf } from "../support/archives";
import { openAccount } from "../support/otherAccount";
import type { OtherAccount } from "../support/otherAccount";
import { copiedExample, standingExample } from "../../support/exampleFolder";

/** Lambda takes 250 MiB, unpacked; a program that has homing as a part must not come near it by the rest of it. */
const archiveBytes = 50 * 1024 * 1024;

/** Puts `Homing` of the example below a component of the program. */
function putBelow(folder: string, option: string): void {
  const file = join(folder, "index.ts");
  const program = readFileSync(join(checkout, "examples", "embed", "index.ts"), "utf8");
  const below = `{ parent: new ComponentResource("team:index:Platform", "platform"), ${option} }`;
  const changed = program
    .replace("readSettings())", `readSettings(), ${below})`)
    .replace(
      "import { Homing",
      'import { ComponentResource, rootStackResource } from "@pulumi/pulumi";\nimport { Homing',
    );
  assert.equal(changed.includes(below) && changed.includes("rootStackResource }"), true, "index.ts is another one");
  writeFileSync(file, changed);
}

/** homing as a part of another program, in an account of its own: two movers in one account would share its secrets. */
export function describeEmbed(bench: () => Bench): void {
  describe("a program that has homing as one of its parts", () => {
    let account: OtherAccount;
    before(async () => {
      account = await openAccount(bench(), "444455556666");
    });
    after(() => account.close());

    /** Size and digest of a function's archive as Lambda has it; the local provider packs without compression. */
    async function packageOf({ lambda }: Clients, FunctionName = ""): Promise<{ size: number; digest: string }> {
      const { CodeSize = 0, CodeSha256 = "" } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      return { size: CodeSize, digest: CodeSha256 };
    }

    it("is planned where it stands in the checkout: all of homing, and an alarm of its own", async () => {
      const { cloud } = bench();
      const example = standingExample("embed");
      try {
        const { environment } = account;
        const stack = await cloud.openBeside({ name: "local-standing", program: example.folder, environment });
        const { "homing:adoptMount": mount, "homing:adoptLogin": login, ...settings } = account.settings;
        assert.deepEqual([mount, login], ["true", "true"]);

        assert.deepEqual(await stack.preview(settings), { create: (cloud.firstUp.changes["create"] ?? 0) + 1 });
      } finally {
        example.remove();
      }
    });

    it("is deployed from a folder of its own, moves a secret, and is destroyed", async function () {
      this.timeout(300_000);
      const { canary, clients, cloud, home, homes, system, vault } = bench();
      const example = copiedExample("embed");
      try {
        const { environment, settings } = account;
        const stack = await cloud.openBeside({ name: "local-embed", program: example.folder, environment });
        const deployed = await stack.up(settings);
        assert.deepEqual(Object.keys(deployed.changes), ["create"]);
        const movers = JSON.parse(deployed.outputs["movers"] ?? "{}") as Record<string, Record<string, string>>;
        const mover = movers[system().region] ?? {};
        const theirs = await account.mover({ ...deployed, outputs: mover });

        const { arn } = await theirs.sources.create("embedded/secret", canary);
        await theirs.log.outcome(arn, { outcome: "moved" });

        const theirHome = home("embedded/secret").replace(system().account, account.account);
        assert.deepEqual((await homes.read(theirHome))?.data, { value: canary });
        assert.equal(await theirs.sources.isScheduled(arn), true);

        // Byte for byte what homing itself is packed with, text and packages, for both functions.
        const own = await archivesOf(cloud.stack);
        const packed = await archivesOf(stack);
        assert.deepEqual(Object.values(packed).sort(), Object.values(own).sort());
        const [packedMover, ownMover] = await Promise.all([
          packageOf(theirs.clients, mover["functionName"]),
          packageOf(clients, system().functionName),
        ]);
        assert.deepEqual(packedMover, ownMover);
        assert.ok(packedMover.size > 0 && packedMover.size < archiveBytes, `${packedMover.size.toString()} bytes`);

        const unchanged = await stack.preview(settings);
        assert.deepEqual(Object.keys(unchanged), ["same"]);

        // Below another component of the program, with an alias, everything is still the same, and not without it.
        putBelow(example.folder, "aliases: [{ parent: rootStackResource }]");
        assert.deepEqual(await stack.preview(settings), { ...unchanged, create: 1 });
        putBelow(example.folder, "");
        assert.notEqual((await stack.preview(settings))["same"], unchanged["same"]);

        await stack.destroy();
        assert.deepEqual(await archivesOf(stack), {});
        assert.notEqual(await vault.read(`sys/mounts/${system().mount}`), undefined, "the mount is the first one's");
        assert.notEqual(await homes.read(theirHome), undefined);
      } finally {
        example.remove();
      }
    });
  });
}
