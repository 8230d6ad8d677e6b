import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";

import { retryableError } from "../../../runtime/shared/errors";
import { entityId, startTime } from "../../support/builders";
import { currentData, deleteMetadata, destroy, softDelete, writeByPerson } from "../../support/fakeHome";
import { change, createSecret, isScheduled, putValue, stateOf } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import { arn, ends, name, path, recorded, v2, value, withSecret, wrote } from "../../support/moves";
import { atCall, both, deliver, homeHoldsCurrent, labelsOf, makeWorld, recorder } from "../../support/world";
import type { World } from "../../support/world";

describe("the proof", () => {
  it("refuses, and nothing is deleted, when the value comes back changed", async () => {
    for (const garble of [
      (data: string) => data.replace("u", "v"),
      () => "{}",
      () => "null",
      (data: string) => data.slice(0, -1),
    ]) {
      const { world, secret } = withSecret();
      const { outcome, names } = await recorded(world, arn, { home: { garble } });
      ends(outcome, "refused", "unequal");
      ok(!names.includes("source.tag") && !names.includes("source.schedule"));
      ok(!isScheduled(secret));
    }
  });

  it("does not write again what came back changed", async () => {
    const { world } = withSecret();
    await deliver(world, arn, { home: { garble: () => "{}" } });
    const { outcome, names } = await recorded(world, arn, { home: { garble: () => "{}" } });
    ends(outcome, "refused", "unequal");
    ok(!names.includes("home.write"));
  });

  it("refuses a home that will expire", async () => {
    const world = makeWorld({ deleteVersionAfter: 3_600_000 });
    const secret = createSecret(world.source, name, value);
    ends(await deliver(world, arn), "refused", "home-expires");
    ok(!isScheduled(secret));
  });

  it("fails when the version is another author's though the check-and-set passed", async () => {
    const { world, secret } = withSecret();
    ends(await deliver(world, arn, { home: { author: "somebody" } }), "failed", "home-recreated");
    ok(!isScheduled(secret));
  });

  it("fails when the entry was begun anew around the write", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn, { settings: { mode: "copy" } });
    putValue(secret, '{"n":2}', v2);
    const hook = atCall("home.write", "before", () => {
      deleteMetadata(world.home, path);
      writeByPerson(world.home, path, '{"person":1}', startTime);
    });
    ends(await deliver(world, arn, { hook }), "failed", "home-recreated");
    ok(!isScheduled(secret));
  });

  it("starts over when somebody writes between the write and the proof, and then leaves that alone", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("home.read", "before", () => {
      writeByPerson(world.home, path, '{"person":1}', startTime);
    });
    ends(await deliver(world, arn, { hook }), "refused", "home-conflict");
    equal(currentData(world.home, path, world.time), '{"person":1}');
    ok(!isScheduled(secret));
  });

  it("starts over on a check-and-set mismatch, from the home", async () => {
    const { world, secret } = withSecret();
    const once = atCall("home.write", "before", () => {
      writeByPerson(world.home, path, value, startTime, entityId);
    });
    const { outcome, names } = await recorded(world, arn, { hook: once });
    ends(outcome, "moved", "proven");
    const after = names.slice(names.indexOf("home.write") + 1);
    deepEqual(after.slice(0, 2), ["home.metadata", "source.describe"]);
    equal(outcome.homeVersion, 1, "the other mover's version holds the value, and is labelled");
    ok(homeHoldsCurrent(world, secret));
  });

  it("does not put an old value over a newer one that another mover wrote meanwhile", async () => {
    const { world, secret } = withSecret({}, '{"n":1}');
    const hook = atCall("source.read", "after", () => {
      putValue(secret, '{"n":2}', v2);
      writeByPerson(world.home, path, '{"n":2}', startTime, entityId);
      const entry = world.home.entries[path];
      if (entry !== undefined) entry.labels["v1"] = `1;AbCdEf;fields;${v2}`;
    });
    ends(await deliver(world, arn, { hook }), "moved", "proven");
    equal(currentData(world.home, path, world.time), '{"n":2}');
    equal(world.home.entries[path]?.current, 1);
  });

  it("gives up for now when it never gets through", async () => {
    const { world } = withSecret();
    let writes = 0;
    const hook = (call: { readonly name: string }, when: string): void => {
      if (call.name !== "write" || when !== "before") return;
      writes += 1;
      writeByPerson(world.home, path, `{"n":${writes}}`, startTime, entityId);
    };
    await rejects(deliver(world, arn, { hook }), { code: "contended" });
  });

  it("refuses a key that is disabled", async () => {
    const { world } = withSecret({ keyDisabled: true });
    ends(await deliver(world, arn), "refused", "undecryptable");
    deepEqual(world.home.entries, {});
  });

  it("refuses what no Vault could hold, before it is sent", async () => {
    const { world } = withSecret({}, "\ud800");
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "refused", "value-unsupported");
    deepEqual(wrote(names), []);
  });
});

describe("the delete", () => {
  it("waits for the settle time, counted from the copy", async () => {
    const { world, secret } = withSecret();
    const settings = { settleMinutes: 60 };
    ends(await deliver(world, arn, { settings }), "deferred", "settling");
    ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));
    world.time += 59 * 60_000;
    ends(await deliver(world, arn, { settings }), "deferred", "settling");
    world.time += 60_000;
    ends(await deliver(world, arn, { settings }), "moved", "proven");
  });

  it("does not wait for Vault's clock when there is no settle time", async () => {
    const { world } = withSecret();
    ends(await deliver(world, arn, { vaultAhead: 5_000 }), "moved", "proven");
  });

  it("is not sent with less than 30 seconds left", async () => {
    const { world, secret } = withSecret();
    const { names, hook } = recorder();
    await rejects(deliver(world, arn, { remainingMs: 29_999, hook }), { code: "out-of-time" });
    ok(!names().includes("source.tag") && !names().includes("source.schedule"));
    ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));
    ends(await deliver(world, arn, { remainingMs: 30_000 }), "moved", "proven");
  });

  it("is refused when there is no room for the tag, AWS's own tags not counted", async () => {
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index.toString()}`, "x"]));
    const full = withSecret({ tags: tags(50) });
    ends(await deliver(full.world, arn), "refused", "tags-full");
    ok(!isScheduled(full.secret));
    const roomy = withSecret({ tags: { ...tags(49), "aws:owner": "x", "aws:more": "y" } });
    ends(await deliver(roomy.world, arn), "moved", "proven");
    const tagged = withSecret({ tags: { ...tags(49), "vault-mover": "again" } });
    ends(await deliver(tagged.world, arn), "moved", "proven");
  });

  it("is refused for a version id that no tag or label can hold, before anything is read or written", async () => {
    const { world } = withSecret({ versionId: "a;b/c" });
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "refused", "version-id-unsupported");
    deepEqual(names, ["source.describe", "home.metadata"]);
  });

  it("counts tags that do not fit in Vault, and moves all the same", async () => {
    const { world } = withSecret({ tags: { empty: "", good: "x" } });
    const outcome = await deliver(world, arn);
    ends(outcome, "moved", "proven");
    equal(outcome.droppedTags, 1);
    equal(labelsOf(world, name)["tag.good"], "x");
  });

  it("that another mover sent meanwhile is looked at by the run whose proof the tag names", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "before", () => {
      change(secret, { window: 30 });
    });
    ends(await deliver(world, arn, { hook }), "moved", "proven");
  });

  it("is taken back when a new value came before it", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "before", () => {
      putValue(secret, '{"n":2}', v2);
    });
    const { outcome, calls, names } = await recorded(world, arn, { hook });
    ends(outcome, "moved", "proven");
    ok(names.includes("source.restore"));
    equal(outcome.versionId, v2);
    ok(homeHoldsCurrent(world, secret) && isScheduled(secret));
    match(labelsOf(world, name)["deleted"] ?? "", new RegExp(v2));
    const states = calls.filter((call) => call.name === "tag").map(({ args }) => String(args[1]).split("/")[3]);
    deepEqual(states, ["d", "b", "d"]);
    const restored = names.indexOf("source.restore");
    deepEqual(names.slice(restored + 1, restored + 4), ["source.describe", "source.tag", "home.label"]);
  });

  it("is taken back when the home is lost", async () => {
    for (const lose of [
      (world: World) => {
        softDelete(world.home, path, world.time);
      },
      (world: World) => {
        softDelete(world.home, path, world.time + 2_000);
      },
      (world: World) => {
        destroy(world.home, path);
      },
    ]) {
      const { world, secret } = withSecret();
      const hook = atCall("source.schedule", "after", () => {
        lose(world);
      });
      equal((await deliver(world, arn, { hook })).outcome, "refused");
      ok(!isScheduled(secret));
    }
  });

  it("stands when a person wrote a newer value in Vault right after it", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "after", () => {
      writeByPerson(world.home, path, '{"person":1}', world.time);
    });
    ends(await deliver(world, arn, { hook }), "moved", "proven");
    ok(isScheduled(secret));
  });

  it("is taken back and sent again when the whole entry is lost", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "after", () => {
      deleteMetadata(world.home, path);
    });
    const { outcome, names } = await recorded(world, arn, { hook });
    ends(outcome, "moved", "proven");
    ok(names.includes("source.restore"));
    ok(homeHoldsCurrent(world, secret) && isScheduled(secret));
  });

  it("is looked for again while DescribeSecret does not show it", async () => {
    const { world, secret } = withSecret();
    let describes = 0;
    const lag = () => (isScheduled(secret) && (describes += 1) <= 2 ? 1 : 0);
    ends(await deliver(world, arn, { source: { lag } }), "moved", "proven");
    equal(describes, 3);
  });

  it("is left to a later message when it does not show at all", async () => {
    const { world, secret } = withSecret();
    const lag = () => (isScheduled(secret) ? 1 : 0);
    ends(await deliver(world, arn, { source: { lag } }), "deferred", "deletion-unseen");
    world.time += 60_000;
    const again = await recorded(world, arn, { source: { lag } });
    ends(again.outcome, "deferred", "deletion-unseen");
    deepEqual(wrote(again.names), []);
    ends(await deliver(world, arn), "unchanged", "already-moved");
  });

  it("is not sent after a minute, by the wall clock: a machine that slept deletes nothing by an old look", async () => {
    const { world, secret } = withSecret();
    const { names, hook } = recorder();
    const sleeps = atCall("source.tag", "after", () => {
      world.time += 61_000;
    });
    await rejects(deliver(world, arn, { hook: both(hook, sleeps) }), { code: "out-of-time" });
    ok(!names().includes("source.schedule"));
    ok(!isScheduled(secret));
    ends(await deliver(world, arn), "moved", "proven");
  });

  it("is tried again when IAM does not see the tag at once", async () => {
    const { world, secret } = withSecret();
    let tries = 0;
    const owners: string[] = [];
    const hook: Hook = (call, when) => {
      if (call.name !== "schedule" || when !== "before") return;
      tries += 1;
      if (tries === 3) owners.push(entityId);
    };
    ends(await deliver(world, arn, { hook, source: { owners } }), "moved", "proven");
    equal(tries, 3);
    ok(isScheduled(secret));
  });

  it("is taken for a failure when AWS throttles it, and for nothing known when the answer is lost", async () => {
    for (const [code, state] of [
      ["source-throttled", "b"],
      ["source-unreachable", "d"],
    ] as const) {
      const { world, secret } = withSecret();
      const fails = atCall("source.schedule", "before", () => {
        throw retryableError(code, "delete", "x");
      });
      await rejects(deliver(world, arn, { hook: fails }), { code });
      equal(stateOf(secret).tags["vault-mover"]?.split("/")[3], state);
      world.time += 6 * 60_000;
      if (state === "b") ends(await deliver(world, arn), "moved", "proven");
      else ends(await deliver(world, arn), "unchanged", "undone");
    }
  });

  it("keeps its labels when it was throttled and another run's delete came before the tag could say back", async () => {
    const { world, secret } = withSecret();
    let tags = 0;
    const hook: Hook = (call, when) => {
      if (when !== "before") return;
      if (call.name === "schedule") throw retryableError("source-throttled", "delete", "x");
      if (call.name === "tag" && (tags += 1) === 2) change(secret, { window: 30 });
    };
    await rejects(deliver(world, arn, { hook }), { code: "source-throttled" });
    equal(stateOf(secret).tags["vault-mover"]?.split("/")[3], "d");
    ok(isScheduled(secret) && labelsOf(world, name)["deleting"] !== undefined);
  });

  it("reads no value where it will not delete what is copied already", async () => {
    const { world } = withSecret();
    const settings = { settleMinutes: 60 };
    await deliver(world, arn, { settings });
    const waiting = await recorded(world, arn, { settings });
    ends(waiting.outcome, "deferred", "settling");
    ok(!waiting.names.includes("source.read"));
    const { names, hook } = recorder();
    world.time += 60 * 60_000;
    await rejects(deliver(world, arn, { settings, hook, remainingMs: 29_999 }), { code: "out-of-time" });
    ok(!names().includes("source.read"));
  });
});

describe("labels that can't be written", () => {
  it("do not have version after version written: what is there is read first", async () => {
    const { world, secret } = withSecret();
    const fails: Hook = (call, when) => {
      if (call.name === "label" && when === "before") throw retryableError("vault-failing", "label", "x");
    };
    for (let receive = 1; receive <= 10; receive += 1) {
      await rejects(deliver(world, arn, { hook: fails }), { code: "vault-failing" });
    }
    equal(world.home.entries[path]?.current, 1);
    ends(await deliver(world, arn), "moved", "proven");
    equal(world.home.entries[path]?.current, 1);
    ok(isScheduled(secret));
  });

  it("leave the mover's own older value to be written over", async () => {
    const { world, secret } = withSecret();
    const fails = atCall("home.label", "before", () => {
      throw retryableError("vault-failing", "label", "x");
    });
    await rejects(deliver(world, arn, { hook: fails }), { code: "vault-failing" });
    putValue(secret, '{"n":2}', v2);
    ends(await deliver(world, arn), "moved", "proven");
    ok(homeHoldsCurrent(world, secret));
  });
});
