/** Puts messages of the dead-letter queue back to the mover's queue. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";

import { readMessage } from "../runtime/mover/event";

export interface RedriveOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Seconds for which a message that was received hides from others; a run that is killed leaves it so. Default 300. */
  readonly hiddenSeconds?: number;
}

export interface Redriven {
  /** Messages that are on the mover's queue again. */
  readonly moved: number;
  /** Ids of messages that name no secret: they stay on the dead-letter queue. Their text is not told. */
  readonly unreadable: readonly string[];
}

/** The most that SQS gives at once. */
const batchSize = 10;
/** Seconds in which SQS asks all of its servers; a shorter wait may find nothing where there is something. */
const waitSeconds = 2;

interface Received {
  readonly id: string;
  readonly handle: string;
  readonly body: string;
}

const received = ({ MessageId: id, ReceiptHandle: handle, Body: body }: Message): readonly Received[] =>
  id === undefined || handle === undefined ? [] : [{ id, handle, body: body ?? "" }];

/**
 * Moves every message that names a secret, ten at a time, until the dead-letter queue has nothing new. Each is sent
 * before it is deleted, so that a run that breaks off can only leave a message twice, which the mover does not mind.
 *
 * @throws what the SDK throws; the messages not moved by then stay on the dead-letter queue
 */
export async function redrive(options: RedriveOptions): Promise<Redriven> {
  const { sqs, queueUrl, deadLetterQueueUrl: QueueUrl, hiddenSeconds: VisibilityTimeout = 300 } = options;
  const kept = new Map<string, string>();
  let moved = 0;

  async function move({ body, handle }: Received): Promise<void> {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    moved += 1;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle }));
  }

  async function round(): Promise<number> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchSize,
        VisibilityTimeout,
        WaitTimeSeconds: waitSeconds,
      }),
    );
    const fresh = Messages.flatMap(received).filter(({ id }) => !kept.has(id));
    const readable = fresh.filter(({ body }) => readMessage(body).is === "secret");
    for (const { id, handle } of fresh) {
      if (!readable.some((message) => message.id === id)) kept.set(id, handle);
    }
    // All are waited for, so that none is still on its way when an error is told.
    const ends = await Promise.allSettled(readable.map(move));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return fresh.length;
  }

  try {
    let fresh;
    do fresh = await round();
    while (fresh > 0);
  } finally {
    // What stays is shown to others again at once.
    await Promise.allSettled(
      [...kept.values()].map((ReceiptHandle) =>
        sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
      ),
    );
  }
  return { moved, unreadable: [...kept.keys()] };
}
