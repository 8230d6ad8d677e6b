/** Homes that a rotator writes: nothing that it did is taken for the mover's, for a loss or for a person's. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import { nameConflict } from "../../../runtime/mover/rotated";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { retryableError } from "../../../runtime/shared/errors";
import { arnOf, homeOf, homeVersionOf, moverSettings } from "../../support/builders";
import { currentData, softDelete, writeByPerson } from "../../support/fakeHome";
import { change, createSecret, isScheduled, putValue, restoreByPerson, stateIn } from "../../support/fakeSource";
import { arn, ends, name, path, recorded, v2, withSecret, wrote } from "../../support/moves";
import { recordOf, rotateHome, rotator } from "../../support/rotatedHome";
import { atCall, deliver } from "../../support/world";
import type { World } from "../../support/world";

const sixMinutes = 6 * 60_000;
const dayMs = 24 * 60 * 60_000;
const record = recordOf(name);

const rotate = (world: World, number?: number, by?: string): void => {
  rotateHome(world, name, number, by);
};

const held = ({ home, time }: World): string | undefined => currentData(home, path, time);

async function moved() {
  const started = withSecret();
  ends(await deliver(started.world, arn), "moved", "proven");
  started.world.time += sixMinutes;
  return started;
}

describe("a home that a rotator wrote after the move", () => {
  it("is what the move came to: no look takes the deletion back, however often it rotates", async () => {
    const { world, secret } = await moved();
    // More often than Vault keeps versions: the proven one is no longer there.
    for (let number = 1; number <= 12; number += 1) rotate(world, number);
    for (const later of [0, 16 * 60_000, 27 * dayMs]) {
      world.time += later;
      const { outcome, names } = await recorded(world, arn);
      ends(outcome, "unchanged", "already-moved");
      deepEqual(wrote(names), []);
    }
    deepEqual([isScheduled(secret), held(world)], [true, '{"rotated":12}']);
  });

  for (const call of ["source.tag", "source.schedule"]) {
    it(`between the proof and the second look, at ${call}, is no reason to take it back`, async () => {
      const { world, secret } = withSecret();
      const { outcome, names } = await recorded(world, arn, {
        hook: atCall(call, "after", () => {
          rotate(world);
        }),
      });
      ends(outcome, "moved", "proven");
      ok(isScheduled(secret) && !names.includes("source.restore"));
    });
  }

  it("without recorded authors is no reason either", async () => {
    const { world, secret } = withSecret();
    world.home.recordsAuthor = false;
    const settings: Partial<MoverSettings> = { authorship: "label" };
    ends(await deliver(world, arn, { settings }), "moved", "proven");
    world.time += sixMinutes;
    rotate(world);
    ends(await deliver(world, arn, { settings }), "unchanged", "already-moved");
    ok(isScheduled(secret));
  });

  it("and somebody deletes is that person's decision, as after any move", async () => {
    const { world, secret } = await moved();
    rotate(world);
    softDelete(world.home, path, world.time);
    ends(await deliver(world, arn), "refused", "home-deleted");
    ok(isScheduled(secret));
  });
});

describe("a home that a rotator wrote, whose secret is in Secrets Manager again", () => {
  const cases: readonly (readonly [string, () => Promise<World>])[] = [
    [
      "a person restores it",
      async () => {
        const { world, secret } = await moved();
        rotate(world);
        restoreByPerson(secret);
        return world;
      },
    ],
    [
      "a person restores it and puts a value",
      async () => {
        const { world, secret } = await moved();
        rotate(world);
        restoreByPerson(secret);
        putValue(secret, '{"n":2}', v2);
        return world;
      },
    ],
    [
      "it was only copied before the rotation",
      async () => {
        const { world } = withSecret();
        ends(await deliver(world, arn, { settings: { mode: "copy" } }), "copied", "proven");
        rotate(world);
        return world;
      },
    ],
    [
      "the rotator writes between the mover's write and its proof",
      () => {
        const { world } = withSecret();
        return Promise.resolve(world);
      },
    ],
  ];
  for (const [what, make] of cases) {
    it(`is told as such, and kept: ${what}`, async () => {
      const world = await make();
      const early = atCall("home.write", "after", () => {
        rotate(world);
      });
      const { outcome, names } = await recorded(world, arn, held(world) === undefined ? { hook: early } : {});
      ends(outcome, "refused", "home-rotated");
      deepEqual(
        wrote(names).filter((one) => !["home.write", "home.label"].includes(one)),
        [],
      );
      equal(held(world), '{"rotated":1}');
    });
  }

  it("is told as such when the name is created anew", async () => {
    const { world, secret } = await moved();
    rotate(world);
    world.source.secrets.splice(world.source.secrets.indexOf(secret), 1);
    createSecret(world.source, name, '{"new":1}', { suffix: "ZyXwVu" });
    const { outcome, names } = await recorded(world, arnOf(name, "ZyXwVu"));
    ends(outcome, "refused", "home-rotated");
    deepEqual(wrote(names), []);
  });

  it("is told as such with foreignHomes accept-equal, unless both hold the same", async () => {
    const settings: Partial<MoverSettings> = { foreignHomes: "accept-equal" };
    const { world, secret } = await moved();
    rotate(world);
    restoreByPerson(secret);
    change(secret, { tags: {} });
    ends(await deliver(world, arn, { settings }), "refused", "home-rotated");
    putValue(secret, '{"rotated":1}', v2);
    equal((await deliver(world, arn, { settings })).reason, "undone");
    equal(held(world), '{"rotated":1}');
  });

  it("stays deleted when a person deletes it again", async () => {
    const { world, secret } = await moved();
    rotate(world);
    restoreByPerson(secret);
    ends(await deliver(world, arn), "refused", "home-rotated");
    change(secret, { window: 7, scheduledAt: world.time });
    for (const later of [0, 6 * dayMs]) {
      world.time += later;
      ok(["already-moved", "scheduled-by-others"].includes((await deliver(world, arn)).reason));
    }
    deepEqual([isScheduled(secret), stateIn(secret)], [true, "d"]);
  });
});

describe("what is no rotator's", () => {
  const others: readonly (readonly [string, (world: World) => void])[] = [
    [
      "a person's edit of a home that is rotated",
      (world) => {
        rotate(world);
        writeByPerson(world.home, path, '{"person":1}', world.time);
      },
    ],
    [
      "a home by a rotator whose rotation is another secret's",
      ({ home, time }) => {
        writeByPerson(home, `${record}-other`, "{}", time, rotator);
        writeByPerson(home, path, '{"rotated":1}', time, rotator);
      },
    ],
    [
      "a home and a record by tokens without an entity",
      (world) => {
        rotate(world, 1, "");
      },
    ],
    [
      "labels that say so",
      ({ home, time }) => {
        writeByPerson(home, path, '{"rotated":1}', time);
        (home.entries[path] ?? { labels: {} }).labels = { rotator, rotated: "yes", [record]: rotator };
      },
    ],
  ];
  for (const [what, write] of others) {
    it(`is a conflict: ${what}`, async () => {
      const { world, secret } = await moved();
      write(world);
      restoreByPerson(secret);
      ends(await deliver(world, arn), "refused", "home-conflict");
    });
  }
});

describe("whoever asks who wrote the home", () => {
  const asking = (code: "vault-denied" | "vault-failing") =>
    nameConflict(homeOf({ versions: { 1: homeVersionOf({ authorEntityId: rotator }) } }), name, moverSettings(), () => {
      throw retryableError(code, "read-home", "in this test");
    });

  it("and may not see rotations is told of a conflict", async () => {
    equal(await asking("vault-denied"), "home-conflict");
  });

  it("gets no answer while Vault gives none", async () => {
    await rejects(asking("vault-failing"), { code: "vault-failing" });
  });
});
