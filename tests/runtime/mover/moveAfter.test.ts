/** What follows a move: an undo, late looks, and neighbours. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import { stateTag } from "../../../runtime/model/stateTag";
import { entityId } from "../../support/builders";
import { deleteMetadata, softDelete, writeByPerson } from "../../support/fakeHome";
import { change, currentOf, isScheduled, putValue, restoreByPerson, stateIn, stateOf } from "../../support/fakeSource";
import type { FakeSecret } from "../../support/fakeSource";
import { arn, ends, name, path, recorded, v2, withSecret, wrote } from "../../support/moves";
import { atCall, both, deliver, homeHoldsCurrent, labelsOf } from "../../support/world";
import type { DeliverOptions, World } from "../../support/world";

const sixMinutes = 6 * 60_000;

/** A secret that was moved more than five minutes ago. */
async function moved(over: DeliverOptions = {}, made: Parameters<typeof withSecret>[0] = {}) {
  const started = withSecret(made);
  started.world.time += 123;
  ends(await deliver(started.world, arn, over), "moved", "proven");
  started.world.time += sixMinutes;
  return started;
}

describe("a person's undo", () => {
  it("stands: what was restored is copied only, until a person releases it", async () => {
    const { world, secret } = await moved();
    restoreByPerson(secret);
    ends(await deliver(world, arn), "unchanged", "undone");
    putValue(secret, '{"n":2}', v2);
    ends(await deliver(world, arn), "copied", "undone");
    ends(await deliver(world, arn), "unchanged", "undone");
    ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));

    change(secret, { tags: { [stateTag]: "again" } });
    ends(await deliver(world, arn), "moved", "proven");
    ok(isScheduled(secret));
  });

  const losses: readonly (readonly [string, (world: World, secret: FakeSecret) => void])[] = [
    [
      "a tool removes the tag",
      (_, secret) => {
        change(secret, { tags: {} });
      },
    ],
    [
      "the home's metadata is deleted",
      ({ home }) => {
        deleteMetadata(home, path);
      },
    ],
    [
      "Vault is set back to before the copy",
      (world) => {
        world.home.entries = {};
      },
    ],
    [
      "somebody removes all labels",
      ({ home }) => {
        (home.entries[path] ?? { labels: {} }).labels = {};
      },
    ],
    [
      "somebody writes labels of a restore",
      ({ home }) => {
        const entry = home.entries[path];
        if (entry !== undefined) entry.labels = { ...entry.labels, restoring: v2, "region.us-east-1": "alias/x" };
      },
    ],
  ];
  for (const [what, lose] of losses) {
    it(`stands when ${what}`, async () => {
      const { world, secret } = await moved();
      restoreByPerson(secret);
      lose(world, secret);
      for (let look = 1; look <= 3; look += 1) {
        equal((await deliver(world, arn)).reason, "undone", `look ${look}`);
        world.time += sixMinutes;
      }
      ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));
    });
  }

  it("within five minutes is waited for, not overruled", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    restoreByPerson(secret);
    ends(await deliver(world, arn), "deferred", "deletion-unseen");
    ok(!isScheduled(secret));
  });

  it("right before the delete has the delete taken back, and stands", async () => {
    const { world, secret } = withSecret();
    const undo = atCall("source.schedule", "before", () => {
      const { tags } = stateOf(secret);
      change(secret, { tags: { ...tags, [stateTag]: (tags[stateTag] ?? "").replace("/d/", "/u/") } });
    });
    const outcome = await deliver(world, arn, { hook: undo });
    ends(outcome, "unchanged", "undone");
    equal(outcome.restored, "changed-meanwhile");
    equal(isScheduled(secret), false);
  });

  it("at the moment of the mover's own restore is not overruled: the tag is read before it says back", async () => {
    const { world, secret } = withSecret();
    const hook = both(
      atCall("source.schedule", "after", () => {
        deleteMetadata(world.home, path);
      }),
      atCall("source.restore", "after", () => {
        const { tags } = stateOf(secret);
        change(secret, { tags: { ...tags, [stateTag]: (tags[stateTag] ?? "").replace("/d/", "/u/") } });
      }),
    );
    ends(await deliver(world, arn, { hook }), "copied", "undone");
    deepEqual([stateIn(secret), isScheduled(secret)], ["u", false]);
  });

  it("and its own deletion afterwards with a new value is an alarm, and taken back once near the end", async () => {
    const { world, secret } = await moved();
    restoreByPerson(secret);
    ends(await deliver(world, arn), "unchanged", "undone");
    putValue(secret, '{"n":2}', v2);
    change(secret, { window: 7, scheduledAt: world.time });
    ends(await deliver(world, arn), "refused", "deletion-unclaimed");
    ok(isScheduled(secret));
    equal(currentOf(secret)?.versionId, v2);
    world.time += 5 * 24 * 60 * 60_000;
    const outcome = await deliver(world, arn);
    ends(outcome, "copied", "undone");
    equal(outcome.restored, "deletion-unclaimed");
    ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));
  });
});

describe("a finished move that is looked at again", () => {
  it("needs nothing while both sides hold what was proven", async () => {
    const { world } = await moved();
    for (let look = 1; look <= 2; look += 1) {
      const { outcome, names } = await recorded(world, arn);
      ends(outcome, "unchanged", "already-moved");
      deepEqual(wrote(names), []);
    }
  });

  it("gets the labels again that it lost", async () => {
    const { world } = await moved();
    const before = labelsOf(world, name);
    (world.home.entries[path] ?? { labels: {} }).labels = { v1: before["v1"] ?? "" };
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "unchanged", "already-moved");
    deepEqual(wrote(names), ["home.label"]);
    deepEqual(Object.keys(labelsOf(world, name)).sort(), ["deleted", "deleting", "v1"]);
  });

  it("is taken back and copied again when the whole home is gone", async () => {
    const { world, secret } = await moved();
    deleteMetadata(world.home, path);
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "copied", "undone");
    equal(outcome.restored, "home-gone");
    const restored = names.indexOf("source.restore");
    deepEqual(names.slice(restored, restored + 3), ["source.restore", "source.describe", "source.tag"]);
    ok(homeHoldsCurrent(world, secret) && !isScheduled(secret));
    equal(stateIn(secret), "u");
  });

  it("is taken back, and its older value replaced, when a slow mover wrote over it", async () => {
    const { world, secret } = withSecret();
    putValue(secret, '{"n":2}', v2);
    await deliver(world, arn);
    world.time += sixMinutes;
    writeByPerson(world.home, path, '{"password":"p","user":"u"}', world.time, entityId);
    const outcome = await deliver(world, arn);
    ends(outcome, "copied", "undone");
    equal(outcome.restored, "changed-meanwhile");
    ok(homeHoldsCurrent(world, secret) && !isScheduled(secret));
  });

  it("is looked at once more before it is taken back: the home may have been read too early", async () => {
    const { world, secret } = await moved();
    const entry = world.home.entries[path];
    ok(entry);
    deleteMetadata(world.home, path);
    let reads = 0;
    const back = (call: { readonly name: string }, when: string): void => {
      if (call.name !== "metadata" || when !== "before") return;
      reads += 1;
      if (reads === 2) world.home.entries[path] = entry;
    };
    const { outcome, names } = await recorded(world, arn, { hook: back });
    ends(outcome, "unchanged", "already-moved");
    ok(!names.includes("source.restore"));
    ok(isScheduled(secret));
  });

  it("is an alarm of its own while AWS denies the restore, and is tried again", async () => {
    const { world, secret } = await moved();
    deleteMetadata(world.home, path);
    await rejects(deliver(world, arn, { source: { owners: [] } }), { code: "restore-denied", step: "restore" });
    ok(isScheduled(secret));
    ends(await deliver(world, arn), "copied", "undone");
    ok(!isScheduled(secret));
  });

  it("ends well when somebody deleted the source without a window meanwhile, and the home holds the value", async () => {
    for (const lost of [false, true]) {
      const { world } = withSecret();
      const hook = atCall("source.schedule", "after", () => {
        world.source.secrets = [];
        if (lost) softDelete(world.home, path, world.time);
      });
      const outcome = await deliver(world, arn, { hook });
      if (lost) ends(outcome, "refused", "home-deleted");
      else ends(outcome, "moved", "proven");
    }
  });
});

describe("neighbours", () => {
  it("of a second stack are left alone: it takes nothing back that the first one moved", async () => {
    const { world, secret } = await moved();
    const settings = { entityId: "second-stack", homeTemplate: "second/{account}/{region}/{name}" };
    const { outcome, names } = await recorded(world, arn, { settings, home: { author: "second-stack" } });
    ends(outcome, "skipped", "another-mover");
    deepEqual(wrote(names), []);
    restoreByPerson(secret);
    ends(await deliver(world, arn, { settings }), "skipped", "another-mover");
  });

  it("that were the mover's, or are operators, keep what they wrote in Vault", async () => {
    for (const settings of [{ formerEntityIds: ["person"] }, { operatorEntityIds: ["person"] }]) {
      const { world, secret } = withSecret();
      await deliver(world, arn, { settings: { ...settings, mode: "copy" } });
      writeByPerson(world.home, path, '{"person":1}', world.time, "person");
      ends(await deliver(world, arn, { settings }), "refused", "home-conflict");
      ok(!isScheduled(secret));
      equal(world.home.entries[path]?.current, 2);
    }
  });

  it("that ran the mover are recognised by the value that the source has or had", async () => {
    const { world, secret } = withSecret();
    const operator = { operatorEntityIds: ["operator"] };
    await deliver(world, arn, { settings: { ...operator, mode: "copy" }, home: { author: "operator" } });
    putValue(secret, '{"n":2}', v2);
    ends(await deliver(world, arn, { settings: operator }), "moved", "proven");
    ok(homeHoldsCurrent(world, secret));
  });
});
