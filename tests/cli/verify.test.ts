import * as assert from "node:assert/strict";

import { verify } from "../../cli/verify";
import type { Verified } from "../../cli/verify";
import { undo } from "../../cli/undo";
import type { MoverSettings } from "../../runtime/shared/environment";
import { entityId, moverSettings, versionIdOf, versionLabelText } from "../support/builders";
import { deleteMetadata, softDelete, writeByPerson } from "../support/fakeHome";
import type { FakeEntry } from "../support/fakeHome";
import { change, createSecret, putValue } from "../support/fakeSource";
import { atCall, deliver, makeWorld, pathOf, recorder } from "../support/world";
import type { DeliverOptions, World } from "../support/world";
import { described, secretOf, sidesOf } from "./support/sides";

const name = "app/db";

async function after(mode: "copy" | "move", minutes = 6): Promise<World> {
  const world = makeWorld();
  createSecret(world.source, name, '{"user":"u"}');
  await deliver(world, name, { settings: { mode } });
  world.time += minutes * 60_000;
  return world;
}

const verified = async (
  world: World,
  over: Partial<MoverSettings> = {},
  hook?: DeliverOptions["hook"],
): Promise<Verified> => verify(await described(world, name), moverSettings(over), sidesOf(world, hook));

const entryOf = (world: World): FakeEntry => world.home.entries[pathOf(name)] ?? assert.fail("no home");

/** A newer version of the home with a value, and with the mover's label of the source's current version. */
function writeLabelled(world: World, author: string): void {
  writeByPerson(world.home, pathOf(name), '{"user":"u"}', world.time, author);
  entryOf(world).labels["v2"] = versionLabelText();
}

describe("verify", () => {
  it("finds a moved secret with its home, and a copied one with the same value", async () => {
    assert.deepEqual(await verified(await after("move")), { result: "moved" });
    assert.deepEqual(await verified(await after("copy")), { result: "equal" });
  });

  it("finds another value behind the mover's label", async () => {
    const world = await after("copy");
    const entry = entryOf(world);
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
    const entry = entryOf(garbled);
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

  it("compares a copied secret with what the mover wrote for its current version, and with nothing else", async () => {
    const alterations: Readonly<Record<string, readonly [Verified, (world: World) => void]>> = {
      "the mover's newer version": [
        { result: "equal" },
        (world) => {
          writeLabelled(world, entityId);
        },
      ],
      "somebody's version, labelled as the mover's": [
        { result: "other" },
        (world) => {
          writeLabelled(world, "somebody");
        },
      ],
      "no label": [
        { result: "other" },
        (world) => {
          entryOf(world).labels = {};
        },
      ],
      "a label of another secret": [
        { result: "other" },
        (world) => {
          entryOf(world).labels["v1"] = versionLabelText(versionIdOf(1), "ZZZZZZ");
        },
      ],
      "a deleted version": [
        { result: "other" },
        (world) => {
          softDelete(world.home, pathOf(name), world.time - 1);
        },
      ],
      "a key that can't be used": [
        { result: "wrong", reason: "undecryptable" },
        (world) => {
          change(secretOf(world, name), { keyDisabled: true });
        },
      ],
    };
    for (const [alteration, [expected, alter]] of Object.entries(alterations)) {
      const world = await after("copy");
      alter(world);
      assert.deepEqual(await verified(world), expected, alteration);
    }
  });

  it("leaves to the next look what changes between its look at a copied secret and its reads", async () => {
    const changes: readonly [string, (world: World) => void][] = [
      [
        "source.read",
        (world) => {
          change(secretOf(world, name), { window: 30 });
        },
      ],
      [
        "home.read",
        (world) => {
          softDelete(world.home, pathOf(name), world.time - 1);
        },
      ],
      [
        "home.read",
        (world) => {
          writeLabelled(world, entityId);
        },
      ],
    ];
    for (const [call, alter] of changes) {
      const world = await after("copy");
      const hook = atCall(call, "before", () => {
        alter(world);
      });
      assert.deepEqual(await verified(world, {}, hook), { result: "other" }, alter.toString());
    }
  });

  it("says moved only of what it has read, under the number and the label that were proven", async () => {
    const changes: readonly ((world: World) => void)[] = [
      (world) => {
        softDelete(world.home, pathOf(name), world.time - 1);
      },
      (world) => {
        softDelete(world.home, pathOf(name), world.time + 60_000);
      },
      (world) => {
        writeLabelled(world, "somebody");
      },
    ];
    for (const alter of changes) {
      const world = await after("move");
      const hook = atCall("home.read", "before", () => {
        alter(world);
      });
      assert.deepEqual(await verified(world, {}, hook), { result: "wrong", reason: "unreadable" }, alter.toString());
    }
    const unlabelled = await after("move");
    Reflect.deleteProperty(entryOf(unlabelled).labels, "v1");
    assert.deepEqual(await verified(unlabelled), { result: "wrong", reason: "unreadable" });
    // People read the labels of a deletion; nothing is wrong with the secret where they are lost.
    const untold = await after("move");
    Reflect.deleteProperty(entryOf(untold).labels, "deleted");
    assert.deepEqual(await verified(untold), { result: "moved" });
  });

  it("says what is wrong with a moved secret in every mode, also where the mover would only report it", async () => {
    for (const mode of ["audit", "copy", "move"] as const) {
      const gone = await after("move");
      deleteMetadata(gone.home, pathOf(name));
      assert.deepEqual(await verified(gone, { mode }), { result: "wrong", reason: "home-gone" }, mode);
      const overwritten = await after("move");
      writeLabelled(overwritten, entityId);
      assert.deepEqual(await verified(overwritten, { mode }), { result: "wrong", reason: "changed-meanwhile" }, mode);
      const rule = [{ pattern: "app/*", mode }];
      assert.deepEqual(await verified(overwritten, { modeRules: rule }), {
        result: "wrong",
        reason: "changed-meanwhile",
      });
    }
  });

  it("leaves alone what somebody else deleted, and asks Vault for nothing where the tag is nobody's", async () => {
    const again = await after("move");
    await undo(await described(again, name), moverSettings(), sidesOf(again));
    change(secretOf(again, name), { window: 30 });
    assert.deepEqual(await verified(again), { result: "other" });

    const byOthers = await after("copy");
    change(secretOf(byOthers, name), { window: 30 });
    const { hook, names } = recorder();
    assert.deepEqual(await verified(byOthers, {}, hook), { result: "other" });
    assert.deepEqual(names(), []);
  });

  it("compares both sides again where a deletion was undone", async () => {
    const world = await after("move");
    await undo(await described(world, name), moverSettings(), sidesOf(world));
    assert.deepEqual(await verified(world), { result: "equal" });
  });
});
