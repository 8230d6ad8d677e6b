/** A secret that the mover has deleted, six minutes ago, and the undo of that. */
import * as assert from "node:assert/strict";

import { undo } from "../../../cli/undo";
import { moverSettings } from "../../support/builders";
import { createSecret, replicaIn } from "../../support/fakeSource";
import { deliver, makeWorld } from "../../support/world";
import type { DeliverOptions, World } from "../../support/world";
import { described, sidesOf } from "./sides";

export const name = "app/db";
export const sixMinutes = 6 * 60_000;

export async function moved(over: DeliverOptions = {}, replicas: readonly string[] = []): Promise<World> {
  const world = makeWorld();
  world.time += 123;
  createSecret(world.source, name, '{"user":"u"}', {
    replicas: replicas.map((region) => replicaIn(region)),
    ...(replicas.length === 0 ? {} : { primaryRegion: "eu-west-1" }),
  });
  assert.equal((await deliver(world, name, over)).outcome, "moved");
  world.time += sixMinutes;
  return world;
}

export const undone = async (world: World, hook?: DeliverOptions["hook"]): Promise<string> =>
  undo(await described(world, name), moverSettings(), sidesOf(world, hook));
