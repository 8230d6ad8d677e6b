import * as assert from "node:assert/strict";

import { verify } from "../../cli/verify";
import type { Verified } from "../../cli/verify";
import { moverSettings, versionIdOf } from "../support/builders";
import { deleteMetadata, softDelete, writeByPerson } from "../support/fakeHome";
import { change, createSecret, putValue } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { described, secretOf, sidesOf } from "./support/sides";

const name = "app/db";

async function after(mode: "copy" | "move", minutes = 6): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, '{"user":"u"}');
  await deliver(world, name, { settings: { mode } });
  world.time += minutes * 60_000;
  return world;
}

const verified = async (world: World): Promise<Verified> =>
  verify(await described(world, name), moverSettings(), sidesOf(world));

describe("verify", () => {
  it("finds a moved secret with its home, and a copied one with the same value", async () => {
    assert.deepEqual(await verified(await after("move")), { result: "moved" });
    assert.deepEqual(await verified(await after("copy")), { result: "equal" });
  });

  it("finds another value behind the mover's label", async () => {
    const world = await after("copy");
    const entry = world.home.entries[pathOf(name)] ?? assert.fail();
    entry.versions[1] = { ...(entry.versions[1] ?? assert.fail()), data: '{"user":"x"}' };
    assert.deepEqual(await verified(world), { result: "wrong", reason: "unequal" });
  });

  it("finds a moved secret whose home is gone, deleted or unreadable", async () => {
    const gone = await after("move");
    deleteMetadata(gone.home, pathOf(name));
    assert.deepEqual(await verified(gone), { result: "wrong", reason: "home-gone" });
    // Right after the delete, too, when a mover would leave it to the run that sent it.
    const justGone = await after("move", 1);
    assert.deepEqual(await verified(justGone), { result: "moved" });
    deleteMetadata(justGone.home, pathOf(name));
    assert.deepEqual(await verified(justGone), { result: "wrong", reason: "home-gone" });
    const deleted = await after("move");
    softDelete(deleted.home, pathOf(name), deleted.time - 1);
    assert.deepEqual(await verified(deleted), { result: "wrong", reason: "home-deleted" });
    const garbled = await after("move");
    const entry = garbled.home.entries[pathOf(name)] ?? assert.fail();
    entry.labels["v1"] = (entry.labels["v1"] ?? "").replace("fields", "binary");
    assert.deepEqual(await verified(garbled), { result: "wrong", reason: "unreadable" });
  });

  it("knows a person's newer value in Vault, and what is not this mover's", async () => {
    const newer = await after("move");
    writeByPerson(newer.home, pathOf(name), '{"user":"new"}', newer.time);
    assert.deepEqual(await verified(newer), { result: "newer" });
    const changed = await after("copy");
    putValue(secretOf(changed, name), "new", versionIdOf(2));
    assert.deepEqual(await verified(changed), { result: "other" });
    const byOthers = makeWorld();
    createSecret(byOthers.source, name, "x");
    change(secretOf(byOthers, name), { window: 30 });
    assert.deepEqual(await verified(byOthers), { result: "other" });
  });
});
