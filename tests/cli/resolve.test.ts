import * as assert from "node:assert/strict";

import { findRefusal, keep, take } from "../../cli/resolve";
import type { Refused } from "../../cli/resolve";
import { targetOf } from "../../cli/target";
import type { MoverSettings } from "../../runtime/shared/environment";
import { moverSettings, versionIdOf } from "../support/builders";
import { currentData, deleteMetadata, softDelete, writeByPerson } from "../support/fakeHome";
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
import { rotateHome } from "../support/rotatedHome";
import { atCall, deliver, deliverUntilDone, homeHoldsCurrent, makeWorld, pathOf, recorder } from "../support/world";
import type { World } from "../support/world";
import { secretOf, sidesOf } from "./support/sides";
import type { Sides } from "./support/sides";

const name = "app/db";

const found = (world: World, over: Partial<MoverSettings> = {}, sides = sidesOf(world)): Promise<Refused> =>
  findRefusal(targetOf(name, moverSettings(over)), moverSettings(over), sides);

/** What a call answers in place of the port behind it. */
interface Answers {
  readonly source?: Partial<Sides["source"]>;
  readonly home?: Partial<Sides["home"]>;
}

const answering = (sides: Sides, { source, home }: Answers): Sides => ({
  ...sides,
  source: { ...sides.source, ...source },
  home: { ...sides.home, ...home },
});

const denied = { is: "refused", outcome: "refused", reason: "access-denied" } as const;

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

  it("can't end what AWS does not show, and says so", async () => {
    const world = await conflict();
    const unseen = answering(sidesOf(world), { source: { describe: () => Promise.resolve(denied) } });
    await assert.rejects(found(world, {}, unseen), /AWS denies DescribeSecret of app\/db: docs\/command-line\.md/);
    world.source.secrets = [];
    await assert.rejects(found(world), /Secrets Manager has no secret app\/db: there is nothing to resolve/);
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
