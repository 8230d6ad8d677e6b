import * as assert from "node:assert/strict";

import { keep, take } from "../../cli/resolve";
import { moverSettings } from "../support/builders";
import { currentData, softDelete, writeByPerson } from "../support/fakeHome";
import { change, isScheduled, replicaIn, stateIn } from "../support/fakeSource";
import { atCall, pathOf } from "../support/world";
import type { World } from "../support/world";
import { answering, conflict, conflictAfterUndo, denied, found, name } from "./support/refusals";
import type { Answers } from "./support/refusals";
import { secretOf, sidesOf } from "./support/sides";
import type { Sides } from "./support/sides";

describe("what homing resolve says where it does not get to its end", () => {
  it("--take says what it did not get done, and leaves the source as it is", async () => {
    const told: readonly [RegExp, (world: World, sides: Sides) => Sides][] = [
      [
        /value of app\/db can't be read: its KMS key can't be used/,
        (world, sides) => {
          change(secretOf(world, name), { keyDisabled: true });
          return sides;
        },
      ],
      [
        /app\/db has changed: look at it again/,
        (world, sides) => {
          change(secretOf(world, name), { window: 30 });
          return sides;
        },
      ],
      [
        /app\/db: Vault can't hold this value unchanged/,
        (_world, sides) => {
          const value = { type: "string", string: "half a pair: \ud800" } as const;
          return answering(sides, { source: { read: () => Promise.resolve({ is: "value", value }) } });
        },
      ],
      [
        /app\/db: Vault refused to store it/,
        (_world, sides) => answering(sides, { home: { write: () => Promise.resolve({ is: "rejected" }) } }),
      ],
      [
        /app\/db took the value and not its label: look at it again/,
        (_world, sides) => answering(sides, { home: { label: () => Promise.resolve({ is: "rejected" }) } }),
      ],
      [
        /home of app\/db changed meanwhile: look at it again/,
        (world) =>
          sidesOf(
            world,
            atCall("home.label", "after", () => writeByPerson(world.home, pathOf(name), '{"value":"x"}', world.time)),
          ),
      ],
      // The version that the login writes must be the mover's: nobody else's is proven.
      [
        /Version 2 of the home of app\/db: its home was deleted and written anew/,
        (world) => sidesOf(world, undefined, "somebody"),
      ],
    ];
    for (const [text, alter] of told) {
      const world = await conflict();
      const refused = await found(world);
      const sides = alter(world, sidesOf(world));
      const before = secretOf(world, name).history.length;

      await assert.rejects(take(refused, moverSettings(), sides), text);

      assert.equal(secretOf(world, name).history.length, before, text.source);
      const untouched = !/Version 2|took the value|meanwhile/.test(text.source);
      if (untouched) assert.equal(currentData(world.home, pathOf(name), world.time), '{"value":"vaults"}', text.source);
    }
  });

  it("--keep deletes nothing that it can't delete with all that belongs to it, and says why", async () => {
    const told: readonly [RegExp, (world: World) => Answers][] = [
      [
        /AWS denies GetResourcePolicy of app\/db: nothing is deleted/,
        () => ({ source: { isReadByService: () => Promise.resolve(denied) } }),
      ],
      [
        /home of app\/db changed meanwhile: look at it again/,
        () => ({ home: { label: () => Promise.resolve({ is: "gone" }) } }),
      ],
      [
        /app\/db is replicated to other regions: remove its replicas first\. Nothing is deleted/,
        (world) => {
          change(secretOf(world, name), { replicas: [replicaIn("us-east-1")] });
          return {};
        },
      ],
      [
        /app\/db has changed: look at it again/,
        () => ({ source: { schedule: () => Promise.resolve({ is: "stale" }) } }),
      ],
      [
        /AWS refuses to delete app\/db \(access-denied\): docs\/command-line\.md/,
        () => ({ source: { schedule: () => Promise.resolve(denied) } }),
      ],
    ];
    for (const [text, alter] of told) {
      const world = await conflictAfterUndo();
      const refused = await found(world);
      const answers = alter(world);
      await assert.rejects(keep(refused, moverSettings(), answering(sidesOf(world), answers)), text);
      assert.equal(isScheduled(secretOf(world, name)), false, text.source);
      // The mover's memory of its deletion goes last: until then all is as it was.
      if (/Policy|meanwhile/.test(text.source)) assert.equal(stateIn(secretOf(world, name)), "d", text.source);
    }
  });

  it("--keep says that the deletion stands where AWS does not take it back", async () => {
    const world = await conflict();
    const refused = await found(world);
    const changesHome = atCall("source.schedule", "after", () => {
      softDelete(world.home, pathOf(name), world.time - 1);
    });
    const sides = answering(sidesOf(world, changesHome), { source: { restore: () => Promise.resolve(denied) } });

    await assert.rejects(
      keep(refused, moverSettings(), sides),
      /app\/db is scheduled for deletion, it or its home changed meanwhile, and AWS refuses RestoreSecret \(access-denied\)/,
    );

    const gone = await conflict();
    const goneRefused = await found(gone);
    const removes = atCall("source.schedule", "after", () => {
      gone.source.secrets = [];
    });
    await assert.rejects(keep(goneRefused, moverSettings(), sidesOf(gone, removes)), /app\/db has changed: look at it/);
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

  it("can't end what AWS does not show, and says so", async () => {
    const world = await conflict();
    const unseen = answering(sidesOf(world), { source: { describe: () => Promise.resolve(denied) } });
    await assert.rejects(found(world, {}, unseen), /AWS denies DescribeSecret of app\/db: docs\/command-line\.md/);
    world.source.secrets = [];
    await assert.rejects(found(world), /Secrets Manager has no secret app\/db: there is nothing to resolve/);
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
