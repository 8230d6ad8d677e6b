/** Programs that log in to the target with what they have from the home, each with a cache of its own. */
import { setTimeout as sleep } from "node:timers/promises";

import type { RotatingValue } from "../../../runtime/rotator/callbacks";
import type { JumpingClock } from "./clock";

/** Between two logins of a reader, where time does not jump. */
const pauseMs = 250;

export interface ReadersDeps {
  readonly clock: JumpingClock;
  /** Reads the home in Vault. */
  readonly read: () => Promise<RotatingValue>;
  /** Logs in to the target. */
  readonly login: (value: RotatingValue) => Promise<boolean>;
}

/** What a reader with that cache has seen. */
export interface Seen {
  readonly cacheMs: number;
  readonly logins: number;
  readonly failed: number;
  /** The longest simulated time for which each of its logins failed. */
  readonly gapMs: number;
}

export interface Readers {
  /** Lets time jump while no login is under way, and returns when each reader has logged in again. */
  readonly jump: (ms: number) => Promise<void>;
  readonly stop: () => Promise<readonly Seen[]>;
}

function readerOf(cacheMs: number, { clock, read, login }: ReadersDeps) {
  let held: { readonly value: RotatingValue; readonly until: number } | undefined;
  let failingSince: number | undefined;
  const seen = { cacheMs, logins: 0, failed: 0, gapMs: 0 };
  return {
    seen,
    step: async (): Promise<void> => {
      const asked = clock.now();
      if (held === undefined || asked >= held.until) held = { value: await read(), until: asked + cacheMs };
      const isIn = await login(held.value);
      seen.logins += 1;
      if (isIn) failingSince = undefined;
      else {
        seen.failed += 1;
        failingSince ??= asked;
        seen.gapMs = Math.max(seen.gapMs, clock.now() - failingSince);
      }
    },
  };
}

/** Starts a reader for each cache, in milliseconds. They log in again and again, all at once. */
export function startReaders(caches: readonly number[], deps: ReadersDeps): Readers {
  const readers = caches.map((cacheMs) => readerOf(cacheMs, deps));
  let isOver = false;
  const wanted: { readonly ms: number; readonly done: () => void }[] = [];
  let pause = new AbortController();

  async function run(): Promise<void> {
    while (!isOver) {
      const jump = wanted.shift();
      pause = new AbortController();
      if (jump !== undefined) deps.clock.jump(jump.ms);
      await Promise.all(readers.map(({ step }) => step()));
      jump?.done();
      // Cut short by the next jump.
      if (wanted.length === 0) await sleep(pauseMs, undefined, { signal: pause.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    jump: (ms) =>
      Promise.race([
        // A reader that breaks ends the wait.
        running.then(() => {
          throw new Error("the readers have stopped");
        }),
        new Promise<void>((resolve) => {
          wanted.push({ ms, done: resolve });
          pause.abort();
        }),
      ]),
    stop: async () => {
      isOver = true;
      await running;
      return readers.map(({ seen }) => seen);
    },
  };
}
