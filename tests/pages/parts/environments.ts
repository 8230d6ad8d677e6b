import * as assert from "node:assert/strict";

import { last, refuseEmpty } from "../support/resources";
import type { VaultName } from "../support/servers";
import { run } from "../support/walk";
import { places } from "../support/walker";
import type { Walker } from "../support/walker";

/** Each environment has a Vault and an account of its own, and so shares nothing with the others. */
const accounts = {
  dev: "222233334444",
  staging: "333344445555",
  prod: "444455556666",
} as const satisfies Partial<Record<VaultName, string>>;

/** docs/environments.md, Environments: each of the three with the file that is here. */
export function describeEnvironments(walker: () => Walker): void {
  describe("docs/environments.md, Environments", () => {
    let folder: string;
    before(() => {
      folder = walker().copyBeside("environments/homing");
    });
    const expected: readonly [keyof typeof accounts, { readonly mode: string; readonly regions: readonly string[] }][] =
      [
        ["staging", { mode: "move", regions: ["eu-west-1"] }],
        ["dev", { mode: "move", regions: ["eu-west-1"] }],
        ["prod", { mode: "audit", regions: ["eu-central-1", "eu-west-1"] }],
      ];
    for (const [environment, told] of expected) {
      it(`makes ${environment} as its file says`, async () => {
        const { servers, administrator, open, walk } = walker();
        const state = { PULUMI_BACKEND_URL: `${servers.environment["PULUMI_BACKEND_URL"] ?? ""}-environments` };
        const variables = { ...administrator(environment), ...state, AWS_ACCESS_KEY_ID: accounts[environment] };
        const terminal = open(environment, variables, folder);
        await run(terminal, 'mkdir -p "${PULUMI_BACKEND_URL#file://}"');

        const { output } = await walk.follow(terminal, places, "cp Pulumi.staging.example.yaml", {
          own: [
            ...(environment === "dev"
              ? [{ page: "cp Pulumi.staging.example.yaml Pulumi.staging.yaml", here: "", why: "dev: without the copy" }]
              : []),
            {
              page: "https://vault.staging.example.com:8200",
              here: servers.vaults[environment].address,
              why: "the environment's Vault on this machine",
            },
            ...(environment === "staging"
              ? []
              : [{ page: "staging", here: environment, why: "then the same for the others" }]),
          ],
        });

        const { created = 0 } = last(output);
        assert.ok(created > (told.regions.length === 1 ? 45 : 90), `${created} created`);
        const outputs = await run(terminal, "pulumi stack output --json");
        const { mode, movers } = JSON.parse(outputs.output) as { mode: string; movers: object };
        assert.deepEqual({ mode, regions: Object.keys(movers).sort() }, told);
      });
    }

    it("would show a program that Pulumi does not find: one resource, and Pulumi is content", async () => {
      const { open, servers } = walker();
      const state = { PULUMI_BACKEND_URL: `${servers.environment["PULUMI_BACKEND_URL"] ?? ""}-environments` };
      const terminal = open("empty", state, folder);
      // Then package.json decides, and its `exports` are what other programs import.
      await run(terminal, "sed -i '/^main:/d' Pulumi.yaml; pulumi stack init empty");
      await run(terminal, "pulumi config set homing:vaultAddress https://vault.example.com:8200");

      const { code, output } = await terminal.run("pulumi preview");

      assert.equal(code, 0);
      assert.deepEqual(last(output), { "to create": 1 });
      assert.throws(() => {
        refuseEmpty(output);
      }, /the program made nothing/);
    });
  });
}
