import * as assert from "node:assert/strict";

import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Message } from "@aws-sdk/client-sqs";

import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";

/** What the queue may hold beside events of Secrets Manager. */
export function describeMessages(bench: () => Bench): void {
  describe("a message", () => {
    /** Finds a message in the dead-letter queue by the id that it had in the mover's queue, and leaves it there. */
    async function deadLetter(id: string): Promise<Message | undefined> {
      const { clients, system } = bench();
      const { Messages = [] } = await clients.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: system().deadLetterQueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          VisibilityTimeout: 0,
        }),
      );
      return Messages.find(({ MessageAttributes }) => MessageAttributes?.["messageId"]?.StringValue === id);
    }

    /** Waits for the first line of the function's log that names a message by its id. */
    const logged = (id: string) =>
      eventually(
        async () => (await bench().log.records()).find(({ messageId }) => messageId === id),
        () => `no line of the log names message ${id}`,
      );

    it("that nobody can read is put on the dead-letter queue under its id, and fails no other", async () => {
      const { sources, log, canary } = bench();
      const { arn } = await sources.createHeld("messages/beside", canary);
      await log.outcome(arn, { reason: "audit" });

      const [id] = await Promise.all([sources.send('{"secretId":'), sources.release(arn)]);

      await log.outcome(arn, { outcome: "moved" });
      const dead = await eventually(
        () => deadLetter(id),
        () => `message ${id} is not on the dead-letter queue`,
      );
      assert.equal(dead.Body, '{"secretId":');
      assert.equal(dead.MessageAttributes?.["reason"]?.StringValue, "unreadable");
      await logged(id);
      const reported = (await log.records()).filter(({ messageId }) => messageId === id);
      assert.equal(reported.length, 1, "it was handled once: it did not come back to the queue");
    });

    it("that nobody can read and somebody puts back is dropped, and does not go round", async () => {
      const { sources, log, clients, system } = bench();
      const id = await sources.send('{"secretId":"again"');
      const dead = await eventually(
        () => deadLetter(id),
        () => `message ${id} is not on the dead-letter queue`,
      );

      // As SQS's own redrive does: body and attributes stay, the id is new.
      const { MessageId = "" } = await clients.sqs.send(
        new SendMessageCommand({
          QueueUrl: system().queueUrl,
          MessageBody: dead.Body,
          MessageAttributes: dead.MessageAttributes,
        }),
      );

      const { level, message, deadLetterId } = await logged(MessageId);
      assert.deepEqual([level, deadLetterId], ["ERROR", id]);
      assert.match(String(message), /it is dropped/);
      assert.equal(await deadLetter(MessageId), undefined);
      assert.equal((await log.records()).filter(({ messageId }) => messageId === MessageId).length, 1);
    });

    it("of an event of another kind is ignored", async () => {
      const { sources } = bench();

      const id = await sources.send(JSON.stringify({ "detail-type": "Something Else", detail: { name: "x" } }));

      assert.match(String((await logged(id))["message"]), /ignored/);
      assert.equal(await deadLetter(id), undefined);
    });

    it("that names a secret of another account or region is refused", async () => {
      const { sources, log, system } = bench();
      const { region, account } = system();
      const foreign = [
        `arn:aws:secretsmanager:${region}:111122223333:secret:theirs-AbCdEf`,
        `arn:aws:secretsmanager:eu-west-1:${account}:secret:elsewhere-AbCdEf`,
      ];

      for (const arn of foreign) await sources.nudge(arn);

      for (const arn of foreign) await log.outcome(arn, { outcome: "refused", reason: "foreign" });
    });
  });
}

/**
 * Messages that somebody made up. A secret that does not exist is asked for four times, in case it is only too new, which
 * takes half a minute; so they are sent before all other tests of the suite, and these come late.
 */
export function describeForgedMessages(bench: () => Bench): void {
  const nobodys = ["forged/nobody", "../destroy/nobody", "../../sys/mounts/nobody"];
  let mark = 0;

  before(async () => {
    const { audit, sources } = bench();
    mark = audit.now();
    for (const name of nobodys) await sources.nudge(name);
  });

  describe("a forged message", () => {
    it("that names a secret that does not exist changes nothing in Vault", async () => {
      const { log, audit, homes, home } = bench();

      for (const name of nobodys) await log.outcome(name, { outcome: "skipped", reason: "not-found" });

      const asked = audit.since(mark).map(({ path }) => path);
      assert.ok(asked.length > 0, "Vault writes its audit log");
      assert.deepEqual(
        asked.filter((path) => path.includes("nobody")),
        [],
      );
      assert.equal(await homes.metadata(home("forged/nobody")), undefined);
    });
  });
}
