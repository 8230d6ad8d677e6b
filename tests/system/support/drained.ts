import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";

import type { Bench } from "./bench";
import { eventually } from "./eventually";

/**
 * Waits until the mover has worked off all that is on its queue. An event may come twice, and the second run may still be
 * under way when the first one's outcome is known: what both left behind is seen only after this.
 *
 * @param resting so many messages can't be worked off and stay on the queue
 */
export async function drained({ clients, system, log, sources }: Bench, resting = 0): Promise<void> {
  let left = NaN;
  const aged = new Set<string>();
  await eventually(
    async () => {
      // The second run of a secret waits for five minutes after the first one's delete.
      const last = new Map((await log.records()).map((record) => [String(record["arn"]), record["reason"]]));
      for (const [arn, reason] of last) {
        if (reason !== "deletion-unseen" || aged.has(arn)) continue;
        aged.add(arn);
        await sources.ageDeletion(arn);
      }
      const { Attributes = {} } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: system().queueUrl, AttributeNames: ["All"] }),
      );
      left =
        Number(Attributes["ApproximateNumberOfMessages"]) + Number(Attributes["ApproximateNumberOfMessagesNotVisible"]);
      return left <= resting ? true : undefined;
    },
    () => `${left} messages are on the queue, of which ${resting} may stay`,
  );
}
