/** Secrets that rotate in Secrets Manager. */
import { deepEqual, equal, ok } from "node:assert/strict";

import { currentData, softDelete, writeByPerson } from "../../support/fakeHome";
import { change, isScheduled, stateOf } from "../../support/fakeSource";
import { arn, ends, name, path, recorded, v2, withSecret } from "../../support/moves";
import { recordOf, rotator } from "../../support/rotatedHome";
import { atCall, deliver } from "../../support/world";
import type { World } from "../../support/world";

describe("rotation", () => {
  it("is left as it is, and the secret moves while nothing is pending", async () => {
    const { world, secret } = withSecret({ rotating: true });
    ends(await deliver(world, arn, { settings: { rotation: "move" } }), "moved", "proven");
    equal(stateOf(secret).rotating, true);
  });
});

const handOver = { settings: { rotation: "hand-over" } } as const;

/** A rotator has looked for the home, and left its entry. */
const waits = ({ home, time }: World): void => {
  writeByPerson(home, recordOf(name), '{"is":"idle"}', time, rotator);
};

describe("a rotating secret that is handed over", () => {
  it("moves once a rotator waits for it, and its rules stay as they were for a restore", async () => {
    const { world, secret } = withSecret({ rotating: true });
    ends(await deliver(world, arn, handOver), "skipped", "rotator-absent");
    waits(world);
    ends(await deliver(world, arn, handOver), "moved", "proven");
    deepEqual([isScheduled(secret), stateOf(secret).rotating], [true, true]);
  });

  it("is neither read nor copied without one, in no mode", async () => {
    for (const mode of ["audit", "copy", "move"] as const) {
      const { world } = withSecret({ rotating: true });
      const { outcome, names } = await recorded(world, arn, { settings: { ...handOver.settings, mode } });
      ends(outcome, "skipped", "rotator-absent");
      ok(!names.includes("source.read") && !names.includes("home.write"));
    }
  });

  it("waits until nothing is pending, rotator or not", async () => {
    const { world, secret } = withSecret({ rotating: true });
    waits(world);
    const [current] = stateOf(secret).versions;
    ok(current);
    const pending = { versionId: v2, value: current.value, stages: ["AWSPENDING"] };
    change(secret, { versions: [current, pending] });
    ends(await deliver(world, arn, handOver), "skipped", "rotating");
    change(secret, { versions: [current] });
    ends(await deliver(world, arn, handOver), "moved", "proven");
  });

  it("is taken back when AWS began a rotation at the moment of its delete, and waits for its end", async () => {
    const { world, secret } = withSecret({ rotating: true });
    waits(world);
    const [current] = stateOf(secret).versions;
    ok(current);
    const begins = atCall("source.schedule", "before", () => {
      change(secret, { versions: [current, { versionId: v2, value: current.value, stages: ["AWSPENDING"] }] });
    });
    const outcome = await deliver(world, arn, { ...handOver, hook: begins });
    ends(outcome, "skipped", "rotating");
    deepEqual([outcome.restored, isScheduled(secret)], ["changed-meanwhile", false]);
    change(secret, {
      versions: [
        { ...current, stages: ["AWSPREVIOUS"] },
        { versionId: v2, value: { type: "string", string: '{"n":2}' }, stages: ["AWSCURRENT"] },
      ],
    });
    ends(await deliver(world, arn, handOver), "moved", "proven");
    equal(currentData(world.home, path, world.time), '{"n":2}');
  });

  it("stays where the rotation was deleted, or is another secret's", async () => {
    const { world } = withSecret({ rotating: true });
    writeByPerson(world.home, recordOf(`${name}-other`), "{}", world.time, rotator);
    ends(await deliver(world, arn, handOver), "skipped", "rotator-absent");
    waits(world);
    softDelete(world.home, recordOf(name), world.time);
    ends(await deliver(world, arn, handOver), "skipped", "rotator-absent");
  });

  it("asks nothing of a secret that does not rotate", async () => {
    const { world } = withSecret();
    const { outcome, calls } = await recorded(world, arn, handOver);
    ends(outcome, "moved", "proven");
    equal(calls.filter(({ args }) => args[0] === recordOf(name)).length, 0);
  });
});
