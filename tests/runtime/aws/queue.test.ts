import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";

import { SQSClient } from "@aws-sdk/client-sqs";
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";

import { makeQueue } from "../../../runtime/aws/queue";
import { deadLetterIdOf } from "../../../runtime/model/deadLetter";
import { isRetryableError } from "../../../runtime/shared/errors";
import { moverSettings, region } from "../../support/builders";

/** The port over a client whose calls end before they are sent. */
function queueOver(failure?: Error) {
  const inputs: unknown[] = [];
  const warned: Error[] = [];
  const client = new SQSClient({ region, credentials: { accessKeyId: "a", secretAccessKey: "b" }, maxAttempts: 1 });
  client.middlewareStack.add(
    () => (args) => {
      inputs.push(args.input);
      return failure === undefined
        ? Promise.resolve({ output: { $metadata: {} }, response: {} })
        : Promise.reject(failure);
    },
    { step: "initialize", priority: "high" },
  );
  return {
    queue: makeQueue(
      () => client,
      moverSettings(),
      (error) => warned.push(error),
    ),
    inputs,
    warned,
  };
}

const failure = Object.assign(new Error("hunter2"), { name: "ReceiptHandleIsInvalid", $metadata: {} });

describe("the queues", () => {
  it("delay a message", async () => {
    const { queue, inputs } = queueOver();
    await queue.delay("handle", 42);
    deepEqual(inputs, [{ QueueUrl: moverSettings().queueUrl, ReceiptHandle: "handle", VisibilityTimeout: 42 }]);
  });

  it("do not fail a batch when a message's delay can't be set", async () => {
    const { queue, warned } = queueOver(failure);
    await queue.delay("handle", 42);
    equal(warned.length, 1);
    match(String(warned[0]), /at step delay: /);
    doesNotMatch(String(warned[0]), /hunter2/);
  });

  it("take an unreadable message as it is, with its id and the reason", async () => {
    const { queue, inputs } = queueOver();
    await queue.sendToDeadLetterQueue("{body", "id-1");
    deepEqual(inputs, [
      {
        QueueUrl: moverSettings().deadLetterQueueUrl,
        MessageBody: "{body",
        MessageAttributes: {
          reason: { DataType: "String", StringValue: "unreadable" },
          messageId: { DataType: "String", StringValue: "id-1" },
        },
      },
    ]);
  });

  it("mark an unreadable message so that the function knows it again when it is put back", async () => {
    const { queue, inputs } = queueOver();
    await queue.sendToDeadLetterQueue("{body", "id-1");
    const { MessageAttributes = {} } = inputs[0] as SendMessageCommandInput;
    const kept = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
    equal(deadLetterIdOf(Object.fromEntries(kept) as Record<string, string>), "id-1");
  });

  it("say that a message could not be put aside, without its text", async () => {
    await rejects(queueOver(failure).queue.sendToDeadLetterQueue("{body", "id-1"), (error: unknown) => {
      ok(isRetryableError(error));
      equal(error.step, "dead-letter");
      doesNotMatch(`${error.message}${error.stack ?? ""}`, /hunter2|\{body/);
      return true;
    });
  });
});
