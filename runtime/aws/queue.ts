/** The calls that the function itself makes to its two queues. */
import type * as sqs from "@aws-sdk/client-sqs";

import { deadLetterAttributes } from "../model/deadLetter";
import type { QueuePort } from "../model/ports";
import { sourceError } from "../shared/awsCall";

export interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/**
 * The client is made when it is first needed: most containers never send a message, and loading the client's package
 * would make every cold start longer.
 *
 * @param makeClient makes the client from its package
 * @param onDelayFailed called when a message's delay could not be set. The message then comes back after the queue's own
 * visibility timeout, which is no reason to fail the batch
 */
export function makeQueue(
  makeClient: (sdk: typeof sqs) => sqs.SQSClient,
  urls: QueueUrls,
  onDelayFailed: (error: Error) => void,
): QueuePort {
  let connected: { readonly sdk: typeof sqs; readonly client: sqs.SQSClient } | undefined;
  const connect = async () => {
    const sdk = await import("@aws-sdk/client-sqs");
    connected ??= { sdk, client: makeClient(sdk) };
    return connected;
  };
  return {
    async delay(receiptHandle, seconds) {
      try {
        const { sdk, client } = await connect();
        await client.send(
          new sdk.ChangeMessageVisibilityCommand({
            QueueUrl: urls.queueUrl,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }),
        );
      } catch (error) {
        onDelayFailed(sourceError("delay", error));
      }
    },
    async sendToDeadLetterQueue(body, messageId) {
      try {
        const { sdk, client } = await connect();
        await client.send(
          new sdk.SendMessageCommand({
            QueueUrl: urls.deadLetterQueueUrl,
            MessageBody: body,
            MessageAttributes: Object.fromEntries(
              Object.entries(deadLetterAttributes(messageId)).map(([name, StringValue]) => [
                name,
                { DataType: "String", StringValue },
              ]),
            ),
          }),
        );
      } catch (error) {
        throw sourceError("dead-letter", error);
      }
    },
  };
}
