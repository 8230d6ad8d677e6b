import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import {
  RestoreSecretCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

import { timeKey } from "../../../runtime/model/stateTag";
import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";
import { holdsOnly } from "../support/holdsOnly";

const day = 24 * 60 * 60_000;

/** What arrives in Vault, and what is left at the source. */
export function describeMoves(bench: () => Bench): void {
  describe("a move", () => {
    it("brings a JSON object to Vault member by member and schedules its source", async () => {
      const { sources, homes, home, log, canary } = bench();
      const value = {
        user: "app",
        password: canary,
        port: 5432,
        tls: true,
        hosts: ["a", "b"],
        none: null,
        o: { "": 0.1 },
      };
      const { arn, versionId } = await sources.create("moves/json", JSON.stringify(value));
      const started = Date.now();

      const outcome = await log.outcome(arn, { outcome: "moved", reason: "proven" });

      assert.equal(outcome.versionId, versionId);
      assert.ok((outcome.homeVersion ?? 0) > 0);
      await holdsOnly(homes, home("moves/json"), value);
      const { DeletedDate } = await sources.describe(arn);
      const end = DeletedDate?.getTime() ?? 0;
      assert.ok(Math.abs(end - started - 30 * day) < 5 * 60_000, `the window ends at ${new Date(end).toISOString()}`);
    });

    it("is told apart in the home's labels by ARN suffix, kind and version, and done when it says so", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn, versionId } = await sources.create("moves/labels", JSON.stringify({ canary }));
      await log.outcome(arn, { outcome: "moved" });

      const metadata = await homes.metadata(home("moves/labels"));

      const labels = metadata?.custom_metadata ?? {};
      assert.equal(labels[`v${metadata?.current_version ?? 0}`], `1;${arn.slice(-6)};fields;${versionId}`);
      const deletion = new RegExp(`^1;${arn.slice(-6)};${versionId};`);
      assert.match(labels["deleting"] ?? "", deletion);
      assert.match(labels["deleted"] ?? "", deletion);
    });

    it("is remembered in the source's tag: whose it is, what was proven, when, and for how long", async () => {
      const { sources, homes, home, log, system, canary } = bench();
      const { arn, versionId } = await sources.create("moves/tag", canary);
      const { homeVersion = 0 } = await log.outcome(arn, { outcome: "moved" });

      const { owner, place, taggedAt, created, ...tag } = await sources.stateTag(arn);

      assert.deepEqual(tag, {
        state: "d",
        suffix: arn.slice(-6),
        versionId,
        homeVersion,
        windowDays: 30,
        replicas: [],
      });
      assert.equal(owner, system().outputs["moverEntityId"]?.slice(0, 8));
      assert.match(place, /^[0-9a-f]{8}$/);
      const { versions = {} } = (await homes.metadata(home("moves/tag"))) ?? {};
      const { created_time: createdTime = "" } = versions[homeVersion] ?? {};
      assert.equal(created, timeKey(createdTime));
      assert.ok(Math.abs(Date.now() - taggedAt) < 60_000);
    });

    const texts = {
      "plain text": 'it\'s "plain"\n\ttext, ünïcode 🔑, <&>\u2028',
      "a number with more digits than a float holds": '{"id":12345678901234567890}',
      "a number whose text would change": '{"amount":1.10,"big":1e21}',
      "duplicate keys": '{"a":"1","a":"2"}',
      "an array": '[{"a":1},{"b":2}]',
      "an empty object": "{}",
      "JSON that is no object": '"quoted"',
    };
    for (const [kind, text] of Object.entries(texts)) {
      it(`keeps ${kind} as the exact text`, async () => {
        const { sources, homes, home, log } = bench();
        const name = `moves/text-${kind.replaceAll(/\W/g, "-")}`;
        const { arn } = await sources.create(name, text);

        await log.outcome(arn, { outcome: "moved" });

        await holdsOnly(homes, home(name), { value: text });
      });
    }

    it("keeps bytes as base64", async () => {
      const { sources, homes, home, log } = bench();
      const bytes = randomBytes(300);
      const { arn } = await sources.create("moves/binary", bytes);

      await log.outcome(arn, { outcome: "moved" });

      await holdsOnly(homes, home("moves/binary"), { value_base64: bytes.toString("base64") });
    });

    it("copies the source's tags as labels, the mover's own left out", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn } = await sources.create("moves/tags", canary, { team: "blue", "cost centre": "4711" });

      await log.outcome(arn, { outcome: "moved" });

      const { custom_metadata: labels } = (await homes.metadata(home("moves/tags"))) ?? { custom_metadata: null };
      const copied = Object.entries(labels ?? {}).filter(([key]) => key.startsWith("tag."));
      assert.deepEqual(Object.fromEntries(copied), { "tag.team": "blue", "tag.cost centre": "4711" });
    });

    // Each is a name that Secrets Manager allows and that URL parsers or Vault would turn into another path.
    const names = {
      "../destroy/x": "..~/destroy/x",
      "odd/../../sys/x": "odd/..~/..~/sys/x",
      "odd//double": "odd/~/double",
      "/odd-leading": "~/odd-leading",
      "odd-trailing/": "odd-trailing/~",
      "odd-dot.": "odd-dot.~",
      "odd/./here": "odd/.~/here",
    };
    for (const [name, encoded] of Object.entries(names)) {
      it(`gives the name ${name} a path of its own`, async () => {
        const { sources, homes, home, log, system, canary } = bench();
        const { arn } = await sources.create(name, canary);

        const outcome = await log.outcome(arn, { outcome: "moved" });

        assert.equal(outcome.home, `${system().mount}/${home(encoded)}`);
        await holdsOnly(homes, home(encoded), { value: canary });
      });
    }
  });

  describe("a change at the source", () => {
    it("is followed while the secret is only copied: new value, rollback, text to object", async () => {
      const { sources, homes, home, log, clients, canary } = bench();
      const path = home("copied/followed");
      let last = 0;
      const follows = async (data: object, versionId: string): Promise<void> => {
        // Two events can tell of one new value and two movers write it at once, so the KV version's number is open.
        const { homeVersion = 0 } = await eventually(
          async () =>
            (await log.outcomesOf(arn)).find(
              (outcome) =>
                outcome.reason === "proven" && outcome.versionId === versionId && (outcome.homeVersion ?? 0) > last,
            ),
          () => `no mover proved ${versionId} after KV version ${last}`,
        );
        last = homeVersion;
        assert.deepEqual((await homes.read(path))?.data, data);
      };
      const { arn, versionId: first } = await sources.create("copied/followed", `${canary}-1`);
      await follows({ value: `${canary}-1` }, first);

      const second = await sources.put(arn, `${canary}-2`);
      await follows({ value: `${canary}-2` }, second);

      const rollback = {
        SecretId: arn,
        VersionStage: "AWSCURRENT",
        MoveToVersionId: first,
        RemoveFromVersionId: second,
      };
      await clients.secrets.send(new UpdateSecretVersionStageCommand(rollback));
      await follows({ value: `${canary}-1` }, first);

      const update = { SecretId: arn, SecretString: JSON.stringify({ canary }) };
      const { VersionId: third = "" } = await clients.secrets.send(new UpdateSecretCommand(update));
      await follows({ canary }, third);
      assert.equal(await sources.isScheduled(arn), false);
    });

    it("is not written a second time when it was seen already", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn } = await sources.create("copied/seen", canary);
      await log.outcome(arn, { outcome: "copied" });
      const copied = await homes.read(home("copied/seen"));
      assert.deepEqual(copied?.data, { value: canary });

      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "unchanged", reason: "proven" });

      assert.deepEqual(await homes.read(home("copied/seen")), copied);
    });

    it("is not looked for any more once the secret is moved", async () => {
      const { sources, log, canary } = bench();
      const { arn, versionId } = await sources.create("moves/twice", canary);
      await log.outcome(arn, { outcome: "moved" });
      await sources.ageDeletion(arn);
      const before = await sources.stateTag(arn);
      assert.deepEqual([before.state, before.versionId], ["d", versionId]);

      await sources.nudge("moves/twice");

      await log.outcome(arn, { outcome: "unchanged", reason: "already-moved" });
      assert.deepEqual(await sources.stateTag(arn), before);
      assert.equal(await sources.isScheduled(arn), true);
    });
  });

  describe("a person's undo by RestoreSecret", () => {
    it("stands: the value is copied on, but not deleted, until it is released", async () => {
      const { sources, homes, home, log, clients, canary } = bench();
      const path = home("moves/undone");
      const { arn } = await sources.create("moves/undone", `${canary}-1`);
      await log.outcome(arn, { outcome: "moved" });

      await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "deferred", reason: "deletion-unseen" });
      await sources.ageDeletion(arn);

      const second = await sources.put(arn, `${canary}-2`);
      await log.outcome(arn, { outcome: "copied", reason: "undone", versionId: second });
      assert.deepEqual((await homes.read(path))?.data, { value: `${canary}-2` });
      assert.equal(await sources.isScheduled(arn), false);
      assert.equal(await sources.text(arn), `${canary}-2`);

      const { state, versionId } = await sources.stateTag(arn);
      assert.deepEqual([state, versionId], ["u", second]);

      await sources.tag(arn, "vault-mover", "again");
      await log.outcome(arn, { outcome: "moved", versionId: second });
      assert.equal(await sources.isScheduled(arn), true);
      assert.deepEqual((await homes.read(path))?.data, { value: `${canary}-2` });
    });
  });
}
