import { deepEqual, equal, match, ok } from "node:assert/strict";

import { timeKey, writeStateTag } from "../../../runtime/model/stateTag";
import { account, region, startTime, versionIdOf } from "../../support/builders";
import { tagOf } from "../../support/decisions";
import { currentData, deleteMetadata, writeByPerson } from "../../support/fakeHome";
import {
  createSecret,
  isScheduled,
  putValue,
  replicaIn,
  restoreByPerson,
  rollBack,
  stateOf,
} from "../../support/fakeSource";
import { arn, ends, name, path, recorded, v1, v2, value, withSecret, wrote } from "../../support/moves";
import { atCall, deliver, homeHoldsCurrent, labelsOf, makeWorld, recorder, tryDeliver } from "../../support/world";

const told = `1;AbCdEf;${v1};2026-03-01T12:00:00.000Z`;

describe("a move", () => {
  it("copies, proves and deletes in the one order that is safe", async () => {
    const { world } = withSecret();
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "moved", "proven");
    deepEqual(names, [
      "source.describe",
      "home.metadata",
      "source.isReadByService",
      "source.read",
      "home.write",
      "home.label",
      "home.read",
      "home.metadata",
      "home.label",
      "source.tag",
      "source.schedule",
      "home.label",
      "home.metadata",
      "source.describe",
    ]);
  });

  it("leaves the proven value at home, its labels, and the source tagged and scheduled", async () => {
    const { world, secret } = withSecret({ tags: { team: "db" } });
    const { outcome, calls } = await recorded(world, arn);
    equal(currentData(world.home, path, world.time), '{"password":"p","user":"u"}');
    deepEqual(labelsOf(world, name), {
      v1: `1;AbCdEf;fields;${v1}`,
      "tag.team": "db",
      deleting: told,
      deleted: told,
    });
    equal(stateOf(secret).window, 30);
    const { createdTime = "" } = world.home.entries[path]?.versions[1] ?? {};
    equal(
      stateOf(secret).tags["vault-mover"],
      writeStateTag(tagOf({ created: timeKey(createdTime), taggedAt: startTime })),
    );
    deepEqual(
      calls.filter((call) => call.name === "schedule").map((call) => call.args),
      [[arn, 30]],
    );
    deepEqual(outcome, {
      outcome: "moved",
      reason: "proven",
      secret: arn,
      arn,
      home: `homing/aws/${account}/${region}/app/db`,
      homeVersion: 1,
      versionId: v1,
      droppedTags: 0,
      steps: { described: 0, read: 0, written: 0, proven: 0, deleted: 0 },
    });
  });

  it("writes the announcement before the delete and the label after it", async () => {
    const { world } = withSecret();
    const { calls } = await recorded(world, arn);
    const patches = calls.filter((call) => call.name === "label").map(({ args }) => args[1]);
    deepEqual(patches, [{ v1: `1;AbCdEf;fields;${v1}` }, { deleting: told }, { deleted: told }]);
  });

  for (const days of [7, 30]) {
    it(`deletes with a window of ${days.toString()} days when that is the setting`, async () => {
      const { world, secret } = withSecret();
      await deliver(world, arn, { settings: { recoveryWindowDays: days } });
      equal(stateOf(secret).window, days);
    });
  }

  for (const [what, given, kind, data] of [
    ["plain text", "hunter2", "text", '{"value":"hunter2"}'],
    ["numbers that Vault would change", '{"n":1.10}', "text", '{"value":"{\\"n\\":1.10}"}'],
    ["binary", { type: "binary", bytes: Uint8Array.from([255, 0]) }, "binary", '{"value_base64":"/wA="}'],
  ] as const) {
    it(`moves ${what}`, async () => {
      const { world } = withSecret({}, given);
      ends(await deliver(world, arn), "moved", "proven");
      equal(currentData(world.home, path, world.time), data);
      equal(labelsOf(world, name)["v1"], `1;AbCdEf;${kind};${v1}`);
    });
  }

  it("finds the secret by its name or by its ARN without the suffix", async () => {
    for (const id of [name, arn.slice(0, -7)]) {
      const { world } = withSecret();
      ends(await deliver(world, id), "moved", "proven");
    }
  });

  it("finds a secret whose name ends like a suffix by its ARN without one", async () => {
    const world = makeWorld();
    const secret = createSecret(world.source, "my-secret", value);
    ends(await deliver(world, secret.arn.slice(0, -7)), "moved", "proven");
  });

  it("moves names that URLs would clean to homes of their own", async () => {
    const world = makeWorld();
    for (const [index, nasty] of ["a/../b", "b", "../destroy/x", "a//b", "x/."].entries()) {
      createSecret(world.source, nasty, `{"n":${index.toString()}}`);
      ends(await deliver(world, nasty), "moved", "proven");
    }
    equal(Object.keys(world.home.entries).length, 5);
  });

  it("writes nothing again for a message that comes again", async () => {
    const { world } = withSecret();
    await deliver(world, arn);
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "unchanged", "already-moved");
    deepEqual(wrote(names), []);
  });

  it("spaces only deletes, and after the proof", async () => {
    const { world } = withSecret();
    const { names, hook } = recorder();
    let paced = -1;
    const rateLimit = () => {
      paced = names().length;
      return Promise.resolve();
    };
    await deliver(world, arn, { hook, rateLimit });
    equal(names()[paced], "home.label");
    ok(names().indexOf("source.tag") > paced);
    const copied = withSecret();
    paced = -1;
    await deliver(copied.world, arn, { settings: { mode: "copy" }, rateLimit });
    equal(paced, -1);
  });
});

describe("an update", () => {
  it("is written over the mover's own version and moved", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn, { settings: { mode: "copy" } });
    putValue(secret, '{"user":"u","password":"new"}', v2);
    const { outcome, calls } = await recorded(world, arn);
    ends(outcome, "moved", "proven");
    equal(outcome.homeVersion, 2);
    ok(homeHoldsCurrent(world, secret));
    match(String(calls.find(({ name: called }) => called === "write")?.args[1]), /^\{"options":\{"cas":1\}/);
    equal(labelsOf(world, name)["v2"], `1;AbCdEf;fields;${v2}`);
    equal(labelsOf(world, name)["v1"], `1;AbCdEf;fields;${v1}`);
  });

  it("that is taken back is written as a version of its own", async () => {
    const { world, secret } = withSecret();
    putValue(secret, '{"n":2}', v2);
    await deliver(world, arn, { settings: { mode: "copy" } });
    rollBack(secret, v1);
    ends(await deliver(world, arn), "moved", "proven");
    ok(homeHoldsCurrent(world, secret));
  });

  it("of nothing is not written again: read, proven, deleted", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn, { settings: { mode: "copy" } });
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "moved", "proven");
    ok(!names.includes("home.write"));
    ok(names.includes("source.read") && names.includes("home.read"));
    equal(outcome.homeVersion, 1);
    ok(isScheduled(secret));
  });

  it("to text is kept as text beside the fields before", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn, { settings: { mode: "copy" } });
    putValue(secret, "plain", v2);
    await deliver(world, arn);
    match(labelsOf(world, name)["v2"] ?? "", /;text;/);
  });

  it("ends with old labels gone once Vault keeps their versions no more", async () => {
    const { world, secret } = withSecret();
    for (let number = 2; number <= 14; number += 1) {
      await deliver(world, arn, { settings: { mode: "copy" } });
      putValue(secret, `{"n":${number.toString()}}`, versionIdOf(number));
    }
    ends(await deliver(world, arn), "moved", "proven");
    const kept = Object.keys(labelsOf(world, name)).filter((key) => /^v\d/.test(key));
    ok(kept.length <= 12 && kept.includes("v14") && !kept.includes("v1"), kept.join());
  });
});

describe("modes", () => {
  it("audit reads no value and writes nothing, whatever it finds", async () => {
    const settings = { mode: "audit" } as const;
    const fresh = withSecret();
    const first = await recorded(fresh.world, arn, { settings });
    ends(first.outcome, "skipped", "audit");
    equal(first.outcome.intent, "move");

    const conflict = withSecret();
    writeByPerson(conflict.world.home, path, value, startTime);
    const interrupted = withSecret();
    await tryDeliver(interrupted.world, arn, {
      hook: atCall("source.schedule", "after", () => {
        throw new Error("the container stops here");
      }),
    });
    const unsound = withSecret();
    await deliver(unsound.world, arn);
    deleteMetadata(unsound.world.home, path);
    unsound.world.time += 6 * 60_000;
    const unlabelledDeletion = withSecret();
    await deliver(unlabelledDeletion.world, arn);
    (unlabelledDeletion.world.home.entries[path] ?? { labels: {} }).labels = {};
    unlabelledDeletion.world.time += 6 * 60_000;
    const undone = withSecret();
    await deliver(undone.world, arn);
    restoreByPerson(undone.secret);
    undone.world.time += 6 * 60_000;
    const unlabelled = withSecret();
    writeByPerson(unlabelled.world.home, path, value, startTime);

    for (const [{ world }, extra] of [
      [fresh, {}],
      [conflict, {}],
      [conflict, { foreignHomes: "accept-equal" }],
      [interrupted, {}],
      [unsound, {}],
      [unlabelledDeletion, {}],
      [undone, {}],
      [unlabelled, { authorship: "label" }],
    ] as const) {
      const before = structuredClone(world);
      const { names } = await recorded(world, arn, { settings: { ...settings, ...extra } });
      deepEqual(wrote(names), []);
      ok(!names.includes("source.read") && !names.includes("home.read"), names.join());
      deepEqual(world, before);
    }
  });

  it("copy never deletes, and says so", async () => {
    const { world, secret } = withSecret();
    const { outcome, names } = await recorded(world, arn, { settings: { mode: "copy" } });
    ends(outcome, "copied", "proven");
    ok(!names.includes("source.tag") && !names.includes("source.schedule"));
    ok(!isScheduled(secret) && homeHoldsCurrent(world, secret));
    ends(await deliver(world, arn, { settings: { mode: "copy" } }), "unchanged", "proven");
  });

  it("a wish on the tag lowers to copy", async () => {
    const { world, secret } = withSecret({ tags: { "vault-mover-mode": "copy" } });
    ends(await deliver(world, arn), "copied", "proven");
    ok(!isScheduled(secret));
  });

  it("what CloudFormation owns is copied only", async () => {
    const { world, secret } = withSecret({ tags: { "aws:cloudformation:stack-name": "x" } });
    ends(await deliver(world, arn), "copied", "owned-by-iac");
    ok(!isScheduled(secret));
  });

  it("what a service may read is skipped before it is read", async () => {
    const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "x.amazonaws.com" } }] });
    const { world } = withSecret({ policy });
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "skipped", "service-read");
    ok(!names.includes("source.read") && wrote(names).length === 0);
  });

  for (const [what, over, given, reason] of [
    ["exempt", { tags: { "vault-mover-mode": "exempt" } }, value, "exempt"],
    ["a service's", { owningService: "rds" }, value, "service-owned"],
    ["a replica", { primaryRegion: "us-east-1" }, value, "replica"],
    ["replicated", { replicas: [replicaIn("us-east-1")] }, value, "replicated"],
    ["rotating", { rotating: true }, value, "rotating"],
    ["without a value", {}, undefined, "no-value"],
    ["scheduled by somebody", { window: 7 }, value, "scheduled-by-others"],
  ] as const) {
    it(`skips what is ${what} without reading or writing`, async () => {
      const world = makeWorld();
      createSecret(world.source, name, given, over);
      const { outcome, names } = await recorded(world, arn);
      ends(outcome, "skipped", reason);
      deepEqual(names, ["source.describe", "home.metadata"]);
    });
  }
});
