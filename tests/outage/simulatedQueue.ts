/** SQS in simulated time: visibility, receive counts, redrive policy, retention and a dead-letter queue. */
import type { QueueMessage } from "../../runtime/mover/batch";

export interface QueueRules {
  readonly visibilitySeconds: number;
  readonly maxReceiveCount: number;
  readonly retentionSeconds: number;
}

export interface Kept {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  /** When it was received so far, in milliseconds. */
  readonly receives: number[];
}

/** A message on the dead-letter queue, and who put it there. */
export interface Dead {
  readonly id: string;
  readonly body: string;
  readonly at: number;
  readonly by: "redrive policy" | "function";
}

export interface SimulatedQueue {
  /** All that are kept, in flight or not. */
  readonly kept: Map<string, Kept>;
  readonly dead: Dead[];
  /** Ids of messages that grew too old. */
  readonly expired: string[];
  /** Receives of every message there ever was, by id. */
  readonly history: Map<string, readonly number[]>;
  /** @param at when it is sent; may be in the future @returns its id */
  readonly send: (body: string, at: number) => string;
  /** When the next message can be received; undefined when there is none. */
  readonly nextVisible: () => number | undefined;
  readonly receive: (most: number, at: number) => readonly QueueMessage[];
  /** ChangeMessageVisibility; refused for a handle of an earlier receive. */
  readonly delay: (handle: string, seconds: number, at: number) => void;
  readonly remove: (id: string) => void;
  readonly sendToDeadLetterQueue: (body: string, id: string, at: number) => void;
}

const handleOf = ({ id, receives }: Kept): string => `${id} ${receives.length}`;

export function simulatedQueue(rules: QueueRules): SimulatedQueue {
  const kept = new Map<string, Kept>();
  const dead: Dead[] = [];
  const expired: string[] = [];
  const history = new Map<string, readonly number[]>();
  let serial = 0;

  return {
    kept,
    dead,
    expired,
    history,
    send(body, at) {
      serial += 1;
      const id = `message-${serial}`;
      const message: Kept = { id, body, sentAt: at, visibleAt: at, receives: [] };
      kept.set(id, message);
      history.set(id, message.receives);
      return id;
    },
    nextVisible: () => {
      let next: number | undefined;
      for (const { visibleAt } of kept.values()) if (next === undefined || visibleAt < next) next = visibleAt;
      return next;
    },
    receive(most, at) {
      const given: QueueMessage[] = [];
      for (const message of kept.values()) {
        if (given.length === most) break;
        if (message.visibleAt > at) continue;
        const { id, body, sentAt, receives } = message;
        if (at - sentAt >= rules.retentionSeconds * 1_000) {
          kept.delete(id);
          expired.push(id);
        } else if (receives.length >= rules.maxReceiveCount) {
          kept.delete(id);
          dead.push({ id, body, at, by: "redrive policy" });
        } else {
          receives.push(at);
          message.visibleAt = at + rules.visibilitySeconds * 1_000;
          given.push({
            messageId: id,
            receiptHandle: handleOf(message),
            body,
            attributes: { ApproximateReceiveCount: String(receives.length) },
          });
        }
      }
      return given;
    },
    delay(handle, seconds, at) {
      const message = kept.get(handle.split(" ")[0] ?? "");
      if (message === undefined || handleOf(message) !== handle) throw new Error(`no such receipt handle: ${handle}`);
      message.visibleAt = at + seconds * 1_000;
    },
    remove: (id) => {
      kept.delete(id);
    },
    sendToDeadLetterQueue: (body, id, at) => {
      dead.push({ id, body, at, by: "function" });
    },
  };
}
