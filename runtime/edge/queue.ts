/** The two queues, as far as the function calls them itself. */
import { ChangeMessageVisibilityCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";

import type { QueuePort } from "../batch";
import { sourceError } from "./awsErrors";

export interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/**
 * @param unrested told when a message's rest could not be set: it then comes back after the queue's own visibility
 * timeout, which is no reason to fail the batch
 */
export function makeQueue(client: SQSClient, urls: QueueUrls, unrested: (error: Error) => void): QueuePort {
  return {
    async rest(receiptHandle, seconds) {
      try {
        await client.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: urls.queueUrl,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }),
        );
      } catch (error) {
        unrested(sourceError("dead-letter", error));
      }
    },
    async bury(body, messageId) {
      try {
        await client.send(
          new SendMessageCommand({
            QueueUrl: urls.deadLetterQueueUrl,
            MessageBody: body,
            MessageAttributes: {
              reason: { DataType: "String", StringValue: "unreadable" },
              messageId: { DataType: "String", StringValue: messageId },
            },
          }),
        );
      } catch (error) {
        throw sourceError("dead-letter", error);
      }
    },
  };
}
