/** Puts secrets on the mover's queue, whole batches at a time. */
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";

import { sweepError } from "./sweep";
import type { SweepPorts } from "./sweep";

/** How often a message that SQS did not take is sent again, after 0.1, 0.2, 0.4 … seconds. */
const attempts = 6;
const firstRestMs = 100;

interface Failed {
  readonly Id: string | undefined;
  readonly SenderFault?: boolean | undefined;
  readonly Code: string | undefined;
}

/** SQS takes some messages of a batch and refuses others: only those are sent again, unless the message is at fault. */
export function makeSweepQueue(
  client: SQSClient,
  queueUrl: string,
  sleep: (ms: number) => Promise<void>,
): SweepPorts["send"] {
  async function sendOnce(secretIds: readonly string[]): Promise<readonly Failed[]> {
    try {
      const Entries = secretIds.map((secretId, index) => ({
        Id: index.toString(),
        MessageBody: JSON.stringify({ secretId }),
      }));
      return (await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))).Failed ?? [];
    } catch (error) {
      throw sweepError("SendMessageBatch", error);
    }
  }

  return async (secretIds) => {
    let left = secretIds;
    for (let attempt = 1; ; attempt += 1) {
      const failed = await sendOnce(left);
      if (failed.length === 0) return;
      const wrong =
        failed.find(({ SenderFault }) => SenderFault === true) ?? (attempt === attempts ? failed[0] : undefined);
      if (wrong !== undefined) {
        throw sweepError("SendMessageBatch", Object.assign(new Error(), { name: wrong.Code ?? "message refused" }));
      }
      const ids = new Set(failed.map(({ Id }) => Id));
      left = left.filter((_, index) => ids.has(index.toString()));
      await sleep(firstRestMs * 2 ** (attempt - 1));
    }
  };
}
