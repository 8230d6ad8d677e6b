import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";

import type { Bench } from "./bench";
import { eventually } from "./eventually";

/**
 * Waits until the mover has worked off all that is on its queue. An event may come twice, and the second run may still be
 * under way when the first one's outcome is known: what both left behind is seen only after this.
 *
 * @param resting so many messages can't be worked off and stay on the queue
 */
export async function drained({ clients, system }: Bench, resting = 0): Promise<void> {
  let left = NaN;
  await eventually(
    async () => {
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
