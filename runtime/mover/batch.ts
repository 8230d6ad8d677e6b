/** One batch of queue messages: each secret is run once, and each message ends by itself. */
import { deadLetterIdOf } from "../model/deadLetter";
import type { Outcome } from "../model/outcome";
import type { QueuePort } from "../model/ports";
import { isRetryableError, retryableError } from "../shared/errors";
import type { RetryableError } from "../shared/errors";
import { delaySeconds } from "./backoff";
import { readMessage } from "./event";
import type { MoveRequest } from "./run";

/** A queue message, in SQS's names. */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
  readonly messageAttributes?: Readonly<Record<string, { readonly stringValue?: string | undefined }>>;
}

export interface BatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface Telemetry {
  readonly outcome: (outcome: Outcome, durationMs: number) => void;
  readonly retry: (secret: string, error: RetryableError, receives: number) => void;
  readonly unreadable: (messageId: string) => void;
  /** @param deadLetterId the id that the message had when it was put on the dead-letter queue */
  readonly dropped: (messageId: string, deadLetterId: string) => void;
  readonly ignored: (messageId: string) => void;
}

export interface BatchDeps {
  readonly move: (request: MoveRequest) => Promise<Outcome>;
  readonly queue: QueuePort;
  readonly telemetry: Telemetry;
  readonly now: () => number;
  readonly random: () => number;
}

/** Seconds until the mover looks again at a delete that Secrets Manager does not show yet. */
const unseenSeconds = 60;

type End = { readonly end: "done" } | { readonly end: "again"; readonly seconds: number };
const done: End = { end: "done" };

/** Where an error was thrown: the places in this program, without the message before them, which could quote a value. */
function framesOf({ message, stack = "" }: Error): string {
  const start = stack.indexOf(message);
  if (start < 0) return "";
  const frames = [
    ...stack.slice(start + message.length).matchAll(/^ {4}at (?:.* )?\(?(?:[^()\n]*\/)?([\w.-]+:\d+:\d+)\)?$/gm),
  ];
  return frames
    .map(([, place]) => place)
    .slice(0, 5)
    .join(" < ");
}

/** A defect of this program ends the run of one secret, not the batch. */
const asRetryableError = (error: unknown): RetryableError => {
  if (isRetryableError(error)) return error;
  const what = error instanceof Error ? `${error.name} at ${framesOf(error)}` : typeof error;
  return retryableError("defect", "run", what);
};

/** Makes the function that handles a batch. It does not throw: its answer lists the messages that failed. */
export function makeBatch(deps: BatchDeps) {
  const { move, queue, telemetry, now, random } = deps;

  async function handleSecret(secret: string, receives: number, remainingMs: () => number): Promise<End> {
    const started = now();
    try {
      const outcome = await move({ secret, receiveCount: receives, remainingMs });
      telemetry.outcome(outcome, now() - started);
      // A message is not kept for the settle time, which may be a month: the sweep takes the secret up again.
      return outcome.reason === "deletion-unseen" ? { end: "again", seconds: unseenSeconds } : done;
    } catch (error) {
      const retryable = asRetryableError(error);
      telemetry.retry(secret, retryable, receives);
      return { end: "again", seconds: delaySeconds(receives, random(), retryable.retryAfter) };
    }
  }

  /** A person finds it on the dead-letter queue, once: put back and still unreadable, it has nothing more to tell. */
  async function endUnreadable(message: QueueMessage, receives: number): Promise<End> {
    const attributes = Object.entries(message.messageAttributes ?? {}).map(
      ([name, { stringValue }]) => [name, stringValue] as const,
    );
    const deadLetterId = deadLetterIdOf(Object.fromEntries(attributes));
    if (deadLetterId !== undefined) {
      telemetry.dropped(message.messageId, deadLetterId);
      return done;
    }
    telemetry.unreadable(message.messageId);
    try {
      await queue.sendToDeadLetterQueue(message.body, message.messageId);
      return done;
    } catch (error) {
      const retryable = asRetryableError(error);
      telemetry.retry(`message ${message.messageId}`, retryable, receives);
      return { end: "again", seconds: delaySeconds(receives, random(), retryable.retryAfter) };
    }
  }

  return async (messages: readonly QueueMessage[], remainingMs: () => number): Promise<BatchAnswer> => {
    const runs = new Map<string, Promise<End>>();
    const ends = await Promise.all(
      messages.map(async (message) => {
        const read = readMessage(message.body);
        const receives = Math.max(1, Number(message.attributes.ApproximateReceiveCount) || 1);
        switch (read.is) {
          case "unreadable":
            return { message, end: await endUnreadable(message, receives) };
          case "ignored":
            telemetry.ignored(message.messageId);
            return { message, end: done };
          case "secret": {
            const run = runs.get(read.secret) ?? handleSecret(read.secret, receives, remainingMs);
            runs.set(read.secret, run);
            return { message, end: await run };
          }
          default:
            return read satisfies never;
        }
      }),
    );
    const again = ends.flatMap(({ message, end }) => (end.end === "again" ? [{ message, seconds: end.seconds }] : []));
    await Promise.all(again.map(({ message, seconds }) => queue.delay(message.receiptHandle, seconds)));
    return { batchItemFailures: again.map(({ message }) => ({ itemIdentifier: message.messageId })) };
  };
}
