import * as assert from "node:assert/strict";

import { deletedAt, undo } from "../../cli/undo";
import { moverSettings } from "../support/builders";
import { deleteMetadata } from "../support/fakeHome";
import { change, createSecret, isScheduled, stateOf } from "../support/fakeSource";
import {
  at,
  atCall,
  crash,
  deliver,
  deliverUntilDone,
  labelsOf,
  makeWorld,
  pathOf,
  tryDeliver,
} from "../support/world";
import type { World } from "../support/world";
import { described, secretOf, sidesOf } from "./support/sides";

const name = "app/db";

async function moved(over: Parameters<typeof deliver>[2] = {}, replicas: readonly string[] = []): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, '{"user":"u"}', {
    replicas: replicas.map((region) => ({ region })),
    ...(replicas.length === 0 ? {} : { primaryRegion: "eu-west-1" }),
  });
  assert.equal((await deliver(world, name, over)).outcome, "moved");
  return world;
}

describe("undo", () => {
  it("restores, and the mover copies new values and deletes nothing any more", async () => {
    const world = await moved();

    assert.equal(await undo(await described(world, name), moverSettings(), sidesOf(world)), "restored");

    assert.equal(isScheduled(secretOf(world, name)), false);
    world.time += 6 * 60_000;
    for (let run = 0; run < 3; run += 1) {
      const { outcome, reason } = await deliver(world, name);
      assert.deepEqual([outcome, reason], ["unchanged", "restored-by-somebody"]);
    }
  });

  it("stands as well when the mover had stopped before the label of its delete", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "value");
    await tryDeliver(world, name, { hook: atCall("source.schedule", "after", crash) });
    assert.equal(labelsOf(world, name)["deleted"], undefined);

    await undo(await described(world, name), moverSettings(), sidesOf(world));

    world.time += 6 * 60_000;
    assert.equal((await deliver(world, name)).reason, "restored-by-somebody");
    assert.equal(isScheduled(secretOf(world, name)), false);
  });

  it("stands as well when a mover was about to restore it itself", async () => {
    const world = await moved();
    await sidesOf(world).home.label(pathOf(name), { restoring: "x" });

    await undo(await described(world, name), moverSettings(), sidesOf(world));

    world.time += 6 * 60_000;
    assert.equal((await deliver(world, name)).reason, "restored-by-somebody");
  });

  it("stands as well when its home is gone: the tag says it then", async () => {
    const world = await moved();
    deleteMetadata(world.home, pathOf(name));

    await undo(await described(world, name), moverSettings(), sidesOf(world));

    world.time += 6 * 60_000;
    assert.equal((await deliverUntilDone(world, name)).outcome, "copied");
    assert.equal((await deliver(world, name)).outcome, "unchanged");
    assert.equal(isScheduled(secretOf(world, name)), false);
  });

  it("replicates again, also when it was interrupted before that", async () => {
    const settings = moverSettings({ replicas: "remove" });
    const world = await moved({ settings: { replicas: "remove" } }, ["eu-north-1", "eu-west-2"]);
    const stopped = sidesOf(world, atCall("source.replicate", "before", crash));
    await assert.rejects(undo(await described(world, name), settings, stopped));

    assert.equal(await undo(await described(world, name), settings, sidesOf(world)), "replicated");

    assert.deepEqual(
      stateOf(secretOf(world, name)).replicas.map(({ region }) => region),
      ["eu-north-1", "eu-west-2"],
    );
    assert.deepEqual(
      Object.keys(labelsOf(world, name)).filter((key) => key.startsWith("region.")),
      [],
      "a later restore must not replicate to where nobody wants it any more",
    );
    assert.equal(await undo(await described(world, name), settings, sidesOf(world)), "nothing");
  });

  it("stands wherever it is interrupted and run again", async () => {
    for (let call = 1; call <= 6; call += 1) {
      const world = await moved();
      try {
        await undo(await described(world, name), moverSettings(), sidesOf(world, at(call, "before", crash)));
      } catch (error) {
        assert.match((error as Error).message, /the container stops here/);
      }
      await undo(await described(world, name), moverSettings(), sidesOf(world));
      world.time += 6 * 60_000;
      assert.equal((await deliver(world, name)).reason, "restored-by-somebody", `call ${call}`);
      assert.equal(isScheduled(secretOf(world, name)), false, `call ${call}`);
    }
  });

  it("leaves alone what is not scheduled, or by somebody else", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "value");
    assert.equal(await undo(await described(world, name), moverSettings(), sidesOf(world)), "nothing");
    change(secretOf(world, name), { window: 30 });

    assert.equal(await undo(await described(world, name), moverSettings(), sidesOf(world)), "nothing");
    assert.equal(isScheduled(secretOf(world, name)), true);
  });

  it("knows when a deletion was: by the label, else by the window", async () => {
    const world = await moved();
    const time = world.time;
    const source = await described(world, name);
    const home = await sidesOf(world).home.metadata(pathOf(name));

    assert.ok(Math.abs(deletedAt(source, home, moverSettings()) - time) < 1_000);
    assert.ok(Math.abs(deletedAt(source, { ...home, labels: {} }, moverSettings()) - time) < 1_000);
  });
});
