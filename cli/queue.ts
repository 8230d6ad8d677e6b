/** The deployed mover's queue, as far as a person's run uses it. */
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";

import { makeSweepQueue } from "../runtime/sweeper/sweepQueue";
import { awsFailure } from "./failure";
import { awsLimits } from "./session";
import type { Session } from "./session";

export interface Queue {
  /** Sends secrets to the deployed mover. */
  readonly send: (arns: readonly string[]) => Promise<void>;
  /** How many messages wait to be read, by SQS's estimate; undefined where this login may not ask. */
  readonly waiting: () => Promise<number | undefined>;
  readonly close: () => void;
}

export function makeQueue(session: Pick<Session, "deployment" | "sleep">): Queue {
  const { queueUrl: QueueUrl, region } = session.deployment.settings;
  const sqs = new SQSClient({ region, ...awsLimits });
  const send = makeSweepQueue(sqs, QueueUrl, session.sleep);
  return {
    send: (arns) =>
      send(arns).catch((error: unknown) => {
        // The queue's client has put AWS's name of the error into a sentence of its own.
        const name = error instanceof Error ? (/SendMessageBatch: (\w+)/.exec(error.message)?.[1] ?? "") : "";
        throw awsFailure("SendMessageBatch", Object.assign(new Error(), { name, $fault: "client" }));
      }),
    async waiting() {
      try {
        const { Attributes } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
        );
        const number = Attributes?.["ApproximateNumberOfMessages"];
        return number === undefined ? undefined : Number(number);
      } catch {
        // A run is not ended for a number beside its bar: it needs no right to this call.
        return undefined;
      }
    },
    close: () => {
      sqs.destroy();
    },
  };
}

/** So many lines about other secrets, and none about these, are worth a word. */
const othersShown = 50;
/** How often the queue is asked while the mover is busy with others. */
const askMs = 10_000;

/**
 * Says that the mover is busy with other secrets, and how many messages wait before these. The queue is asked only then,
 * and every ten seconds at most.
 *
 * @returns a function of how many lines were about others, and of how many secrets of this run are on the queue; it gives
 * an empty text where there is nothing to say
 */
export function makeBusyText(
  waiting: Queue["waiting"],
  now: () => number,
): (others: number, underWay: number) => Promise<string> {
  let asked = -Infinity;
  let before = "";
  return async (others, underWay) => {
    if (others < othersShown) return "";
    if (now() - asked >= askMs) {
      asked = now();
      const all = await waiting();
      before =
        all === undefined ? "" : `, about ${Math.max(0, all - underWay).toLocaleString("en-US")} wait before these`;
    }
    return `the mover is busy with others${before}`;
  };
}
