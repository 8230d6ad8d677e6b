import * as assert from "node:assert/strict";

import {
  DeleteResourcePolicyCommand,
  PutResourcePolicyCommand,
  RestoreSecretCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";

import { againTag, stateTag } from "../../../runtime/model/stateTag";
import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";
import { moverLog } from "../support/moverLog";
import { sourcesOf } from "../support/sources";

/** Who else is at the mover's secrets and homes: tools, people, whoever may patch metadata, a second stack. */
export function describeNeighbours(bench: () => Bench): void {
  /** Creates a secret, waits until it is moved, and has a person take the deletion back, six minutes later. */
  async function takenBack(name: string): Promise<string> {
    const { clients, sources, log, canary } = bench();
    const { arn } = await sources.create(name, canary);
    await log.outcome(arn, { outcome: "moved" });
    await sources.ageDeletion(arn);
    await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
    return arn;
  }

  /** What AWS shows of a secret, but for when it was last read. */
  async function shown(arn: string): Promise<object> {
    const { ReplicationStatus, DeletedDate, VersionIdsToStages, Tags } = await bench().sources.describe(arn);
    return { ReplicationStatus, DeletedDate, VersionIdsToStages, Tags };
  }

  /** Waits for one more outcome of a secret than there is now. */
  async function nextOutcome(arn: string): Promise<string> {
    const { log, sources } = bench();
    const seen = (await log.outcomesOf(arn)).length;
    await sources.nudge(arn);
    return eventually(
      async () => {
        const next = (await log.outcomesOf(arn))[seen];
        return next === undefined ? undefined : `${next.outcome}: ${next.reason}`;
      },
      () => `no mover looked at ${arn}`,
    );
  }

  describe("a person's undo stands", () => {
    it("although a tool removes the mover's tag: the home's labels tell of the deletion", async () => {
      const { clients, sources, homes, home, log, canary } = bench();
      const arn = await takenBack("neighbours/untagged");

      await clients.secrets.send(new UntagResourceCommand({ SecretId: arn, TagKeys: [stateTag] }));
      await log.outcome(arn, { outcome: "unchanged", reason: "undone" });

      const versionId = await sources.put(arn, `${canary}-2`);
      await log.outcome(arn, { outcome: "copied", reason: "undone", versionId });
      assert.deepEqual((await homes.read(home("neighbours/untagged")))?.data, { value: `${canary}-2` });
      assert.equal(await sources.isScheduled(arn), false);
      // Labels cause nothing, so no tag is written by their word.
      assert.equal((await sources.tags(arn))[stateTag], undefined);
    });

    it("although the home's metadata is deleted: the source's tag tells of the deletion", async () => {
      const { sources, homes, home, log, canary } = bench();
      const arn = await takenBack("neighbours/purged");
      await homes.purge(home("neighbours/purged"));

      await sources.nudge(arn);

      await log.outcome(arn, { outcome: "copied", reason: "undone" });
      assert.deepEqual((await homes.read(home("neighbours/purged")))?.data, { value: canary });
      assert.equal(await sources.isScheduled(arn), false);
      assert.equal((await sources.stateTag(arn)).state, "u");
    });

    it("until it is released", async () => {
      const { sources, log } = bench();
      const { ARN: arn = "" } = await sources.describe("neighbours/untagged");
      const { VersionIdsToStages = {} } = await sources.describe(arn);
      const [versionId = ""] = Object.entries(VersionIdsToStages).find(([, on]) => on.includes("AWSCURRENT")) ?? [];

      await sources.tag(arn, stateTag, againTag);

      await log.outcome(arn, { outcome: "moved", versionId });
      assert.equal(await sources.isScheduled(arn), true);
    });
  });

  describe("labels that somebody forged cause no call that changes AWS", () => {
    const forged = (arn: string, versionId: string): Readonly<Record<string, string>> => ({
      deleting: `1;${arn.slice(-6)};${versionId};2020-01-01T00:00:00.000Z`,
      deleted: `1;${arn.slice(-6)};${versionId};2020-01-01T00:00:00.000Z`,
      restoring: versionId,
      checked: "2020-01-01T00:00:00.000Z",
      "region.us-west-2": "arn:aws:kms:us-west-2:999999999999:key/0",
    });

    it("on a live secret: it is only copied, and neither deleted nor replicated nor tagged", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn, versionId } = await sources.create("neighbours/live", canary, { "vault-mover-mode": "copy" });
      await log.outcome(arn, { outcome: "copied" });
      await homes.label(home("neighbours/live"), forged(arn, versionId));
      await sources.release(arn);
      await log.outcome(arn, { outcome: "unchanged", reason: "undone" });
      const before = await shown(arn);

      assert.equal(await nextOutcome(arn), "unchanged: undone");

      assert.deepEqual(await shown(arn), before);
    });

    it("on an exempt secret", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn, versionId } = await sources.create("exempt/forged", canary);
      await log.outcome(arn, { outcome: "skipped", reason: "exempt" });
      await homes.write(home("exempt/forged"), { by: "a forger" });
      await homes.label(home("exempt/forged"), forged(arn, versionId));
      const before = await shown(arn);

      assert.equal(await nextOutcome(arn), "skipped: exempt");

      assert.deepEqual(await shown(arn), before);
    });

    it("on a moved secret: it stays deleted", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn, versionId } = await sources.create("neighbours/moved", canary);
      await log.outcome(arn, { outcome: "moved" });
      await sources.ageDeletion(arn);
      await homes.label(home("neighbours/moved"), {
        ...forged(arn, versionId),
        // Of another version, as if something else had been proven.
        deleted: `1;${arn.slice(-6)};00000000-0000-4000-8000-000000000000;2020-01-01T00:00:00.000Z`,
      });
      const before = await shown(arn);

      assert.equal(await nextOutcome(arn), "unchanged: already-moved");

      assert.deepEqual(await shown(arn), before);
      const deleted = (await homes.metadata(home("neighbours/moved")))?.custom_metadata?.["deleted"] ?? "";
      assert.ok(deleted.includes(`;${versionId};`), "what the tag knows is told again");
    });
  });

  describe("a deletion that a resource policy does not let the mover take back", () => {
    it("is tried again under a name of its own, and taken back as soon as the policy lets it", async () => {
      const { clients, sources, homes, home, log, system, canary } = bench();
      const { arn } = await sources.createHeld("neighbours/denied", canary);
      const ResourcePolicy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Principal: { AWS: system().functionRoleArn },
            Action: "secretsmanager:RestoreSecret",
            Resource: "*",
          },
        ],
      });
      await clients.secrets.send(new PutResourcePolicyCommand({ SecretId: arn, ResourcePolicy }));
      await sources.release(arn);
      await log.outcome(arn, { outcome: "moved" });
      await sources.ageDeletion(arn);
      await homes.purge(home("neighbours/denied"));

      await sources.nudge(arn);

      await eventually(
        async () => (await log.records()).find((line) => line["secret"] === arn && line["code"] === "restore-denied"),
        () => "no line tells of the denial",
      );
      assert.equal(await sources.isScheduled(arn), true);
      await clients.silent.send(new DeleteResourcePolicyCommand({ SecretId: arn }));
      await log.outcome(arn, { restored: "home-gone", reason: "undone" });
      assert.equal(await sources.isScheduled(arn), false);
      assert.deepEqual((await homes.read(home("neighbours/denied")))?.data, { value: canary });
    });
  });

  describe("a second stack of this account and region, with homes elsewhere", () => {
    it("leaves to the first what the first one moved, and restores nothing", async function () {
      this.timeout(300_000);
      const { cloud, clients, sources, log, system, vault, canary } = bench();
      const { arn } = await sources.create("neighbours/firsts", canary);
      await log.outcome(arn, { outcome: "moved" });
      await sources.ageDeletion(arn);
      const before = await shown(arn);
      const stack = await cloud.openBeside({ name: "local-second" });
      const { outputs } = await stack.up({
        "aws:region": system().region,
        "homing:vaultAddress": system().vaultAddress,
        "homing:mode": "move",
        "homing:protect": "false",
        "homing:mount": "second",
        "homing:adoptLogin": "true",
        "homing:namePrefix": "neighbours/",
      });
      const second = {
        sources: sourcesOf(clients, outputs["queueUrl"] ?? ""),
        log: moverLog(clients.logs, outputs["logGroupName"] ?? ""),
      };

      await second.sources.nudge(arn);

      await second.log.outcome(arn, { outcome: "skipped", reason: "another-mover" });
      assert.deepEqual(await shown(arn), before);
      assert.equal(await vault.read("second/metadata/aws?list=true"), undefined, "it has written no home");
      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "unchanged", reason: "already-moved" });
      await stack.destroy();
    });
  });
}
