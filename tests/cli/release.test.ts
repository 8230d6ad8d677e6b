import * as assert from "node:assert/strict";

import { heldBy, heldTexts, release } from "../../cli/release";
import { readStateTag, stateTag, writeStateTag } from "../../runtime/model/stateTag";
import { consistencyMs } from "../../runtime/mover/facts";
import { moverSettings } from "../support/builders";
import { change, isScheduled, replicaIn, stateIn, stateOf } from "../support/fakeSource";
import { deliver } from "../support/world";
import type { World } from "../support/world";
import { moved, name, sixMinutes, undone } from "./support/moved";
import { described, secretOf, sidesOf } from "./support/sides";

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
