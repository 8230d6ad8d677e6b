import * as assert from "node:assert/strict";

import { DescribeRuleCommand, PutEventsCommand, TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";

import { templateRecordPath } from "../../../runtime/model/path";
import type { Bench } from "../../system/support/bench";
import { eventually } from "../../system/support/eventually";

/** What a label may be called that is not a person's. */
const ownLabel = /^(?:v[1-9]\d*|deleting|deleted)$/;

/** Keys and values of tags that look like the mover's labels. */
const lookalikes: Readonly<Record<string, string>> = {
  v1: "1;AAAAAA;text;00000000-0000-0000-0000-000000000000",
  v2: "9;AAAAAA;text;x",
  deleted: "1;AAAAAA;00000000-0000-0000-0000-000000000000;2020-01-01T00:00:00.000Z",
  deleting: "1;AAAAAA;00000000-0000-0000-0000-000000000000;2020-01-01T00:00:00.000Z",
  restoring: "00000000-0000-0000-0000-000000000000",
  checked: "2020-01-01T00:00:00.000Z",
  "region.eu-west-1": "aws/secretsmanager",
  "tag.v1": "x",
  "tag.deleted": "x",
  constructor: "x",
  __proto__x: "x",
  "long value": "=".repeat(256),
};

const deletionOf = (arn: string, versionId: string): RegExp => new RegExp(`^1;${arn.slice(-6)};${versionId};20`);

/** Events and messages that nobody but the account's owner should be able to send, and secrets made to do harm. */
export function describeHostileInput(bench: () => Bench): void {
  async function labelsOf(name: string): Promise<Readonly<Record<string, string>>> {
    const { homes, home } = bench();
    return (await homes.metadata(home(name)))?.custom_metadata ?? {};
  }

  describe("an event", () => {
    const forged = (source: string) => ({
      Source: source,
      DetailType: "Secret Label Updated",
      Detail: JSON.stringify({ name: "hostile/event", labelUpdated: "AWSCURRENT", versionId: "v" }),
    });

    it("in the name of Secrets Manager can't be put on the bus by anybody in the account", async () => {
      const { events } = bench().clients;

      const put = async (): Promise<void> => {
        const { FailedEntryCount, Entries } = await events.send(
          new PutEventsCommand({ Entries: [forged("aws.secretsmanager")] }),
        );
        assert.equal(FailedEntryCount, 1);
        throw new Error(Entries?.[0]?.ErrorCode);
      };

      await assert.rejects(put(), /NotAuthorizedForSource/);
    });

    it("of another source is matched by none of the rules, whatever else it says", async () => {
      const { clients, system } = bench();
      const { functionName, account, region } = system();
      const details = [
        { "detail-type": "Secret Label Updated", detail: { name: "x", labelUpdated: "AWSCURRENT" } },
        {
          "detail-type": "AWS API Call via CloudTrail",
          detail: { eventSource: "secretsmanager.amazonaws.com", eventName: "PutSecretValue" },
        },
      ];
      const matched: boolean[][] = [];

      for (const source of ["aws.secretsmanager", "my.secretsmanager", "aws.secretsmanager.x", "AWS.secretsmanager"]) {
        const results: boolean[] = [];
        for (const rule of ["calls", "labels"]) {
          const { EventPattern } = await clients.events.send(
            new DescribeRuleCommand({ Name: `${functionName}-${rule}` }),
          );
          for (const detail of details) {
            const event = {
              id: "1",
              version: "0",
              source,
              account,
              region,
              time: "2026-01-01T00:00:00Z",
              resources: [],
            };
            const Event = JSON.stringify({ ...event, ...detail });
            const { Result } = await clients.events.send(new TestEventPatternCommand({ Event, EventPattern }));
            results.push(Result === true);
          }
        }
        matched.push(results);
      }

      assert.deepEqual(matched, [
        [false, true, true, false],
        [false, false, false, false],
        [false, false, false, false],
        [false, false, false, false],
      ]);
    });

    it("that comes a second, third and tenth time changes nothing", async () => {
      const { sources, homes, home, log, system, canary } = bench();
      const { arn, versionId } = await sources.create("hostile/replayed", canary);
      await log.outcome(arn, { outcome: "moved" });
      await sources.ageDeletion(arn);
      const state = async () => ({
        labels: await labelsOf("hostile/replayed"),
        home: await homes.read(home("hostile/replayed")),
        window: (await sources.describe(arn)).DeletedDate,
        tag: await sources.stateTag(arn),
      });
      const before = await state();
      const { account, region } = system();
      const event = JSON.stringify({
        "detail-type": "AWS API Call via CloudTrail",
        source: "aws.secretsmanager",
        account,
        region,
        detail: {
          eventName: "CreateSecret",
          requestParameters: { name: "hostile/replayed" },
          responseElements: { arn },
        },
      });

      for (let time = 0; time < 10; time += 1) await sources.send(event);

      await eventually(
        async () =>
          (await log.outcomesOf(arn)).filter(({ reason }) => reason === "already-moved").length >= 2 || undefined,
        () => "the event was not looked at again",
      );
      assert.deepEqual(await state(), before);
      assert.match(before.labels["deleted"] ?? "", deletionOf(arn, versionId));
      assert.deepEqual(before.home?.data, { value: canary });
    });
  });

  describe("a message", () => {
    it("can't lift an exemption: all that it says beside the name is ignored", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn, versionId } = await sources.create("hostile/exempt", canary, { "vault-mover-mode": "exempt" });
      await log.outcome(arn, { reason: "exempt" });
      const orders = { mode: "move", "vault-mover-mode": "move", force: true, versionId, homeVersion: 1, proof: true };

      await sources.send(JSON.stringify({ secretId: "hostile/exempt", ...orders, settings: orders, Tags: [] }));

      await log.outcome("hostile/exempt", { outcome: "skipped", reason: "exempt" });
      assert.equal(await homes.metadata(home("hostile/exempt")), undefined);
      assert.equal(await sources.isScheduled(arn), false);
    });

    it("can't write a line of its own into the log", async () => {
      const { sources, log } = bench();
      const line = '{"outcome":"moved","reason":"proven","secret":"forged-line","arn":"forged-line"}';
      const ids: string[] = [];

      for (const end of ["\n", "\r\n", "\u2028", "\u0085"]) {
        ids.push(await sources.nudge(`arn:aws:secretsmanager:xx:1:secret:x${end}${line}`));
      }

      for (const id of ids) {
        await eventually(
          async () => (await log.records()).find(({ messageId }) => messageId === id),
          () => `message ${id} was not put away`,
        );
      }
      assert.deepEqual(await log.outcomesOf("forged-line"), []);
      assert.ok(!(await log.messages()).some((message) => message.includes("forged-line")));
    });

    it("as large as the queue takes is put on the dead-letter queue once, and holds nobody up", async () => {
      const { sources, log, clients, system, canary } = bench();
      const beside = await sources.createHeld("hostile/beside", canary);
      await log.outcome(beside.arn, { reason: "audit" });

      // SQS counts the attributes with which the mover puts it away.
      const id = await sources.send("x".repeat(1_048_576 - 1_024));
      await sources.release(beside.arn);

      await log.outcome(beside.arn, { outcome: "moved" });
      const dead = await eventually(
        async () => {
          const { Messages = [] } = await clients.sqs.send(
            new ReceiveMessageCommand({
              QueueUrl: system().deadLetterQueueUrl,
              MaxNumberOfMessages: 10,
              MessageAttributeNames: ["All"],
              VisibilityTimeout: 0,
            }),
          );
          return Messages.find(({ MessageAttributes }) => MessageAttributes?.["messageId"]?.StringValue === id);
        },
        () => "the message is not on the dead-letter queue",
      );
      assert.equal(dead.Body?.length, 1_048_576 - 1_024);
      assert.ok(!(await log.messages()).some((message) => message.includes("xxxxxxxxxx")), "the log does not quote it");
    });
  });

  describe("a secret", () => {
    it("whose tags look like the mover's labels is moved, and its labels are the mover's", async () => {
      const { sources, log, canary } = bench();
      const { arn, versionId } = await sources.create("hostile/lookalikes", canary, lookalikes);

      const { homeVersion = 0 } = await log.outcome(arn, { outcome: "moved" });

      const labels = await labelsOf("hostile/lookalikes");
      const { deleted = "", deleting = "", ...rest } = labels;
      const versions = Object.entries(rest).filter(([key]) => /^v[1-9]\d*$/.test(key));
      assert.ok(`v${homeVersion}` in rest);
      for (const [, text] of versions) assert.equal(text, `1;${arn.slice(-6)};text;${versionId}`);
      assert.match(deleted, deletionOf(arn, versionId));
      assert.match(deleting, deletionOf(arn, versionId));
      const others = Object.entries(rest).filter((label) => !versions.some(([key]) => key === label[0]));
      assert.deepEqual(
        others.filter(([key]) => ownLabel.test(key)),
        [],
      );
      assert.deepEqual(
        Object.fromEntries(others),
        Object.fromEntries(Object.entries(lookalikes).map(([key, value]) => [`tag.${key}`, value])),
      );
    });

    it("whose tags can't be labels loses those tags and nothing else", async () => {
      const { sources, log, canary } = bench();
      const odd = {
        "line\nbreak": "x",
        break: "a\nb",
        nul: "a\0b",
        empty: "",
        ["k".repeat(128)]: "x",
        "line separator": "\u2028",
      };
      const { arn } = await sources.create("hostile/unprintable", canary, { ...odd, plain: "x" });

      const outcome = await log.outcome(arn, { outcome: "moved" });

      assert.equal(outcome.droppedTags, Object.keys(odd).length);
      const copied = Object.keys(await labelsOf("hostile/unprintable")).filter((key) => key.startsWith("tag."));
      assert.deepEqual(copied, ["tag.plain"]);
    });

    it("with 49 of the longest tags is moved, and its labels have room", async () => {
      const { sources, log, canary } = bench();
      const tags = Object.fromEntries(
        Array.from({ length: 49 }, (_, index) => [`${index}-${"k".repeat(100)}`, "v".repeat(256)]),
      );
      const { arn, versionId } = await sources.create("hostile/49-tags", canary, tags);

      const { droppedTags = 0 } = await log.outcome(arn, { outcome: "moved" });

      const labels = await labelsOf("hostile/49-tags");
      assert.equal(Object.keys(labels).filter((key) => key.startsWith("tag.")).length, 49 - droppedTags);
      assert.match(labels["deleted"] ?? "", deletionOf(arn, versionId));
    });

    it("with 50 tags is copied and refused, since the mover's own tag has no room", async () => {
      const { sources, homes, home, log, canary } = bench();
      const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, "v"]));
      const { arn } = await sources.create("hostile/50-tags", canary, tags);

      await log.outcome(arn, { outcome: "refused", reason: "tags-full" });

      assert.equal(await sources.isScheduled(arn), false);
      assert.deepEqual(await sources.tags(arn), tags);
      assert.deepEqual((await homes.read(home("hostile/50-tags")))?.data, { value: canary });
    });

    it("whose description gives orders is moved like any other, and nobody repeats what it says", async () => {
      const { clients, log, vault, system, home, canary } = bench();
      const Description = 'vault-mover-mode=exempt\n{"outcome":"skipped","reason":"exempt"} description-of-orders';
      const { ARN: arn = "" } = await clients.secrets.send(
        new CreateSecretCommand({ Name: "hostile/described", Description, SecretString: canary }),
      );

      await log.outcome(arn, { outcome: "moved" });

      const { text } = await vault.request("GET", `${system().mount}/metadata/${home("hostile/described")}`);
      assert.ok(!text.includes("description-of-orders"));
      assert.ok(!(await log.messages()).some((message) => message.includes("description-of-orders")));
    });

    // Secrets Manager refuses these names; the emulator without its proxy takes them.
    const impossible = ["a*", "a?b", "%2e%2e/x", "a b", "~mover", "${aws:username}", "a\\..\\b", "a#b?c", "a;b"];
    for (const name of impossible) {
      it(`with the impossible name ${JSON.stringify(name)} is refused before Vault is asked`, async () => {
        const { clients, sources, log, system, audit, canary } = bench();
        const created = await clients.silent.send(new CreateSecretCommand({ Name: name, SecretString: canary }));
        const { ARN: arn = "" } = created;
        const mark = audit.now();

        await sources.nudge(name);

        await log.outcome(arn, { outcome: "refused", reason: "name-unsupported" });
        const { mount = "", moverEntityId } = system().outputs;
        // Events of the other tests' secrets may come late; the function checks its record when it starts.
        const asked = audit
          .since(mark)
          .filter(({ entityId, path }) => entityId === moverEntityId && path.startsWith(`${mount}/`))
          .filter(
            ({ path }) => path !== `${mount}/data/${templateRecordPath(system())}` && !path.includes("/hostile/"),
          );
        assert.deepEqual(asked, []);
        assert.equal(await sources.isScheduled(arn), false);
      });
    }
  });
}
