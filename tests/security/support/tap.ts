/** A second queue behind the stack's rules: what reaches it is what reaches the mover's queue. */
import { PutTargetsCommand, RemoveTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";

import type { Bench } from "../../system/support/bench";

export interface Tap {
  /** All messages so far; they are gone then. */
  readonly drain: () => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
}

/** Every message that is on a queue, taken off it. */
export async function drainQueue({ sqs }: Bench["clients"], QueueUrl: string): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
        MessageAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return bodies;
    for (const message of Messages) {
      bodies.push(JSON.stringify(message));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}

export async function openTap({ clients, system }: Bench): Promise<Tap> {
  const { QueueUrl = "" } = await clients.sqs.send(new CreateQueueCommand({ QueueName: "tap" }));
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const rules = ["calls", "labels"].map((rule) => `${system().functionName}-${rule}`);
  for (const Rule of rules) {
    await clients.events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: "tap", Arn: Attributes?.["QueueArn"] }] }));
  }
  return {
    drain: () => drainQueue(clients, QueueUrl),
    remove: async () => {
      for (const Rule of rules) await clients.events.send(new RemoveTargetsCommand({ Rule, Ids: ["tap"] }));
    },
  };
}
