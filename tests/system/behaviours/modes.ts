import * as assert from "node:assert/strict";

import { GetRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { DeleteSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";

import { templateRecordPath } from "../../../runtime/model/path";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import { holdsOnly } from "../support/holdsOnly";
import { sessionOfFunction } from "../support/probe";

/** Everything that the function's role is allowed, as the emulator has it. */
async function allowedActions({ clients, system }: Bench): Promise<readonly string[]> {
  const RoleName = system().functionRoleArn.split("/").at(-1) ?? "";
  const { PolicyNames = [] } = await clients.iam.send(new ListRolePoliciesCommand({ RoleName }));
  const actions: string[] = [];
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = "" } = await clients.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as {
      readonly Statement: readonly { readonly Effect: string; readonly Action: readonly string[] }[];
    };
    for (const { Effect, Action } of Statement) if (Effect === "Allow") actions.push(...Action);
  }
  return actions;
}

/** Modes below `move`, each set by an update of the running stack. */
export function describeModes(bench: () => Bench): void {
  describe("after an update to mode audit", () => {
    let mark = 0;

    before(async () => {
      const { changes } = await bench().cloud.up({ mode: "audit", modeRules: "[]" });
      assert.ok((changes["update"] ?? 0) > 0, "the update changed something");
      mark = bench().audit.now();
    });

    it("the mover says what it would do, reads no value and writes nothing", async () => {
      const { sources, homes, home, log, system, audit, canary } = bench();
      const { arn } = await sources.create("modes/audit", canary);

      const outcome = await log.outcome(arn, { outcome: "skipped", reason: "audit" });

      assert.equal(outcome.intent, "move");
      // Secrets Manager notes every read of a value; the test's own read shows that it does.
      assert.equal((await sources.describe(arn)).LastAccessedDate, undefined);
      await sources.text(arn);
      assert.ok((await sources.describe(arn)).LastAccessedDate);
      const { moverEntityId, homePrefix, mount, loginPath } = system().outputs;
      const asked = audit.since(mark).filter(({ entityId }) => entityId === moverEntityId);
      assert.ok(
        asked.some(({ path }) => path === `${mount}/metadata/${home("modes/audit")}`),
        "the mover looked at the home",
      );
      // A message of an earlier test may come back now: what it may do is the same.
      const holdsNoValue = (path: string): boolean =>
        path.startsWith(`${mount}/metadata/${homePrefix}/`) || path === `${mount}/data/${templateRecordPath(system())}`;
      assert.deepEqual(
        asked
          .filter(({ path }) => path !== `auth/${loginPath}/login`)
          .filter(({ operation, path }) => operation !== "read" || !holdsNoValue(path)),
        [],
      );
      assert.equal(await homes.metadata(home("modes/audit")), undefined);
      assert.deepEqual(await sources.tags(arn), {});
    });

    it("its role may read no value and delete nothing", async () => {
      const { clients, sources, system, canary } = bench();
      const { arn: SecretId } = await sources.create("modes/unreadable", canary);
      const { secrets, destroy } = clientsOf(
        system(),
        await sessionOfFunction(clients, "audit-probe", system().functionRoleArn),
      );

      await assert.rejects(secrets.send(new GetSecretValueCommand({ SecretId })), { name: "AccessDeniedException" });
      await assert.rejects(secrets.send(new DeleteSecretCommand({ SecretId })), { name: "AccessDeniedException" });

      destroy();
      assert.deepEqual(
        (await allowedActions(bench())).filter((action) => action.startsWith("secretsmanager:")),
        ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
      );
    });
  });

  describe("after an update to mode copy for one prefix, with audit for a part of it", () => {
    before(async () => {
      const modeRules = JSON.stringify([{ pattern: "modes/only/audit/*", mode: "audit" }]);
      await bench().cloud.up({ mode: "copy", namePrefix: "modes/only/", modeRules, protect: "true" });
    });

    it("the mover copies what is under the prefix and deletes nothing", async () => {
      const { sources, homes, home, log, clients, system, canary } = bench();
      const { arn } = await sources.create("modes/only/x", canary, { "vault-mover-mode": "move" });

      await log.outcome(arn, { outcome: "copied", reason: "proven" });

      await holdsOnly(homes, home("modes/only/x"), { value: canary });
      assert.equal(await sources.isScheduled(arn), false);
      const session = await sessionOfFunction(clients, "copy-probe", system().functionRoleArn);
      const { secrets, destroy } = clientsOf(system(), session);
      await assert.rejects(secrets.send(new DeleteSecretCommand({ SecretId: arn })), { name: "AccessDeniedException" });
      destroy();
      assert.equal((await allowedActions(bench())).includes("secretsmanager:DeleteSecret"), false);
    });

    it("the first rule whose pattern matches a name gives its mode", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn } = await sources.create("modes/only/audit/x", canary);

      await log.outcome(arn, { outcome: "skipped", reason: "audit" });

      assert.equal(await homes.metadata(home("modes/only/audit/x")), undefined);
    });

    it("a secret outside the prefix can't even be described, and is left alone", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn } = await sources.create("modes/outside", canary);

      await log.outcome(arn, { reason: "outside-prefix" });

      assert.equal(await homes.metadata(home("modes/outside")), undefined);
      assert.equal(await sources.isScheduled(arn), false);
    });
  });

  describe("pulumi destroy with the default protection", () => {
    it("refuses to delete the mount, and everything in it stays", async () => {
      const { cloud, homes, home, vault, system, canary } = bench();

      await assert.rejects(cloud.stack.destroy(), /home-mount.* cannot be deleted\s+because it is protected/s);

      const mounts = (await vault.read("sys/mounts")) as object;
      assert.ok(`${system().mount}/` in mounts);
      assert.deepEqual((await homes.read(home("modes/only/x")))?.data, { value: canary });
    });

    it("is undone by an update: the mover comes back and knows its homes", async () => {
      const { cloud, sources, homes, home, log, canary } = bench();
      const { ARN: arn = "" } = await sources.describe("modes/only/x");

      await cloud.up();
      const versionId = await sources.put(arn, `${canary}-2`);

      await log.outcome(arn, { outcome: "moved", versionId });
      assert.deepEqual((await homes.read(home("modes/only/x")))?.data, { value: `${canary}-2` });
    });
  });
}
