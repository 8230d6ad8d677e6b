/** Hands secrets to the deployed mover through its queue, and follows their outcomes in its log. */
import type { Outcome } from "../runtime/model/outcome";
import type { RetryCode } from "../runtime/shared/errors";

/** What the mover's log tells of a secret. */
export type News =
  | { readonly is: "outcome"; readonly outcome: Outcome; /** When the run began. */ readonly started: number }
  | { readonly is: "retry"; readonly secret: string; readonly code: RetryCode };

export interface FleetPorts {
  /** Puts up to ten secrets on the queue. */
  readonly send: (arns: readonly string[]) => Promise<void>;
  /** What was logged since the last call. */
  readonly news: () => Promise<readonly News[]>;
  /** Secrets on the queue at once. */
  readonly queued: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
}

export interface Following {
  readonly outcome: (outcome: Outcome) => Promise<void> | void;
  /** Called after every look at the log. */
  readonly state: (ended: number, waiting: Readonly<Record<string, RetryCode>>) => void;
}

export interface FleetEnd {
  /** Secrets that were put on the queue and have not ended yet: the mover goes on with them by itself. */
  readonly underWay: number;
  /** Secrets that were not put on the queue. */
  readonly unsent: number;
  /** Why it ended before all secrets had. */
  readonly cause?: "stopped" | "silent";
}

const batchSize = 10;
const pollMs = 1_000;
/** A message is delayed for 15 minutes at most, so a mover that is silent for longer is not running. */
export const patienceMs = 20 * 60_000;
/** The clocks of this machine and of the mover may differ by this much. */
const skewMs = 5_000;

/** Whether the mover is done with the secret. Otherwise its message comes back. */
const isEnd = ({ reason }: Outcome): boolean => reason !== "deletion-unseen";

/** Sends and follows until every secret has ended, the person stops, or the mover is silent for too long. */
export async function runFleet(arns: readonly string[], ports: FleetPorts, on: Following): Promise<FleetEnd> {
  const { send, news, queued, now, sleep, stopped } = ports;
  const sent = new Map<string, number>();
  const waiting: Record<string, RetryCode> = {};
  let next = 0;
  let ended = 0;
  let heard = now();

  const sendMore = async (): Promise<void> => {
    while (next < arns.length && sent.size < queued && !stopped()) {
      const batch = arns.slice(next, next + Math.min(batchSize, queued - sent.size));
      // Noted before the call, because the mover may be faster than the call's answer.
      for (const arn of batch) sent.set(arn, now());
      await send(batch);
      next += batch.length;
    }
  };
  const listen = async (): Promise<void> => {
    for (const item of await news()) {
      const arn = item.is === "outcome" ? item.outcome.secret : item.secret;
      const at = sent.get(arn);
      if (at === undefined) continue;
      heard = now();
      if (item.is === "retry") {
        waiting[arn] = item.code;
      } else if (isEnd(item.outcome) && item.started >= at - skewMs) {
        sent.delete(arn);
        Reflect.deleteProperty(waiting, arn);
        ended += 1;
        await on.outcome(item.outcome);
      }
    }
    on.state(ended, waiting);
  };
  const endWith = (cause?: FleetEnd["cause"]): FleetEnd => ({
    underWay: sent.size,
    unsent: arns.length - next,
    ...(cause === undefined ? {} : { cause }),
  });

  for (;;) {
    await sendMore();
    if (next === arns.length && sent.size === 0) return endWith();
    if (stopped()) return endWith("stopped");
    if (now() - heard > patienceMs) return endWith("silent");
    await sleep(pollMs);
    await listen();
  }
}
