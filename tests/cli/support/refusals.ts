/** Secrets that a person has to decide about, and both sides as `homing resolve` calls them. */
import * as assert from "node:assert/strict";

import { findRefusal } from "../../../cli/resolve";
import type { Refused } from "../../../cli/resolve";
import { targetOf } from "../../../cli/target";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { moverSettings } from "../../support/builders";
import { softDelete, writeByPerson } from "../../support/fakeHome";
import { createSecret, restoreByPerson } from "../../support/fakeSource";
import { rotateHome } from "../../support/rotatedHome";
import { deliver, makeWorld, pathOf } from "../../support/world";
import type { World } from "../../support/world";
import { secretOf, sidesOf } from "./sides";
import type { Sides } from "./sides";

export const name = "app/db";

export const found = (world: World, over: Partial<MoverSettings> = {}, sides = sidesOf(world)): Promise<Refused> =>
  findRefusal(targetOf(name, moverSettings(over)), moverSettings(over), sides);

/** What a call answers in place of the port behind it. */
export interface Answers {
  readonly source?: Partial<Sides["source"]>;
  readonly home?: Partial<Sides["home"]>;
}

export const answering = (sides: Sides, { source, home }: Answers): Sides => ({
  ...sides,
  source: { ...sides.source, ...source },
  home: { ...sides.home, ...home },
});

export const denied = { is: "refused", outcome: "refused", reason: "access-denied" } as const;

/** Somebody wrote the home before the mover came. */
export async function conflict(): Promise<World> {
  const world = makeWorld();
  writeByPerson(world.home, pathOf(name), '{"value":"vaults"}', world.time);
  createSecret(world.source, name, "sources");
  assert.equal((await deliver(world, name)).reason, "home-conflict");
  return world;
}

/** A secret was moved and deleted for good, and created anew under its name. */
async function recreated(): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, "earlier");
  assert.equal((await deliver(world, name)).outcome, "moved");
  world.source.secrets = [];
  createSecret(world.source, name, "sources", { suffix: "GhIjKl" });
  world.time += 60 * 60_000;
  assert.equal((await deliver(world, name)).reason, "home-of-another");
  return world;
}

/** It was moved, restored by a person, and its home was written by another one. */
export async function conflictAfterUndo(): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, "sources");
  await deliver(world, name);
  restoreByPerson(secretOf(world, name));
  writeByPerson(world.home, pathOf(name), '{"value":"vaults"}', world.time);
  world.time += 60 * 60_000;
  assert.equal((await deliver(world, name)).reason, "home-conflict");
  return world;
}

/** It was moved, its home was rotated, and a person restored it. */
async function rotatedAfterUndo(): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, "sources");
  await deliver(world, name);
  rotateHome(world, name);
  restoreByPerson(secretOf(world, name));
  world.time += 60 * 60_000;
  assert.equal((await deliver(world, name)).reason, "home-rotated");
  return world;
}

export async function deletedHome(): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, "sources");
  await deliver(world, name, { settings: { mode: "copy" } });
  softDelete(world.home, pathOf(name), world.time - 1);
  assert.equal((await deliver(world, name)).reason, "home-deleted");
  return world;
}

export const scenes = { conflict, recreated, conflictAfterUndo, rotatedAfterUndo };
