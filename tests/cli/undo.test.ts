import * as assert from "node:assert/strict";

import { ownTag, undo } from "../../cli/undo";
import { stateTag } from "../../runtime/model/stateTag";
import { moverSettings, versionIdOf } from "../support/builders";
import { deleteMetadata } from "../support/fakeHome";
import { change, createSecret, isScheduled, putValue, restoreByPerson, stateIn, stateOf } from "../support/fakeSource";
import {
  at,
  atCall,
  crash,
  deliver,
  deliverUntilDone,
  makeWorld,
  pathOf,
  recorder,
  tryDeliver,
} from "../support/world";
import { moved, name, sixMinutes, undone } from "./support/moved";
import { described, secretOf, sidesOf } from "./support/sides";

const withReplicas = { replicas: "remove", replicaRegions: ["us-east-1"] } as const;

describe("undo", () => {
  it("restores, and the mover copies new values and deletes nothing any more", async () => {
    const world = await moved();

    assert.equal(await undone(world), "restored");

    assert.deepEqual([isScheduled(secretOf(world, name)), stateIn(secretOf(world, name))], [false, "u"]);
    putValue(secretOf(world, name), '{"user":"v"}', versionIdOf(2));
    for (const expected of ["copied", "unchanged", "unchanged"]) {
      const { outcome, reason } = await deliver(world, name);
      assert.deepEqual([outcome, reason], [expected, "undone"]);
    }
    assert.equal(ownTag(await described(world, name), moverSettings())?.versionId, versionIdOf(2));
  });

  it("stands when the mover had stopped before the label of its delete", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "value");
    await tryDeliver(world, name, { hook: atCall("source.schedule", "after", crash) });
    world.time += sixMinutes;

    await undone(world);

    assert.equal((await deliver(world, name)).reason, "undone");
    assert.equal(isScheduled(secretOf(world, name)), false);
  });

  it("stands when its home is gone, and when a tool removes the tag", async () => {
    const world = await moved();
    await undone(world);
    deleteMetadata(world.home, pathOf(name));
    assert.deepEqual((await deliverUntilDone(world, name)).outcome, "copied");

    const other = await moved();
    await undone(other);
    change(secretOf(other, name), { tags: {} });
    assert.equal((await deliver(other, name)).reason, "undone");
  });

  it("writes its word again when a mover has written over it", async () => {
    const world = await moved();
    const back = atCall("source.tag", "after", () => {
      const secret = secretOf(world, name);
      const { tags } = stateOf(secret);
      change(secret, { tags: { ...tags, [stateTag]: (tags[stateTag] ?? "").replace("/u/", "/b/") } });
    });

    assert.equal(await undone(world, back), "restored");
    assert.equal(stateIn(secretOf(world, name)), "u");
  });

  it("writes its word again when a tool has removed the tag", async () => {
    const world = await moved();
    const removes = atCall("source.tag", "after", () => {
      change(secretOf(world, name), { tags: {} });
    });

    assert.equal(await undone(world, removes), "restored");
    assert.equal(stateIn(secretOf(world, name)), "u");
  });

  it("gives up when a mover writes over its word three times, and leaves the secret restored", async () => {
    const world = await moved();
    const deleting = stateOf(secretOf(world, name)).tags;
    let written = 0;

    await assert.rejects(
      undone(world, (call, when) => {
        if (call.name !== "tag" || when !== "after") return;
        written += 1;
        change(secretOf(world, name), { tags: deleting });
      }),
      /A mover keeps writing the tag of app\/db: run the same command again/,
    );

    assert.equal(written, 3);
    assert.equal(isScheduled(secretOf(world, name)), false);
  });

  it("says that the secret is gone, or is changing, where it has gone meanwhile", async () => {
    for (const [call, when, text] of [
      ["source.restore", "before", /app\/db changed while it was being restored: run the same command again/],
      ["source.tag", "after", /app\/db is gone: somebody deleted it without a window/],
    ] as const) {
      const world = await moved();
      const removes = atCall(call, when, () => {
        world.source.secrets = [];
      });
      await assert.rejects(undone(world, removes), text);
    }
  });

  it("restores what is scheduled, and only that", async () => {
    const world = await moved();
    await undone(world);
    const { hook, names } = recorder();
    assert.equal(await undone(world, hook), "nothing");
    assert.deepEqual(names(), []);

    // A person deleted it again, and takes that back.
    change(secretOf(world, name), { window: 30 });
    assert.equal(await undone(world), "restored");
    assert.deepEqual([isScheduled(secretOf(world, name)), stateIn(secretOf(world, name))], [false, "u"]);

    // Of an undo that stopped after RestoreSecret only the tag is left to write.
    const stopped = await moved();
    restoreByPerson(secretOf(stopped, name));
    const left = recorder();
    assert.equal(await undone(stopped, left.hook), "restored");
    assert.deepEqual(left.names(), ["source.tag", "source.describe"]);
  });

  it("leaves the regions to the mover, which puts the replicas back", async () => {
    const world = await moved({ settings: withReplicas }, ["us-east-1"]);
    assert.deepEqual(stateOf(secretOf(world, name)).replicas, []);

    await undone(world);
    assert.equal(stateIn(secretOf(world, name)), "t");
    world.time += sixMinutes;

    assert.equal((await deliver(world, name, { settings: withReplicas })).reason, "undone");
    assert.deepEqual(
      stateOf(secretOf(world, name)).replicas.map(({ region }) => region),
      ["us-east-1"],
    );
    assert.equal(stateIn(secretOf(world, name)), "u");
  });

  it("says that the secret is restored where the fence keeps the tag from whoever asks, and stands all the same", async () => {
    const world = await moved();
    const sides = sidesOf(world);
    const refused = { is: "refused", outcome: "refused", reason: "access-denied" } as const;
    const denied = { ...sides, source: { ...sides.source, tag: () => Promise.resolve(refused) } };

    await assert.rejects(
      undo(await described(world, name), moverSettings(), denied),
      /app\/db is restored, and the mover leaves it undone by itself within minutes, but AWS refuses TagResource/,
    );

    assert.deepEqual([isScheduled(secretOf(world, name)), stateIn(secretOf(world, name))], [false, "d"]);
    for (const expected of ["unchanged", "unchanged"]) {
      const { outcome, reason } = await deliver(world, name);
      assert.deepEqual([outcome, reason, isScheduled(secretOf(world, name))], [expected, "undone", false]);
    }
  });

  it("says that nothing is restored where AWS refuses that", async () => {
    const world = await moved();
    const sides = sidesOf(world);
    const refused = { is: "refused", outcome: "refused", reason: "access-denied" } as const;
    const denied = { ...sides, source: { ...sides.source, restore: () => Promise.resolve(refused) } };

    await assert.rejects(
      undo(await described(world, name), moverSettings(), denied),
      /app\/db is not restored, since AWS refuses RestoreSecret \(access-denied\): docs/,
    );

    assert.equal(isScheduled(secretOf(world, name)), true);
  });

  it("stands wherever it is interrupted and run again", async () => {
    for (let call = 1; call <= 3; call += 1) {
      const world = await moved();
      await assert.rejects(undone(world, at(call, "before", crash)), /the container stops here/);
      await undone(world);
      assert.equal(stateIn(secretOf(world, name)), "u", `call ${call}`);
      world.time += sixMinutes;
      assert.equal((await deliver(world, name)).reason, "undone", `call ${call}`);
      assert.equal(isScheduled(secretOf(world, name)), false, `call ${call}`);
    }
  });

  it("leaves alone what is not scheduled, by somebody else, or another deployment's", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "value");
    assert.equal(await undone(world), "nothing");
    change(secretOf(world, name), { window: 30 });
    assert.equal(await undone(world), "nothing");

    const copied = await moved();
    const { tags } = stateOf(secretOf(copied, name));
    change(secretOf(copied, name), {
      tags: { ...tags, [stateTag]: (tags[stateTag] ?? "").replace(/\/d\/[^/]+/, "/d/ZZZZZZ") },
    });
    assert.equal(await undone(copied), "nothing");

    const other = await moved();
    const settings = moverSettings({ entityId: "anotherstack" });
    assert.equal(await undo(await described(other, name), settings, sidesOf(other)), "nothing");
    assert.equal(isScheduled(secretOf(other, name)), true);
  });
});
