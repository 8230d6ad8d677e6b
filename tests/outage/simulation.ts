/**
 * The function's containers, the queue and both sides of a move in simulated time. The batch and the move are the real
 * ones; a day takes a second. Calls of one batch are counted one after the other, so everything takes rather longer
 * here than it would.
 */
import type { Outcome } from "../../runtime/model/outcome";
import { makeBatch } from "../../runtime/mover/batch";
import type { QueueMessage, Telemetry } from "../../runtime/mover/batch";
import { makeMove } from "../../runtime/mover/move";
import type { RetryableError } from "../../runtime/shared/errors";
import { makeRateLimit } from "../../runtime/shared/rateLimit";
import { moverSettings } from "../support/builders";
import { fakeHomePort } from "../support/fakeHome";
import { fakeSourcePort } from "../support/fakeSource";
import type { FakeCall } from "../support/hook";
import type { World } from "../support/world";
import { seededRandom } from "./random";
import { simulatedQueue } from "./simulatedQueue";
import type { QueueRules, SimulatedQueue } from "./simulatedQueue";

/** What a call fails with and after how many milliseconds; undefined when it does not fail. */
export type Fault = (call: FakeCall, at: number) => { readonly error: Error; readonly ms: number } | undefined;

export interface SimulationOptions {
  readonly world: World;
  readonly fault: Fault;
  readonly seed?: number;
  /** In place of the seeded numbers, for bounds. */
  readonly random?: () => number;
  readonly rules?: Partial<QueueRules>;
  /** ChangeMessageVisibility has no effect: a message comes back after the queue's own visibility time. */
  readonly restsFail?: boolean;
}

export interface Simulation {
  readonly queue: SimulatedQueue;
  readonly outcomes: { readonly outcome: Outcome; readonly at: number }[];
  readonly retries: { readonly secret: string; readonly error: RetryableError; readonly receives: number }[];
  readonly unreadable: string[];
  /** Works the queue off until it is empty or the time has come. @returns when the last batch ended */
  readonly run: (until: number) => Promise<number>;
}

const containers = 5;
const batchSize = 5;
const timeoutSeconds = 120;
const callMs = 10;
/** As the program sets up its queue. */
export const queueRules: QueueRules = {
  visibilitySeconds: 6 * timeoutSeconds,
  maxReceiveCount: 400,
  retentionSeconds: 4 * 24 * 60 * 60,
};

interface Container {
  time: number;
  readonly handle: (messages: readonly QueueMessage[]) => Promise<ReadonlySet<string>>;
}

export function simulate(options: SimulationOptions): Simulation {
  const { world, fault, seed = 1, random = seededRandom(seed), rules, restsFail = false } = options;
  const queue = simulatedQueue({ ...queueRules, ...rules });
  const outcomes: { outcome: Outcome; at: number }[] = [];
  const retries: { secret: string; error: RetryableError; receives: number }[] = [];
  const unreadable: string[] = [];
  const settings = moverSettings();

  function startContainer(): Container {
    const container = { time: world.time };
    const now = (): number => container.time;
    const sleep = (ms: number): Promise<void> => {
      container.time += ms;
      return Promise.resolve();
    };
    const hook = (call: FakeCall, when: "before" | "after"): void => {
      if (when !== "before") return;
      const failure = fault(call, container.time);
      container.time += failure?.ms ?? callMs;
      if (failure !== undefined) throw failure.error;
    };
    const telemetry: Telemetry = {
      outcome: (outcome) => outcomes.push({ outcome, at: container.time }),
      retry: (secret, error, receives) => retries.push({ secret, error, receives }),
      unreadable: (id) => unreadable.push(id),
      dropped: () => undefined,
      ignored: () => undefined,
    };
    const batch = makeBatch({
      move: makeMove(settings, {
        source: fakeSourcePort(world.source, { hook, clock: now }),
        home: fakeHomePort(world.home, { hook, clock: now }),
        now,
        sleep,
        rateLimit: makeRateLimit(settings.deletesPerSecond / settings.maxConcurrency, now, sleep),
      }),
      queue: {
        delay: (handle, seconds) => {
          if (!restsFail) queue.delay(handle, seconds, container.time);
          return Promise.resolve();
        },
        sendToDeadLetterQueue: (body, id) => {
          queue.sendToDeadLetterQueue(body, id, container.time);
          return Promise.resolve();
        },
      },
      telemetry,
      now,
      random,
    });
    return Object.assign(container, {
      handle: async (messages: readonly QueueMessage[]) => {
        const end = container.time + timeoutSeconds * 1_000;
        const { batchItemFailures } = await batch(messages, () => Math.max(0, end - container.time));
        return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      },
    });
  }

  const all = Array.from({ length: containers }, startContainer);
  return {
    queue,
    outcomes,
    retries,
    unreadable,
    async run(until) {
      for (;;) {
        const visible = queue.nextVisible();
        const container = all.reduce((first, other) => (other.time < first.time ? other : first));
        const at = Math.max(container.time, visible ?? Infinity);
        if (at > until) return Math.max(...all.map(({ time }) => time));
        container.time = at;
        const messages = queue.receive(batchSize, at);
        if (messages.length === 0) continue;
        const again = await container.handle(messages);
        for (const { messageId } of messages) if (!again.has(messageId)) queue.remove(messageId);
      }
    },
  };
}
