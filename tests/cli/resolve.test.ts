import * as assert from "node:assert/strict";

import { keep, take } from "../../cli/resolve";
import { moverSettings, versionIdOf } from "../support/builders";
import { currentData, deleteMetadata, softDelete, writeByPerson } from "../support/fakeHome";
import { change, createSecret, isScheduled, putValue, restoreByPerson, stateOf } from "../support/fakeSource";
import { atCall, deliver, deliverUntilDone, homeHoldsCurrent, makeWorld, pathOf, recorder } from "../support/world";
import type { World } from "../support/world";
import { conflict, deletedHome, found, name, scenes } from "./support/refusals";
import { secretOf, sidesOf } from "./support/sides";

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

  it("--keep deletes nothing when the home changed, will expire or is gone", async () => {
    const alterations: Readonly<Record<string, (world: World) => void>> = {
      newer: (world) => writeByPerson(world.home, pathOf(name), '{"value":"newer"}', world.time),
      deleted: (world) => {
        softDelete(world.home, pathOf(name), world.time - 1);
      },
      expiring: (world) => {
        softDelete(world.home, pathOf(name), world.time + 60_000);
      },
      "written anew under the same number": (world) => {
        deleteMetadata(world.home, pathOf(name));
        writeByPerson(world.home, pathOf(name), '{"value":"anew"}', world.time);
      },
    };
    for (const [alteration, alter] of Object.entries(alterations)) {
      // Before the command looks at the home again, and between that look and its read.
      for (const moment of ["home.metadata", "home.read"]) {
        if (moment === "home.read" && alteration.startsWith("written anew")) continue;
        const world = await conflict();
        const refused = await found(world);
        const hook = atCall(moment, "before", () => {
          alter(world);
        });
        await assert.rejects(
          keep(refused, moverSettings(), sidesOf(world, hook)),
          /does not hold version 1 .* for good: nothing is deleted/,
          `${alteration}, ${moment}`,
        );
        assert.equal(isScheduled(secretOf(world, name)), false, `${alteration}, ${moment}`);
      }
    }
  });

  it("--keep changes nothing but the deletion where no mover has left anything", async () => {
    const world = await conflict();
    const refused = await found(world);
    const { hook, names } = recorder();
    const sides = sidesOf(world, hook);

    await keep(refused, moverSettings(), { ...sides, untag: () => assert.fail("there is no tag to remove") });

    assert.deepEqual(
      names().filter((call) => !/metadata|read|describe|isReadByService/.test(call)),
      ["source.schedule"],
    );
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

  it("has nothing to do where nobody has to decide, and says why", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "x");
    await assert.rejects(found(world), /nothing to resolve for app\/db: the mover can go on with it by itself/);
    await deliver(world, name);
    await assert.rejects(found(world), /nothing to resolve for app\/db: an earlier move of this version is complete/);
    const rotating = await conflict();
    change(secretOf(rotating, name), { rotating: true });
    await assert.rejects(found(rotating), /rotation is enabled/);
  });

  it("leaves to the mover what its own value ends, and not what a setting lets it compare in vain", async () => {
    // The mover wrote the version and stopped before its label: it goes on by itself.
    const own = makeWorld();
    createSecret(own.source, name, "x");
    await deliver(own, name, { settings: { mode: "copy" } });
    (own.home.entries[pathOf(name)] ?? assert.fail()).labels = {};
    await assert.rejects(found(own), /the mover can go on with it by itself/);

    const world = await conflict();
    for (const over of [{ foreignHomes: "accept-equal" }, { operatorEntityIds: ["somebody"] }] as const) {
      assert.equal((await found(world, over)).reason, "home-conflict");
    }
  });

  it("has a scheduled secret restored first, whose value nobody can read", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "sources");
    await deliver(world, name);
    world.time += 60 * 60_000;
    softDelete(world.home, pathOf(name), world.time - 1);
    assert.equal((await deliver(world, name)).reason, "home-deleted");

    await assert.rejects(found(world), /app\/db is scheduled for deletion: homing undo restores it first/);

    restoreByPerson(secretOf(world, name));
    await take(await found(world), moverSettings(), sidesOf(world));
    assert.ok(homeHoldsCurrent(world, secretOf(world, name)));
  });
});
