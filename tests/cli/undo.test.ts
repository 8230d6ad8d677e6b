import * as assert from "node:assert/strict";

import { heldBy, heldTexts, release } from "../../cli/release";
import { ownTag, undo } from "../../cli/undo";
import { readStateTag, stateTag, writeStateTag } from "../../runtime/model/stateTag";
import { consistencyMs } from "../../runtime/mover/facts";
import { moverSettings } from "../support/builders";
import { deleteMetadata } from "../support/fakeHome";
import {
  change,
  createSecret,
  isScheduled,
  putValue,
  replicaIn,
  restoreByPerson,
  stateIn,
  stateOf,
} from "../support/fakeSource";
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
import type { DeliverOptions, World } from "../support/world";
import { versionIdOf } from "../support/builders";
import { described, secretOf, sidesOf } from "./support/sides";

const name = "app/db";
const sixMinutes = 6 * 60_000;
const withReplicas = { replicas: "remove", replicaRegions: ["us-east-1"] } as const;

async function moved(over: DeliverOptions = {}, replicas: readonly string[] = []): Promise<World> {
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

const undone = async (world: World, hook?: DeliverOptions["hook"]): Promise<string> =>
  undo(await described(world, name), moverSettings(), sidesOf(world, hook));

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

describe("release", () => {
  const held = async (world: World, fromAnother = false) =>
    heldBy(await described(world, name), moverSettings(), world.time, fromAnother);

  it("lets an undone secret move again, the one time", async () => {
    const world = await moved();
    await undone(world);
    assert.equal(await held(world), undefined);

    await release(await described(world, name), sidesOf(world).source);

    assert.equal(stateIn(secretOf(world, name)), "again");
    assert.equal((await deliver(world, name)).outcome, "moved");
    assert.equal(isScheduled(secretOf(world, name)), true);
  });

  it("says why a secret can't be released", async () => {
    const world = await moved();
    assert.equal(await held(world), "scheduled");
    await undone(world);
    const { tags } = stateOf(secretOf(world, name));
    const own = readStateTag(tags);
    assert.ok(own.is === "known");
    const tagged = (over: object): void => {
      change(secretOf(world, name), { tags: { [stateTag]: writeStateTag({ ...own.tag, ...over }) ?? "" } });
    };
    tagged({ state: "d", taggedAt: world.time });
    assert.equal(await held(world), "at-work");
    tagged({ state: "d", taggedAt: world.time - sixMinutes });
    assert.equal(await held(world), undefined);
    // After five minutes to the moment, as the mover counts them.
    const source = await described(world, name);
    const since = world.time - sixMinutes - ((world.time - sixMinutes) % 1_000);
    assert.equal(heldBy(source, moverSettings(), since + consistencyMs - 1, false), "at-work");
    assert.equal(heldBy(source, moverSettings(), since + consistencyMs, false), undefined);
    tagged({ state: "t" });
    assert.equal(await held(world), "replicas");
    // Undone: whoever owns it may have removed its replicas since.
    tagged({ state: "u", replicas: [{ region: "us-east-1" }] });
    assert.equal(await held(world), undefined);
    // A run that stopped before its second delete leaves the replicas apart under a `d`.
    tagged({ state: "d", taggedAt: world.time - sixMinutes, replicas: [{ region: "us-east-1" }] });
    assert.equal(await held(world), "replicas");
    change(secretOf(world, name), { replicas: [replicaIn("us-east-1")] });
    assert.equal(await held(world), undefined);
    tagged({ owner: "stranger" });
    assert.deepEqual([await held(world), await held(world, true)], ["another", undefined]);
    // What another deployment's tag remembers is lost with it, too.
    tagged({ owner: "stranger", state: "t" });
    assert.equal(await held(world, true), "replicas");
    tagged({ owner: "stranger", state: "d", taggedAt: world.time });
    assert.equal(await held(world, true), "at-work");
    tagged({ suffix: "ZZZZZZ" });
    assert.deepEqual([await held(world), await held(world, true)], ["no-tag", "no-tag"]);
    change(secretOf(world, name), { tags: { [stateTag]: "2/what/comes/later" } });
    assert.deepEqual([await held(world), await held(world, true)], ["unknown", "unknown"]);
    change(secretOf(world, name), { tags: {} });
    assert.equal(await held(world), "no-tag");
    assert.ok(Object.values(heldTexts).every((text) => text.length > 20));
  });

  it("says that nothing is released where AWS does not take the tag", async () => {
    const world = await moved();
    await undone(world);
    const source = await described(world, name);
    const answers = [
      [{ is: "stale" }, /app\/db changed while it was being released: run the same command again/],
      [
        { is: "refused", outcome: "refused", reason: "access-denied" },
        /AWS refuses TagResource of app\/db \(access-denied\): docs\/command-line\.md/,
      ],
    ] as const;
    for (const [answer, text] of answers) {
      await assert.rejects(release(source, { tag: () => Promise.resolve(answer) }), text);
    }
  });
});
