import * as assert from "node:assert/strict";

import { makeListing } from "../../cli/listing";
import type { Planned } from "../../cli/plan";
import { versionIdOf } from "../support/builders";
import { softDelete, writeByPerson } from "../support/fakeHome";
import { change, createSecret, putValue, replicaIn, restoreByPerson, stateOf } from "../support/fakeSource";
import type { FakeSecretState } from "../support/fakeSource";
import { recordOf, rotateHome, rotator } from "../support/rotatedHome";
import { crash, atCall, deliver, makeWorld, pathOf, recorder, tryDeliver } from "../support/world";
import type { World } from "../support/world";
import { fakeList, planWorld } from "./support/scene";

const own = (world: World, name: string, over: Partial<FakeSecretState> = {}): string =>
  createSecret(world.source, name, `value of ${name}`, over).arn;

/** Act, outcome and reason by name. */
const shown = (planned: readonly Planned[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    planned.map(({ secret, act, outcome, reason, intent }) => [
      secret,
      [act, outcome ?? "-", reason, ...(intent === undefined ? [] : [intent])].join(" "),
    ]),
  );

/** A world with a secret of every kind, each named after what it is. */
async function everyKind(): Promise<World> {
  const world = makeWorld();
  own(world, "new");
  own(world, "moved");
  await deliver(world, "moved");
  own(world, "copied");
  await deliver(world, "copied", { settings: { mode: "copy" } });
  own(world, "restored");
  await deliver(world, "restored");
  const restored = world.source.secrets.find(({ name }) => name === "restored");
  assert.ok(restored);
  restoreByPerson(restored);
  world.time += 10 * 60_000;
  own(world, "conflict");
  writeByPerson(world.home, pathOf("conflict"), '{"value":"x"}', world.time);
  own(world, "rotated");
  rotateHome(world, "rotated");
  own(world, "home-deleted");
  await deliver(world, "home-deleted", { settings: { mode: "copy" } });
  softDelete(world.home, pathOf("home-deleted"), world.time - 1_000);
  own(world, "stopped-half-way");
  await tryDeliver(world, "stopped-half-way", { hook: atCall("source.schedule", "after", crash) });
  own(world, "by-others", { window: 30 });
  own(world, "rotating", { rotating: true });
  own(world, "staged", {
    versions: [
      { versionId: versionIdOf(1), value: { type: "string", string: "a" }, stages: ["AWSCURRENT"] },
      { versionId: versionIdOf(2), value: { type: "string", string: "b" }, stages: ["AWSPENDING"] },
    ],
  });
  own(world, "replicated", {
    primaryRegion: "eu-west-1",
    replicas: [replicaIn("eu-north-1"), replicaIn("eu-west-2")],
  });
  own(world, "replica", { primaryRegion: "us-east-1" });
  own(world, "rds!db");
  own(world, "managed", { owningService: "rds" });
  own(world, "by-policy", {
    policy: '{"Statement":[{"Effect":"Allow","Principal":{"Service":"kafka.amazonaws.com"},"Action":"*"}]}',
  });
  own(world, "stacked", { tags: { "aws:cloudformation:stack-name": "x" } });
  own(world, "exempted", { tags: { "vault-mover-mode": "exempt" } });
  createSecret(world.source, "empty", undefined);
  return world;
}

describe("the plan", () => {
  it("says of every kind of secret what a run would come to, as the core decides it", async () => {
    const world = await everyKind();

    const { planned } = await planWorld(world);

    assert.deepEqual(shown(planned), {
      new: "move moved proven",
      moved: "nothing unchanged already-moved",
      copied: "move moved proven",
      restored: "nothing unchanged undone",
      conflict: "nothing refused home-conflict",
      rotated: "nothing refused home-rotated",
      "home-deleted": "nothing refused home-deleted",
      "stopped-half-way": "nothing unchanged already-moved",
      "by-others": "nothing skipped scheduled-by-others",
      rotating: "nothing skipped rotating",
      staged: "nothing skipped staged",
      replicated: "nothing skipped replicated",
      replica: "nothing skipped replica",
      "rds!db": "nothing skipped service-owned",
      managed: "nothing skipped service-owned",
      "by-policy": "nothing skipped service-read",
      stacked: "copy copied owned-by-iac",
      exempted: "nothing skipped exempt",
      empty: "nothing skipped no-value",
    });
  });

  it("hands a rotating secret over where a rotator waits, as a run does", async () => {
    const world = makeWorld();
    const settings = { rotation: "hand-over" } as const;
    for (const name of ["kept", "awaited"]) own(world, name, { rotating: true });
    writeByPerson(world.home, recordOf("awaited"), "{}", world.time, rotator);

    const { planned } = await planWorld(world, { settings });

    assert.deepEqual(shown(planned), { kept: "nothing skipped rotator-absent", awaited: "move moved proven" });
    for (const { arn, outcome, reason } of planned) {
      const result = await deliver(world, arn, { settings });
      assert.deepEqual([result.outcome, result.reason], [outcome, reason]);
    }
  });

  it("is what a run then comes to, for every kind of secret, and is empty after it", async () => {
    const world = await everyKind();
    const { planned } = await planWorld(world);

    for (const { arn, outcome, reason, act } of planned) {
      const result = await deliver(world, arn);
      assert.deepEqual([result.outcome, result.reason], [outcome, reason], `${arn} ${act}`);
    }

    const { totals } = await planWorld(world);
    assert.equal(totals.work, 0);
  });

  it("reads no value and changes nothing", async () => {
    const world = await everyKind();
    const before = structuredClone(world);
    const calls = recorder();

    await planWorld(world, { hook: calls.hook });

    assert.deepEqual(world, before);
    assert.deepEqual([...new Set(calls.names())].sort(), [
      "home.metadata",
      "source.describe",
      "source.isReadByService",
    ]);
  });

  it("asks DescribeSecret only for what the list leaves out: replicas, the end of a window, missing versions", async () => {
    const world = await everyKind();
    const calls = recorder();

    await planWorld(world, { hook: calls.hook });

    const asked = calls.calls.filter(({ name }) => name === "describe").map(({ args: [arn] }) => arn as string);
    assert.deepEqual(
      asked.map((arn) => /secret:(.+)-AbCdEf$/.exec(arn)?.[1]),
      ["moved", "stopped-half-way", "replicated", "empty"],
    );
  });

  it("looks at no home that can't change what it says", async () => {
    const world = await everyKind();
    const calls = recorder();

    await planWorld(world, { hook: calls.hook });

    const read = calls.calls.filter(({ name }) => name === "metadata").map(({ args: [path] }) => path as string);
    for (const name of ["rotating", "staged", "replica", "rds!db", "exempted", "empty", "by-others"]) {
      assert.ok(!read.includes(pathOf(name)), name);
    }
    for (const name of ["new", "moved", "restored", "conflict"]) assert.ok(read.includes(pathOf(name)), name);
  });

  it("looks at the home of what a mover had in hands, even where it would be skipped: it may have to be restored", async () => {
    const world = makeWorld();
    own(world, "in-hands");
    await deliver(world, "in-hands");
    const secret = world.source.secrets[0] ?? assert.fail();
    change(secret, { tags: { ...stateOf(secret).tags, "vault-mover-mode": "exempt" } });
    world.time += 10 * 60_000;

    assert.deepEqual(shown((await planWorld(world)).planned), { "in-hands": "restore - changed-meanwhile" });
  });

  it("says of a secret whose mover was killed before its delete that a look is due, and then that it is undone", async () => {
    const world = makeWorld();
    own(world, "killed");
    await tryDeliver(world, "killed", { hook: atCall("source.schedule", "before", crash) });

    const { planned, totals } = await planWorld(world);

    assert.deepEqual([shown(planned), totals.work], [{ killed: "finish - deletion-unseen" }, 1]);
    world.time += 6 * 60_000;
    assert.deepEqual(shown((await planWorld(world)).planned), { killed: "nothing unchanged undone" });
  });

  it("in mode audit has nothing to do and tells what a higher mode would do", async () => {
    const world = makeWorld();
    own(world, "new");
    own(world, "stacked", { tags: { "aws:cloudformation:stack-name": "x" } });

    const { planned, totals } = await planWorld(world, { settings: { mode: "audit" } });

    assert.deepEqual(shown(planned), {
      new: "nothing skipped audit move",
      stacked: "nothing skipped audit copy",
    });
    assert.equal(totals.work, 0);
  });

  it("has no work with a copy that stands, in mode copy", async () => {
    const world = makeWorld();
    own(world, "same");
    own(world, "changed");
    await deliver(world, "same", { settings: { mode: "copy" } });
    await deliver(world, "changed", { settings: { mode: "copy" } });
    const secret = world.source.secrets.find(({ name }) => name === "changed");
    assert.ok(secret);
    putValue(secret, "another", versionIdOf(2));

    const { planned, totals } = await planWorld(world, { settings: { mode: "copy" } });

    assert.deepEqual(shown(planned), { same: "nothing unchanged proven", changed: "copy copied proven" });
    assert.equal(totals.work, 1);
  });

  it("has work with a copy whose run was stopped before its label, and none once that is there", async () => {
    const operator = "operator-entity";
    const home = { author: operator };
    for (const [settings, reason, options] of [
      [{ mode: "copy" }, "unchanged proven", {}],
      [{ settleMinutes: 60 }, "deferred settling", {}],
      // Whose versions only their value shows to be the mover's, labelled or not.
      [{ mode: "copy", operatorEntityIds: [operator] }, "unchanged proven", { home }],
    ] as const) {
      const world = makeWorld();
      own(world, "app");
      await tryDeliver(world, "app", { ...options, settings, hook: atCall("home.label", "before", crash) });

      const { planned } = await planWorld(world, { settings });
      assert.deepEqual(shown(planned), { app: `finish ${reason}` });

      await deliver(world, "app", { ...options, settings });
      assert.deepEqual(shown((await planWorld(world, { settings })).planned), { app: `nothing ${reason}` });
    }
  });

  it("knows the settle time: a copy now, a deletion later, nothing in between", async () => {
    const world = makeWorld();
    own(world, "young");
    const settings = { settleMinutes: 60 };
    assert.deepEqual(shown((await planWorld(world, { settings })).planned), { young: "copy deferred settling" });
    await deliver(world, "young", { settings });

    assert.deepEqual(shown((await planWorld(world, { settings })).planned), { young: "nothing deferred settling" });
    world.time += 61 * 60_000;
    assert.deepEqual(shown((await planWorld(world, { settings })).planned), { young: "move moved proven" });
  });

  it("sees that the mover's tag does not fit", async () => {
    const world = makeWorld();
    own(world, "full", { tags: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, "x"])) });

    const { planned } = await planWorld(world);

    assert.deepEqual(shown(planned), { full: "copy refused tags-full" });
    const result = await deliver(world, "full");
    assert.deepEqual([result.outcome, result.reason], ["refused", "tags-full"]);
    assert.deepEqual(shown((await planWorld(world)).planned), { full: "nothing refused tags-full" });
  });

  it("counts what secrets cost: replicas too, scheduled deletions not, and what the moves save", async () => {
    const world = makeWorld();
    own(world, "new");
    own(world, "rotating", { rotating: true });
    own(world, "by-others", { window: 30 });
    own(world, "replicated", {
      primaryRegion: "eu-west-1",
      replicas: [replicaIn("eu-north-1"), replicaIn("eu-west-2")],
    });

    const { totals } = await planWorld(world);

    assert.equal(totals.dollarsMonthly, 2);
    assert.equal(totals.dollarsMonthlyAfter, 1.6);
    assert.deepEqual(totals.traits, { replicated: 1, rotating: 1, scheduled: 1 });
  });

  it("reads page after page and keeps the list's order and only a few names", async () => {
    const world = makeWorld();
    for (let index = 0; index < 25; index += 1) own(world, `s${index}`);

    const { totals, planned } = await planWorld(world, { pageSize: 4 });

    assert.deepEqual(
      planned.map(({ secret }) => secret),
      world.source.secrets.map(({ name }) => name),
    );
    assert.deepEqual([totals.listed, totals.secrets, totals.work, totals.stopped], [25, 25, 25, false]);
    assert.deepEqual(totals.groups, [
      {
        act: "move",
        outcome: "moved",
        reason: "proven",
        why: planned[0]?.why,
        secrets: 25,
        examples: ["s0", "s1", "s2"],
      },
    ]);
  });

  it("ends after the secrets under way when it is told to stop", async () => {
    const world = makeWorld();
    for (let index = 0; index < 25; index += 1) own(world, `s${index}`);
    let looks = 0;

    const { totals } = await planWorld(world, {
      pageSize: 4,
      stopped: () => looks >= 6,
      hook: ({ name }, when) => {
        if (name === "metadata" && when === "before") looks += 1;
      },
    });

    assert.equal(totals.stopped, true);
    assert.ok(totals.secrets >= 6 && totals.secrets <= 10, `${totals.secrets}`);
  });

  it("looks only at what the filter lets through: by name, tag and age", async () => {
    const world = makeWorld();
    own(world, "dev/a", { tags: { team: "payments" } });
    own(world, "dev/b", { tags: { team: "search" } });
    own(world, "prod/a", { tags: { team: "payments" } });
    const names = async (filter: Parameters<typeof planWorld>[1]): Promise<readonly string[]> =>
      (await planWorld(world, filter)).planned.map(({ secret }) => secret);

    assert.deepEqual(await names({ filter: { name: ["dev/*"] } }), ["dev/a", "dev/b"]);
    assert.deepEqual(await names({ filter: { name: ["dev/a", "prod/*"] } }), ["dev/a", "prod/a"]);
    assert.deepEqual(await names({ filter: { tag: ["team=payments"] } }), ["dev/a", "prod/a"]);
    assert.deepEqual(await names({ filter: { tag: ["team", "other"] } }), []);
    assert.deepEqual(await names({ filter: { olderThan: "2d" } }), []);
    assert.deepEqual((await names({ filter: { olderThan: "12h", newerThan: "2d" } })).length, 3);
  });

  it("fails with what a look threw, and begins nothing after it", async () => {
    const world = makeWorld();
    for (let index = 0; index < 25; index += 1) own(world, `s${index}`);
    let looks = 0;

    await assert.rejects(
      planWorld(world, {
        pageSize: 10,
        hook: ({ name }, when) => {
          if (name !== "metadata" || when !== "before") return;
          looks += 1;
          if (looks === 3) throw new Error("Vault is away");
        },
      }),
      /Vault is away/,
    );

    assert.ok(looks <= 8, `${looks}`);
  });

  it("asks the server for all, scheduled deletions included, in pages of a hundred", async () => {
    const world = makeWorld();
    own(world, "a");
    const list = fakeList(world);

    const page = await makeListing(list, {
      region: "eu-west-1",
      namePrefix: "a",
      pace: () => Promise.resolve(),
      describe: () => Promise.resolve(undefined),
    })(undefined);

    assert.deepEqual(list.inputs[0], {
      MaxResults: 100,
      IncludePlannedDeletion: true,
      Filters: [{ Key: "name", Values: ["a"] }],
    });
    assert.equal(page.secrets.length, 1);
  });
});
