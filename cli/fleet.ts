/** Hands secrets to the deployed mover through its queue, and follows their outcomes in its log. */
import type { Outcome } from "../runtime/model/outcome";
import { retryConcerns } from "../runtime/shared/errors";
import type { RetryCode } from "../runtime/shared/errors";

/** What a line of the mover's log tells of a secret. */
export type News = (
  | { readonly is: "outcome"; readonly outcome: Outcome; /** When the run began. */ readonly started: number }
  | { readonly is: "retry"; readonly secret: string; readonly code: RetryCode }
) & {
  /** When it was logged. */
  readonly logged: number;
};

export interface FleetPorts {
  /** Puts up to ten secrets on the queue. */
  readonly send: (arns: readonly string[]) => Promise<void>;
  /** What was logged since the last call, and a little of what it gave already. */
  readonly news: () => Promise<readonly News[]>;
  /** The most secrets on the queue at once. */
  readonly queued: number;
  /** How many containers of the mover may run at once. */
  readonly maxConcurrency: number;
  /** Milliseconds since the epoch by the clock of AWS, as the log's times are. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
}

/** How far a run is. */
export interface FleetState {
  readonly ended: number;
  /** Secrets whose message comes back later, and why. */
  readonly waiting: Readonly<Record<string, RetryCode>>;
  /** Lines of the log about other secrets, since the last one about these. */
  readonly others: number;
  /** Secrets that were put on the queue and have not ended yet. */
  readonly underWay: number;
}

export interface Following {
  readonly outcome: (outcome: Outcome) => Promise<void> | void;
  /** Called after every look at the log, and awaited. */
  readonly state: (state: FleetState) => Promise<void> | void;
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
/** The clocks of the mover and of the queue may differ by this much. */
const skewMs = 5_000;
/** So much work lies ahead of the fleet: enough to keep it busy, and little to go on by itself after a Ctrl-C. */
export const aheadMs = 10_000;
/** Over this time the rate is measured. */
const rateMs = 10_000;
/** Messages that each container has at first and at least: the batch that `batchSize` is by default. */
const eachHas = 5;

/** Whether the mover is done with the secret. Otherwise its message comes back. */
const isEnd = ({ reason }: Outcome): boolean => reason !== "deletion-unseen";

/**
 * How many secrets may be on the queue at once: by the rate that was seen, as many as end in ten seconds and in the time
 * from the queue to the log, which is that of the fastest so far.
 */
function makeAhead({ queued, maxConcurrency, now }: Pick<FleetPorts, "queued" | "maxConcurrency" | "now">): {
  readonly ended: (sentAt: number) => void;
  readonly most: () => number;
} {
  const least = Math.max(1, maxConcurrency) * eachHas;
  const began = now();
  let ends: number[] = [];
  let fastest = Infinity;
  return {
    ended(sentAt) {
      ends.push(now());
      fastest = Math.min(fastest, Math.max(0, now() - sentAt));
    },
    most() {
      const at = now();
      ends = ends.filter((end) => at - end < rateMs);
      if (ends.length === 0) return Math.min(queued, least);
      const perMs = ends.length / Math.max(pollMs, Math.min(rateMs, at - began));
      return Math.min(queued, Math.max(least, Math.ceil(perMs * (aheadMs + fastest))));
    },
  };
}

/** Sends and follows until every secret has ended, the person stops, or the mover is silent for too long. */
export async function runFleet(arns: readonly string[], ports: FleetPorts, on: Following): Promise<FleetEnd> {
  const { send, news, now, sleep, stopped } = ports;
  const sent = new Map<string, number>();
  const waiting: Record<string, RetryCode> = {};
  const ahead = makeAhead(ports);
  let next = 0;
  let ended = 0;
  let others = 0;
  let heard = now();
  /** The time of the newest line: what is not newer may have been given before. */
  let newest = -Infinity;

  /** What waits for a reason of its own keeps no container busy. */
  const lying = (): number =>
    sent.size - Object.values(waiting).filter((code) => retryConcerns[code] === "secret").length;

  const sendMore = async (): Promise<void> => {
    const most = ahead.most();
    while (next < arns.length && lying() < most && sent.size < ports.queued && !stopped()) {
      const room = Math.min(most - lying(), ports.queued - sent.size);
      const batch = arns.slice(next, next + Math.min(batchSize, room));
      // Noted before the call, because the mover may be faster than the call's answer.
      for (const arn of batch) sent.set(arn, now());
      await send(batch);
      next += batch.length;
    }
  };
  /** Any line is a sign of life, also one about other secrets. */
  const hear = (item: News, isOurs: boolean): void => {
    if (item.logged <= newest) return;
    heard = now();
    others = isOurs ? 0 : others + 1;
  };
  const listen = async (): Promise<void> => {
    const items = await news();
    for (const item of items) {
      const arn = item.is === "outcome" ? item.outcome.secret : item.secret;
      const at = sent.get(arn);
      hear(item, at !== undefined);
      if (at === undefined) continue;
      if (item.is === "retry") {
        waiting[arn] = item.code;
      } else if (isEnd(item.outcome) && item.started >= at - skewMs) {
        sent.delete(arn);
        Reflect.deleteProperty(waiting, arn);
        ended += 1;
        ahead.ended(at);
        await on.outcome(item.outcome);
      }
    }
    for (const { logged } of items) newest = Math.max(newest, logged);
    await on.state({ ended, waiting, others, underWay: sent.size });
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
