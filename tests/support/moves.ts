/** Moves of one secret between the fake sides, with the calls they make. */
import { deepEqual } from "node:assert/strict";

import type { Outcome } from "../../runtime/model/outcome";
import { arnOf, versionIdOf } from "./builders";
import { createSecret } from "./fakeSource";
import { both, deliver, makeWorld, pathOf, recorder } from "./world";
import type { DeliverOptions, World } from "./world";

export const v1 = versionIdOf(1);
export const v2 = versionIdOf(2);
export const name = "app/db";
export const arn = arnOf(name);
export const path = pathOf(name);
export const value = '{"user":"u","password":"p"}';

export const ends = (outcome: Outcome, kind: Outcome["outcome"], reason: Outcome["reason"]): void => {
  deepEqual([outcome.outcome, outcome.reason], [kind, reason]);
};

/** A world with one secret. */
export function withSecret(
  over: Parameters<typeof createSecret>[3] = {},
  given: Parameters<typeof createSecret>[2] = value,
) {
  const world = makeWorld();
  return { world, secret: createSecret(world.source, name, given, over) };
}

/** Delivers and keeps the calls. */
export async function recorded(world: World, id: string, options: DeliverOptions = {}) {
  const { calls, names, hook } = recorder();
  const outcome = await deliver(world, id, {
    ...options,
    hook: options.hook === undefined ? hook : both(hook, options.hook),
  });
  return { outcome, calls, names: names() };
}

export const writes = [
  "home.write",
  "home.label",
  "source.tag",
  "source.schedule",
  "source.restore",
  "source.removeReplicas",
  "source.replicate",
];
export const wrote = (names: readonly string[]): readonly string[] => names.filter((one) => writes.includes(one));
