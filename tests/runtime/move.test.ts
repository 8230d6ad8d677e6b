import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";

import type { Outcome } from "../../runtime/outcome";
import { account, arnOf, entityId, region, startTime, versionIdOf } from "../support/builders";
import { currentData, deleteMetadata, destroy, softDelete, writeByPerson } from "../support/fakeHome";
import {
  change,
  createSecret,
  currentOf,
  isScheduled,
  putValue,
  restoreByPerson,
  rollBack,
  stateOf,
} from "../support/fakeSource";
import {
  atCall,
  both,
  deliver,
  homeHoldsCurrent,
  labelsOf,
  makeWorld,
  pathOf,
  recorder,
  tryDeliver,
} from "../support/world";
import type { DeliverOptions, World } from "../support/world";

const v1 = versionIdOf(1);
const v2 = versionIdOf(2);
const name = "app/db";
const arn = arnOf(name);
const path = pathOf(name);
const value = '{"user":"u","password":"p"}';

const ends = (outcome: Outcome, kind: Outcome["outcome"], reason: Outcome["reason"]): void => {
  deepEqual([outcome.outcome, outcome.reason], [kind, reason]);
};

/** A world with one secret. */
function withSecret(over: Parameters<typeof createSecret>[3] = {}, given: Parameters<typeof createSecret>[2] = value) {
  const world = makeWorld();
  return { world, secret: createSecret(world.source, name, given, over) };
}

/** Delivers and keeps the calls. */
async function recorded(world: World, id: string, options: DeliverOptions = {}) {
  const { calls, names, hook } = recorder();
  const outcome = await deliver(world, id, {
    ...options,
    hook: options.hook === undefined ? hook : both(hook, options.hook),
  });
  return { outcome, calls, names: names() };
}

const writes = [
  "home.write",
  "home.label",
  "source.tag",
  "source.schedule",
  "source.restore",
  "source.removeReplicas",
  "source.replicate",
  "source.cancelRotation",
];
const wrote = (names: readonly string[]): readonly string[] => names.filter((one) => writes.includes(one));

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
      "source.tag",
      "home.label",
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
      deleting: `${v1}/2026-03-01T12:00:00.000Z`,
      deleted: v1,
    });
    equal(stateOf(secret).window, 30);
    equal(stateOf(secret).tags["vault-mover"], `${v1}/2026-03-31T12:00:00.000Z`);
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
    deepEqual(patches, [
      { v1: `1;AbCdEf;fields;${v1}` },
      { deleting: `${v1}/2026-03-01T12:00:00.000Z`, deleted: null, checked: null, restoring: null },
      { deleted: v1 },
    ]);
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
    const pace = () => {
      paced = names().length;
      return Promise.resolve();
    };
    await deliver(world, arn, { hook, pace });
    equal(names()[paced], "source.tag");
    const copied = withSecret();
    paced = -1;
    await deliver(copied.world, arn, { settings: { mode: "copy" }, pace });
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
    const restoring = withSecret();
    await deliver(restoring.world, arn);
    (restoring.world.home.entries[path]?.labels ?? {})["restoring"] = v1;
    const ended = withSecret();
    await deliver(ended.world, arn, { settings: { mode: "copy" } });
    (ended.world.home.entries[path]?.labels ?? {})["restoring"] = v1;
    const unlabelled = withSecret();
    writeByPerson(unlabelled.world.home, path, value, startTime);

    for (const [{ world }, extra] of [
      [fresh, {}],
      [conflict, {}],
      [conflict, { foreignHomes: "accept-equal" }],
      [interrupted, {}],
      [restoring, {}],
      [ended, {}],
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
    ["replicated", { replicas: [{ region: "us-east-1" }] }, value, "replicated"],
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

describe("which secret is meant", () => {
  for (const [what, id] of [
    ["another region", arn.replace(region, "us-east-1")],
    ["another account", arn.replace(account, "999999999999")],
    ["another region without a suffix", arn.slice(0, -7).replace(region, "us-east-1")],
    ["no region at all", "arn:"],
  ] as const) {
    it(`is refused without a call when its ARN is of ${what}`, async () => {
      const { world } = withSecret();
      const { outcome, names } = await recorded(world, id);
      ends(outcome, "refused", "foreign");
      deepEqual(names, []);
    });
  }

  it("is refused when the answer is of another account", async () => {
    const { world } = withSecret();
    world.source.secrets[0] = {
      arn: arn.replace(account, "999999999999"),
      name,
      history: [...(world.source.secrets[0]?.history ?? [])],
    };
    ends(await deliver(world, name), "refused", "foreign");
  });

  it("is refused when the answer is for another ARN than asked", async () => {
    const { world, secret } = withSecret({ suffix: "Other1" });
    equal(secret.arn, arnOf(name, "Other1"));
    world.source.secrets.push({ arn, name: "b", history: [...secret.history] });
    ends(await deliver(world, arn), "refused", "arn-mismatch");
  });

  it("is refused when its name has characters that are not documented", async () => {
    const world = makeWorld();
    createSecret(world.source, "a~b", value);
    ends(await deliver(world, "a~b"), "refused", "name-unsupported");
  });

  it("is asked for again while it may only not show yet, and is gone after that", async () => {
    const world = makeWorld();
    for (const attempt of [1, 2, 3]) {
      await rejects(deliver(world, arn, { attempt }), { code: "source-not-found-yet" });
    }
    ends(await deliver(world, arn, { attempt: 4 }), "skipped", "not-found");
    deepEqual(world.home.entries, {});
  });

  it("that goes away meanwhile is looked for again, and then gone", async () => {
    const { world } = withSecret();
    const hook = atCall("source.read", "before", () => {
      world.source.secrets.pop();
    });
    await rejects(deliver(world, arn, { hook }), { code: "contended" });
    ends(await deliver(world, arn, { attempt: 4 }), "skipped", "not-found");
    deepEqual(world.home.entries, {});
  });
});

describe("a home that is not the mover's", () => {
  it("is left as it is, and never compared", async () => {
    const { world, secret } = withSecret();
    writeByPerson(world.home, path, value, startTime);
    const before = structuredClone(world.home);
    const { outcome, names } = await recorded(world, arn);
    ends(outcome, "refused", "home-conflict");
    ok(!names.includes("source.read") && !names.includes("home.read"));
    deepEqual(world.home, before);
    ok(!isScheduled(secret));
  });

  it("since somebody wrote over the mover's version is left as it is", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn, { settings: { mode: "copy" } });
    writeByPerson(world.home, path, '{"new":"x"}', startTime);
    putValue(secret, '{"n":2}', v2);
    ends(await deliver(world, arn), "refused", "home-conflict");
    equal(currentData(world.home, path, world.time), '{"new":"x"}');
  });

  it("since its latest version was deleted or destroyed is left as it is", async () => {
    for (const remove of [
      softDelete,
      (state: World["home"], at: string) => {
        destroy(state, at);
      },
    ]) {
      const { world } = withSecret();
      await deliver(world, arn, { settings: { mode: "copy" } });
      remove(world.home, path, startTime);
      const before = structuredClone(world.home);
      ends(await deliver(world, arn), "refused", "home-deleted");
      deepEqual(world.home, before);
    }
  });

  it("but an earlier secret's of the same name is left as it is", async () => {
    const { world, secret } = withSecret();
    await deliver(world, arn);
    world.source.secrets = world.source.secrets.filter((other) => other !== secret);
    createSecret(world.source, name, '{"other":1}', { suffix: "Newone" });
    const before = structuredClone(world.home);
    world.time += 600_000;
    ends(await deliver(world, name), "refused", "home-of-another");
    deepEqual(world.home, before);
  });

  it("is written when it holds metadata without versions", async () => {
    const { world } = withSecret();
    world.home.entries[path] = { current: 0, versions: {}, labels: { owner: "me" } };
    ends(await deliver(world, arn), "moved", "proven");
    equal(labelsOf(world, name)["owner"], "me");
  });

  it("is accepted on wish when it holds the same value, and never written", async () => {
    const { world, secret } = withSecret();
    writeByPerson(world.home, path, ' {"password":"p", "user":"u"}', startTime);
    const { outcome, names } = await recorded(world, arn, { settings: { foreignHomes: "accept-equal" } });
    ends(outcome, "moved", "proven");
    ok(!names.includes("home.write"));
    equal(labelsOf(world, name)["v1"], undefined);
    ok(isScheduled(secret));
    ends(await deliver(world, arn, { settings: { foreignHomes: "accept-equal" } }), "unchanged", "already-moved");
  });

  it("is refused in spite of that wish when its value differs by a digit", async () => {
    const { world, secret } = withSecret({}, '{"n":1}');
    writeByPerson(world.home, path, '{"n":2}', startTime);
    const before = structuredClone(world.home);
    ends(await deliver(world, arn, { settings: { foreignHomes: "accept-equal" } }), "refused", "home-conflict");
    deepEqual(world.home, before);
    ok(!isScheduled(secret));
  });

  it("is no base for a write on that wish, though it holds the value of an older version", async () => {
    const { world, secret } = withSecret({}, '{"n":1}');
    putValue(secret, '{"n":2}', v2);
    writeByPerson(world.home, path, '{"n":1}', startTime);
    const { outcome, names } = await recorded(world, arn, {
      settings: { foreignHomes: "accept-equal", authorship: "label" },
    });
    ends(outcome, "refused", "home-conflict");
    ok(!names.includes("home.write"));
  });
});

describe("a server that records no author", () => {
  const anonymous = (over: Parameters<typeof createSecret>[3] = {}) => {
    const world = makeWorld({ recordsAuthor: false });
    return { world, secret: createSecret(world.source, name, value, over) };
  };

  it("allows a copy at most", async () => {
    const { world, secret } = anonymous();
    ends(await deliver(world, arn), "copied", "author-unknown");
    ends(await deliver(world, arn), "unchanged", "author-unknown");
    ok(!isScheduled(secret));
  });

  it("allows a move where authorship is label", async () => {
    const { world, secret } = anonymous();
    ends(await deliver(world, arn, { settings: { authorship: "label" } }), "moved", "proven");
    ok(isScheduled(secret));
  });

  it("does not block a secret for ever when a mover stopped between data and label, where authorship is label", async () => {
    const { world } = anonymous();
    writeByPerson(world.home, path, value, startTime, entityId);
    const { outcome, names } = await recorded(world, arn, { settings: { authorship: "label" } });
    ends(outcome, "moved", "proven");
    ok(!names.includes("home.write"));
    equal(labelsOf(world, name)["v1"], `1;AbCdEf;fields;${v1}`);
  });

  it("takes its unlabelled version again by an older value that the source still lists", async () => {
    const { world, secret } = anonymous();
    writeByPerson(world.home, path, value, startTime, entityId);
    putValue(secret, '{"n":2}', v2);
    const { outcome } = await recorded(world, arn, { settings: { authorship: "label" } });
    ends(outcome, "moved", "proven");
    equal(outcome.homeVersion, 2);
    ok(homeHoldsCurrent(world, secret));
  });

  it("leaves an unlabelled version of another value alone", async () => {
    const { world } = anonymous();
    writeByPerson(world.home, path, '{"foreign":1}', startTime);
    const before = structuredClone(world.home);
    ends(await deliver(world, arn, { settings: { authorship: "label" } }), "refused", "home-conflict");
    deepEqual(world.home, before);
  });
});

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
    equal(outcome.homeVersion, 2);
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
    const hook = (call: { readonly name: string }, when: string): void => {
      if (call.name === "write" && when === "before") writeByPerson(world.home, path, value, startTime, entityId);
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
    const tagged = withSecret({ tags: { ...tags(49), "vault-mover": "old" } });
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

  it("that another mover sent meanwhile is claimed for the same version", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "before", () => {
      change(secret, { window: 30 });
    });
    ends(await deliver(world, arn, { hook }), "moved", "claimed");
    equal(labelsOf(world, name)["deleted"], v1);
  });

  it("is taken back when a new value came before it", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "before", () => {
      putValue(secret, '{"n":2}', v2);
    });
    const { outcome, names } = await recorded(world, arn, { hook });
    ends(outcome, "moved", "proven");
    ok(names.includes("source.restore"));
    equal(outcome.versionId, v2);
    ok(homeHoldsCurrent(world, secret) && isScheduled(secret));
    deepEqual(labelsOf(world, name)["restoring"], undefined);
    equal(labelsOf(world, name)["deleted"], v2);
  });

  it("is taken back, labelled first, when the home is lost", async () => {
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
      (world: World) => {
        writeByPerson(world.home, path, '{"person":1}', world.time);
      },
    ]) {
      const { world, secret } = withSecret();
      const hook = atCall("source.schedule", "after", () => {
        lose(world);
      });
      const { outcome, calls } = await recorded(world, arn, { hook });
      equal(outcome.outcome, "refused");
      ok(!isScheduled(secret));
      const restore = calls.findIndex((call) => call.name === "restore");
      deepEqual(calls[restore - 1]?.args[1], { restoring: v1 });
    }
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

  it("waits for replicas that AWS is still removing", async () => {
    const { world, secret } = withSecret();
    const hook = atCall("source.schedule", "before", () => {
      change(secret, { replicas: [{ region: "us-east-1" }] });
    });
    await rejects(deliver(world, arn, { hook }), { code: "source-has-replicas" });
    ok(!isScheduled(secret));
  });
});

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
