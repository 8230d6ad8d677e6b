import { deepEqual, equal, ok } from "node:assert/strict";

import { deleteMetadata, softDelete } from "../../support/fakeHome";
import { change, currentOf, isScheduled, putValue, restoreByPerson, stateOf } from "../../support/fakeSource";
import { arn, ends, name, path, recorded, v1, v2, withSecret, wrote } from "../../support/moves";
import { atCall, both, deliver, homeHoldsCurrent, labelsOf, tryDeliver } from "../../support/world";

describe("replicas and rotation", () => {
  const replicas = [{ region: "us-east-1" }, { region: "us-west-2", kmsKeyId: "key" }];
  const settings = { replicas: "remove" } as const;

  it("are removed after the proof, the regions labelled first", async () => {
    const { world, secret } = withSecret({ replicas });
    const { outcome, names } = await recorded(world, arn, { settings });
    ends(outcome, "moved", "proven");
    const removal = names.indexOf("source.removeReplicas");
    equal(names[removal - 1], "home.label");
    ok(removal > names.lastIndexOf("home.read") && removal < names.indexOf("source.schedule"));
    deepEqual(stateOf(secret).replicas, []);
    equal(labelsOf(world, name)["region.us-east-1"], "aws/secretsmanager");
    equal(labelsOf(world, name)["region.us-west-2"], "key");
  });

  it("come back when the delete is taken back", async () => {
    const { world, secret } = withSecret({ replicas });
    const hook = atCall("source.schedule", "after", () => {
      softDelete(world.home, path, world.time);
    });
    ends(await deliver(world, arn, { settings, hook }), "refused", "home-deleted");
    ok(!isScheduled(secret));
    deepEqual(stateOf(secret).replicas, replicas);
  });

  it("come back when the mover that took the delete back stopped before them", async () => {
    const { world, secret } = withSecret({ replicas });
    const hook = both(
      atCall("source.schedule", "after", () => {
        softDelete(world.home, path, world.time);
      }),
      atCall("source.replicate", "before", () => {
        throw new Error("the container stops here");
      }),
    );
    deepEqual(await tryDeliver(world, arn, { settings, hook }), { crashed: true });
    deepEqual(stateOf(secret).replicas, []);
    ends(await deliver(world, arn, { settings }), "refused", "home-deleted");
    deepEqual(stateOf(secret).replicas, replicas);
  });

  it("rotation is cancelled on wish, after the proof", async () => {
    const { world, secret } = withSecret({ rotating: true });
    const { outcome, names } = await recorded(world, arn, { settings: { rotation: "cancel-and-move" } });
    ends(outcome, "moved", "proven");
    ok(names.indexOf("source.cancelRotation") > names.indexOf("home.read"));
    equal(stateOf(secret).rotating, false);
  });

  it("is not cancelled for a copy", async () => {
    const { world, secret } = withSecret({ rotating: true });
    ends(await deliver(world, arn, { settings: { rotation: "cancel-and-move", mode: "copy" } }), "copied", "proven");
    equal(stateOf(secret).rotating, true);
  });
});

describe("a person's undo", () => {
  it("stands: what was restored is copied only, until its tag is removed", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    restoreByPerson(secret);
    world.time += 6 * 60_000;
    ends(await deliver(world, arn), "unchanged", "restored-by-somebody");
    putValue(secret, '{"n":2}', v2);
    ends(await deliver(world, arn), "copied", "restored-by-somebody");
    ends(await deliver(world, arn), "unchanged", "restored-by-somebody");
    ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));

    const { "vault-mover": tag, ...others } = stateOf(secret).tags;
    ok(tag);
    change(secret, { tags: others });
    ends(await deliver(world, arn), "moved", "proven");
    ok(isScheduled(secret));
  });

  it("within five minutes is waited for, not overruled", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    restoreByPerson(secret);
    ends(await deliver(world, arn), "deferred", "deletion-unseen");
    ok(!isScheduled(secret));
  });

  it("and its own deletion afterwards with a new value is an alarm", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    restoreByPerson(secret);
    putValue(secret, '{"n":2}', v2);
    change(secret, { window: 7 });
    ends(await deliver(world, arn), "refused", "deletion-unclaimed");
    equal(currentOf(secret)?.versionId, v2);
  });
});

describe("a finished move that is looked at late", () => {
  const late = 16 * 60_000;

  it("is marked as checked, once", async () => {
    const { world } = withSecret();
    await deliver(world, arn);
    world.time += late;
    ends(await deliver(world, arn), "unchanged", "already-moved");
    equal(labelsOf(world, name)["checked"], new Date(world.time).toISOString());
    const again = await recorded(world, arn);
    ends(again.outcome, "unchanged", "already-moved");
    deepEqual(wrote(again.names), []);
  });

  it("is taken back and moved again when the whole home is gone", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    deleteMetadata(world.home, path);
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "moved", "proven");
    equal(outcome.restored, "home-gone");
    ok(names.includes("source.restore"));
    ok(homeHoldsCurrent(world, secret) && isScheduled(secret));
  });

  it("is taken back, and its older value replaced, when a slow mover wrote over it", async () => {
    const { world, secret } = withSecret();
    putValue(secret, '{"n":2}', v2);
    await deliver(world, arn);
    const entry = world.home.entries[path];
    ok(entry);
    const slow = { ...entry.versions[1], data: '{"password":"p","user":"u"}' };
    entry.versions[2] = slow as (typeof entry.versions)[number];
    entry.current = 2;
    entry.labels = { ...entry.labels, v2: `1;AbCdEf;fields;${v1}` };
    const outcome = await deliver(world, arn);
    ends(outcome, "moved", "proven");
    equal(outcome.restored, "changed-meanwhile");
    ok(homeHoldsCurrent(world, secret) && isScheduled(secret));
  });

  it("is decided on a home that was read after the source, before it is taken back", async () => {
    const { world } = withSecret();
    let reads = 0;
    const meanwhile = async (call: { readonly side: string; readonly name: string }, when: string) => {
      if (call.side !== "home" || call.name !== "metadata" || when !== "after") return;
      reads += 1;
      // The home is read before another mover's labels, the source after its delete.
      if (reads === 1) await deliver(world, arn);
    };
    const { outcome, names } = await recorded(world, arn, { hook: meanwhile });
    ends(outcome, "unchanged", "already-moved");
    ok(!names.includes("source.restore"));
  });

  it("is restored once near its end when a value came that no mover proved, and then moved", async () => {
    const { world, secret } = withSecret();
    const hook = both(
      atCall("source.schedule", "before", () => {
        putValue(secret, '{"n":2}', v2);
      }),
      atCall("source.schedule", "after", () => {
        throw new Error("the container stops here");
      }),
    );
    deepEqual(await tryDeliver(world, arn, { hook }), { crashed: true });
    ends(await deliver(world, arn), "refused", "deletion-unclaimed");
    ok(isScheduled(secret));
    world.time += 27 * 24 * 60 * 60_000 + 1;
    const outcome = await deliver(world, arn);
    ends(outcome, "moved", "proven");
    equal(outcome.restored, "deletion-unclaimed");
    ok(homeHoldsCurrent(world, secret));
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

  it("forgets the regions of replicas once they are back", async () => {
    const { world, secret } = withSecret({ replicas: [{ region: "us-east-1" }] });
    const hook = atCall("source.schedule", "after", () => {
      softDelete(world.home, path, world.time);
    });
    ends(await deliver(world, arn, { hook, settings: { replicas: "remove" } }), "refused", "home-deleted");
    deepEqual(stateOf(secret).replicas, [{ region: "us-east-1" }]);
    deepEqual(
      Object.keys(labelsOf(world, name)).filter((key) => key.startsWith("region.") || key === "restoring"),
      [],
    );
  });

  it("keeps the announcement beside the label when another mover's restore removed it", async () => {
    const { world } = withSecret();
    const hook = atCall("source.schedule", "before", () => {
      const entry = world.home.entries[path];
      if (entry !== undefined) entry.labels = { v1: entry.labels["v1"] ?? "" };
    });
    ends(await deliver(world, arn, { hook }), "moved", "proven");
    equal(labelsOf(world, name)["deleting"], `${v1}/2026-03-01T12:00:00.000Z`);
    equal(labelsOf(world, name)["deleted"], v1);
  });

  it("is moved again when another mover took it back before the announcement was written once more", async () => {
    const { world, secret } = withSecret();
    let removed = false;
    let labels = 0;
    const hook = both(
      atCall("source.schedule", "before", () => {
        const entry = world.home.entries[path];
        if (entry !== undefined) entry.labels = { v1: entry.labels["v1"] ?? "" };
        removed = true;
      }),
      (call, when) => {
        if (!removed || call.name !== "label" || when !== "before") return;
        labels += 1;
        if (labels === 2) restoreByPerson(secret);
      },
    );
    await deliver(world, arn, { hook });
    world.time += 6 * 60_000;
    await deliver(world, arn);
    ok(isScheduled(secret) && homeHoldsCurrent(world, secret));
    equal(labelsOf(world, name)["restoring"], undefined);
  });

  it("that another mover restored late is no person's undo", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    const entry = world.home.entries[path];
    ok(entry);
    entry.labels = { ...entry.labels, restoring: v1 };
    const hook = atCall("source.restore", "after", () => {
      const labels = world.home.entries[path]?.labels ?? {};
      const { restoring, ...others } = labels;
      ok(restoring);
      entry.labels = others;
    });
    await deliver(world, arn, { hook });
    world.time += 6 * 60_000;
    const outcome = await deliver(world, arn);
    equal(outcome.reason === "restored-by-somebody", false);
    ok(isScheduled(secret) && homeHoldsCurrent(world, secret));
  });
});
