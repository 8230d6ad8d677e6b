/** Both sides of a move in memory, a clock, and movers that run on them. */
import type { Outcome } from "../../runtime/model/outcome";
import { homePath } from "../../runtime/model/path";
import { holdsValue } from "../../runtime/model/value";
import type { ValueKind } from "../../runtime/model/value";
import { makeMove } from "../../runtime/mover/move";
import type { MoverSettings } from "../../runtime/shared/environment";
import { isRetryableError } from "../../runtime/shared/errors";
import type { RetryableError } from "../../runtime/shared/errors";
import { moverSettings, startTime } from "./builders";
import { currentData, emptyHome, fakeHomePort } from "./fakeHome";
import type { FakeHomeOptions, HomeState } from "./fakeHome";
import { currentOf, fakeSourcePort } from "./fakeSource";
import type { FakeSecret, FakeSourceOptions, SourceState } from "./fakeSource";
import type { FakeCall, Hook } from "./hook";

export interface World {
  /** Milliseconds since the epoch. */
  time: number;
  source: SourceState;
  home: HomeState;
}

export const makeWorld = (home: Partial<HomeState> = {}): World => ({
  time: startTime,
  source: { secrets: [] },
  home: emptyHome(home),
});

export interface DeliverOptions {
  readonly settings?: Partial<MoverSettings>;
  readonly attempt?: number;
  readonly remainingMs?: number;
  readonly hook?: Hook;
  readonly source?: Omit<FakeSourceOptions, "hook">;
  readonly home?: Partial<Omit<FakeHomeOptions, "hook">>;
  /** How far Vault's clock is ahead of the function's, in milliseconds. */
  readonly vaultAhead?: number;
  readonly rateLimit?: () => Promise<void>;
}

/** Delivers one message about a secret to a mover. */
export function deliver(world: World, secret: string, options: DeliverOptions = {}): Promise<Outcome> {
  const hook: Hook = options.hook ?? (() => undefined);
  const move = makeMove(moverSettings(options.settings), {
    source: fakeSourcePort(world.source, { hook, clock: () => world.time, ...options.source }),
    home: fakeHomePort(world.home, { hook, clock: () => world.time + (options.vaultAhead ?? 0), ...options.home }),
    now: () => world.time,
    sleep: (ms) => {
      world.time += ms;
      return Promise.resolve();
    },
    rateLimit: options.rateLimit ?? (() => Promise.resolve()),
  });
  return move({ secret, receiveCount: options.attempt ?? 1, remainingMs: () => options.remainingMs ?? 100_000 });
}

/** Text of an error that stands for a container that is stopped at once. */
const crashText = "the container stops here";

export const crash = (): never => {
  throw new Error(crashText);
};

export type Delivery = { readonly outcome: Outcome } | { readonly retry: RetryableError } | { readonly crashed: true };

/** The same, with what the queue would make of it. */
export async function tryDeliver(world: World, secret: string, options: DeliverOptions = {}): Promise<Delivery> {
  try {
    return { outcome: await deliver(world, secret, options) };
  } catch (error) {
    if (isRetryableError(error)) return { retry: error };
    if (error instanceof Error && error.message === crashText) return { crashed: true };
    throw error;
  }
}

/** Redelivers, six minutes apart, until an outcome comes that is not `deferred`; at most ten times. */
export async function deliverUntilDone(world: World, secret: string, options: DeliverOptions = {}): Promise<Outcome> {
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const delivery = await tryDeliver(world, secret, { ...options, attempt });
    if ("outcome" in delivery && delivery.outcome.outcome !== "deferred") return delivery.outcome;
    world.time += 6 * 60_000;
  }
  throw new Error("nothing came to an end in ten deliveries");
}

/** Records the calls, each once, in order. */
export function recorder(): { readonly calls: FakeCall[]; readonly names: () => string[]; readonly hook: Hook } {
  const calls: FakeCall[] = [];
  return {
    calls,
    names: () => calls.map(({ side, name }) => `${side}.${name}`),
    hook: (call, when) => {
      if (when === "before") calls.push(call);
    },
  };
}

/** Does something at one moment of the n-th call, counted from 1; nothing at all other calls. */
export function at(n: number, when: "before" | "after", act: (call: FakeCall) => unknown): Hook {
  let count = 0;
  let chosen: FakeCall | undefined;
  return async (call, moment) => {
    if (moment === "before" && (count += 1) === n) chosen = call;
    if (call === chosen && moment === when) await act(call);
  };
}

/** Does something at the first call of this name. */
export function atCall(name: string, when: "before" | "after", act: (call: FakeCall) => void): Hook {
  let seen = false;
  return (call, moment) => {
    if (seen || `${call.side}.${call.name}` !== name || moment !== when) return;
    seen = true;
    act(call);
  };
}

export const both =
  (...hooks: readonly Hook[]): Hook =>
  async (call, when) => {
    for (const hook of hooks) await hook(call, when);
  };

export const pathOf = (name: string): string => homePath(moverSettings(), name);

/** Whether the home of a secret holds its current value, whatever the kind. */
export function homeHoldsCurrent(world: World, secret: FakeSecret): boolean {
  const data = currentData(world.home, pathOf(secret.name), world.time);
  const current = currentOf(secret);
  const kinds: readonly ValueKind[] = ["fields", "text", "binary"];
  return data !== undefined && current !== undefined && kinds.some((kind) => holdsValue(data, kind, current.value));
}

export const labelsOf = (world: World, name: string): Readonly<Record<string, string>> =>
  world.home.entries[pathOf(name)]?.labels ?? {};
