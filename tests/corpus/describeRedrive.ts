import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";

import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";

import { queueRules } from "../outage/simulation";
import type { Bench } from "../system/support/bench";
import { eventually } from "../system/support/eventually";

const root = join(__dirname, "..", "..");

/** Runs the command line of the local cloud. */
function command(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "local/cli.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, out: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

/** What lies on the dead-letter queue, and how a person puts it back. */
export function describeRedrive(bench: () => Bench): void {
  describe("the mover's queue", () => {
    it("has the rules that outages are simulated with", async () => {
      const { clients, system } = bench();
      const { Attributes = {} } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: system().queueUrl, AttributeNames: ["All"] }),
      );
      const { maxReceiveCount } = JSON.parse(Attributes["RedrivePolicy"] ?? "{}") as { maxReceiveCount?: unknown };
      assert.deepEqual(
        {
          visibilitySeconds: Number(Attributes["VisibilityTimeout"]),
          maxReceiveCount: Number(maxReceiveCount),
          retentionSeconds: Number(Attributes["MessageRetentionPeriod"]),
        },
        queueRules,
      );
    });
  });

  describe("redrive", () => {
    const unreadable = ["{canary", "null", '{"secretId":7}', '{"detail-type":"Something Else"}'];

    it("puts back what names a secret and leaves the rest where it is", async () => {
      const { clients, system, sources, log } = bench();
      const QueueUrl = system().deadLetterQueueUrl;
      const bury = async (MessageBody: string): Promise<string> =>
        (await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? "";
      const { arn } = await sources.createHeld("redriven/held", "x");
      await log.outcome(arn, { reason: "audit" });
      const looks = async (): Promise<number> => (await log.outcomesOf(arn)).length;
      const before = await looks();
      const others = Array.from({ length: 23 }, (_, index) => `redriven/nobody-${index}`);
      const left = await Promise.all(unreadable.map(bury));
      await bury(JSON.stringify({ secretId: "redriven/held" }));
      for (const secretId of others) await bury(JSON.stringify({ secretId }));

      const { code, out } = await command("redrive", "--name", "corpus");

      assert.equal(code, 0);
      const [counts = "", ...lines] = out.trimEnd().split("\n");
      assert.equal(counts, "24 moved, 4 left because they name no secret");
      assert.deepEqual(lines.sort(), left.map((id) => `left: message ${id}`).sort());
      assert.ok(!out.includes("canary"));
      await eventually(
        async () => ((await looks()) > before ? true : undefined),
        () => "the mover does not look at the secret again",
      );
      const { Messages = [] } = await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
      );
      assert.deepEqual(Messages.map(({ Body }) => Body).sort(), [...unreadable].sort());
    });
  });
}
