import * as assert from "node:assert/strict";

import { findRefusal, keep, take } from "../../cli/resolve";
import type { Refused } from "../../cli/resolve";
import { targetOf } from "../../cli/target";
import type { MoverSettings } from "../../runtime/shared/environment";
import { moverSettings, versionIdOf } from "../support/builders";
import { currentData, softDelete, writeByPerson } from "../support/fakeHome";
import { change, createSecret, isScheduled, putValue, restoreByPerson, stateOf } from "../support/fakeSource";
import { rotateHome } from "../support/rotatedHome";
import { atCall, deliver, deliverUntilDone, homeHoldsCurrent, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { secretOf, sidesOf } from "./support/sides";

const name = "app/db";

const found = (world: World, over: Partial<MoverSettings> = {}): Promise<Refused> =>
  findRefusal(targetOf(name, moverSettings(over)), moverSettings(over), sidesOf(world));

/** Somebody wrote the home before the mover came. */
async function conflict(): Promise<World> {
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
async function conflictAfterUndo(): Promise<World> {
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

async function deletedHome(): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, "sources");
  await deliver(world, name, { settings: { mode: "copy" } });
  softDelete(world.home, pathOf(name), world.time - 1);
  assert.equal((await deliver(world, name)).reason, "home-deleted");
  return world;
}

const scenes = { conflict, recreated, conflictAfterUndo, rotatedAfterUndo };

describe("resolve", () => {
  for (const [scene, make] of Object.entries({ ...scenes, deletedHome })) {
    it(`--take gives ${scene} the source's value, and the mover goes on to the end`, async () => {
      const world = await make();
      const refused = await found(world);

      const version = await take(refused, moverSettings(), sidesOf(world));

      assert.equal(version, refused.home.currentVersion + 1);
      assert.ok(homeHoldsCurrent(world, secretOf(world, name)));
      const { outcome, reason } = await deliverUntilDone(world, name);
      // After an undo it is copied only, until it is released.
      const undone = scene.endsWith("AfterUndo");
      assert.deepEqual([outcome, reason], undone ? ["unchanged", "undone"] : ["moved", "proven"]);
      assert.equal(isScheduled(secretOf(world, name)), !undone);
    });
  }

  it("--take writes nothing that looks like what Vault starts from", async () => {
    const world = await conflict();
    putValue(secretOf(world, name), `hvs.${"aB3".repeat(9)}`, versionIdOf(2));
    const refused = await found(world);

    await assert.rejects(take(refused, moverSettings(), sidesOf(world)), /what Vault or its clients start from/);
    assert.equal(currentData(world.home, pathOf(name), world.time), '{"value":"vaults"}');
  });

  for (const [scene, make] of Object.entries(scenes)) {
    it(`--keep leaves Vault's value in ${scene}, deletes the source with the window, and the mover leaves that be`, async () => {
      const world = await make();
      const before = currentData(world.home, pathOf(name), world.time);

      await keep(await found(world), moverSettings(), sidesOf(world));

      assert.equal(stateOf(secretOf(world, name)).window, 30);
      assert.equal(currentData(world.home, pathOf(name), world.time), before);
      world.time += 60 * 60_000;
      const { outcome, reason } = await deliver(world, name);
      assert.deepEqual([outcome, reason], ["skipped", "scheduled-by-others"]);
      assert.ok(isScheduled(secretOf(world, name)));
    });
  }

  it("--take writes over the version that was seen, and over no other", async () => {
    const world = await conflict();
    const refused = await found(world);
    writeByPerson(world.home, pathOf(name), '{"value":"newer"}', world.time);

    await assert.rejects(take(refused, moverSettings(), sidesOf(world)), /no longer at version 1: look at it again/);

    assert.equal(currentData(world.home, pathOf(name), world.time), '{"value":"newer"}');
  });

  it("--keep deletes nothing when the home changed or is gone", async () => {
    for (const alter of [
      (world: World) => {
        writeByPerson(world.home, pathOf(name), '{"value":"newer"}', world.time);
      },
      (world: World) => {
        softDelete(world.home, pathOf(name), world.time - 1);
      },
    ]) {
      const world = await conflict();
      const refused = await found(world);
      alter(world);
      await assert.rejects(
        keep(refused, moverSettings(), sidesOf(world)),
        /does not hold version 1 .* for good: nothing is deleted/,
      );
      assert.equal(isScheduled(secretOf(world, name)), false);
    }
  });

  it("--keep takes the deletion back when either side changed at its moment", async () => {
    const home = await conflict();
    const homeRefused = await found(home);
    const changesHome = atCall("source.schedule", "after", () => {
      softDelete(home.home, pathOf(name), home.time - 1);
    });
    await assert.rejects(keep(homeRefused, moverSettings(), sidesOf(home, changesHome)), /the deletion is taken back/);
    assert.equal(isScheduled(secretOf(home, name)), false);

    const source = await conflict();
    const sourceRefused = await found(source);
    const changesSource = atCall("source.schedule", "before", () => {
      putValue(secretOf(source, name), "newer", versionIdOf(2));
    });
    await assert.rejects(
      keep(sourceRefused, moverSettings(), sidesOf(source, changesSource)),
      /the deletion is taken back/,
    );
    assert.equal(isScheduled(secretOf(source, name)), false);
  });

  it("--keep deletes nothing that the mover itself would not delete", async () => {
    const world = await conflict();
    const lower = { mode: "copy" } as const;
    await assert.rejects(keep(await found(world, lower), moverSettings(lower), sidesOf(world)), /would not delete/);
    const owned = { ownerTags: ["owner"] };
    change(secretOf(world, name), { tags: { owner: "terraform" } });
    await assert.rejects(keep(await found(world, owned), moverSettings(owned), sidesOf(world)), /would not delete/);
    change(secretOf(world, name), {
      tags: {},
      policy: '{"Statement":[{"Effect":"Allow","Principal":{"Service":"kafka.amazonaws.com"},"Action":"*"}]}',
    });
    await assert.rejects(keep(await found(world), moverSettings(), sidesOf(world)), /an AWS service reads it/);
    assert.equal(isScheduled(secretOf(world, name)), false);
  });

  it("has nothing to do where nobody has to decide, and says why", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "x");
    await assert.rejects(found(world), /nothing to resolve for app\/db: the mover can go on with it by itself/);
    await deliver(world, name);
    await assert.rejects(found(world), /nothing to resolve for app\/db: an earlier move of this version is complete/);
    change(secretOf(await conflict(), name), {});
    const rotating = await conflict();
    change(secretOf(rotating, name), { rotating: true });
    await assert.rejects(found(rotating), /rotation is enabled/);
  });

  it("writes nothing in mode audit", async () => {
    const world = await conflict();
    const audit = { mode: "audit" } as const;
    await assert.rejects(
      take(await found(world, audit), moverSettings(audit), sidesOf(world)),
      /audit: nothing is written/,
    );
    assert.equal(currentData(world.home, pathOf(name), world.time), '{"value":"vaults"}');
  });
});
