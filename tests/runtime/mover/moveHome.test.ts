import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import { account, arnOf, entityId, region, startTime } from "../../support/builders";
import { currentData, destroy, softDelete, writeByPerson } from "../../support/fakeHome";
import { createSecret, isScheduled, putValue } from "../../support/fakeSource";
import { arn, ends, name, path, recorded, v1, v2, value, withSecret } from "../../support/moves";
import { atCall, deliver, homeHoldsCurrent, labelsOf, makeWorld } from "../../support/world";
import type { World } from "../../support/world";

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
