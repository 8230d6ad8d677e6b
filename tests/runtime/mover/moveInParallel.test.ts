/** What a move asks together, and that the order which makes it safe holds in spite of it. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";

import { retryableError } from "../../../runtime/shared/errors";
import { arnOf, versionIdOf } from "../../support/builders";
import { currentData, deleteMetadata } from "../../support/fakeHome";
import { createSecret, isScheduled, putValue } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import { waveRecorder } from "../../support/waves";
import { deliver, labelsOf, makeWorld, pathOf, recorder } from "../../support/world";

const name = "app/db";
const arn = arnOf(name);
const value = '{"user":"u","password":"p"}';

const worldWith = (tags: Readonly<Record<string, string>> = {}) => {
  const world = makeWorld();
  return { world, secret: createSecret(world.source, name, value, { tags }) };
};

/** From the policy's look to the end of a move. */
const theRest = [
  ["source.isReadByService"],
  ["source.read"],
  ["home.write"],
  ["home.label", "home.label", "home.metadata", "home.read"],
  ["home.label"],
  ["source.tag"],
  ["source.schedule"],
  ["home.label"],
  ["home.metadata", "source.describe"],
];

describe("a move's round trips", () => {
  it("are ten for a first move: what needs no order is asked together", async () => {
    const { world } = worldWith({ team: "db" });
    const { waves, hook } = waveRecorder();
    equal((await deliver(world, arn, { hook })).outcome, "moved");
    deepEqual(waves(), [["home.metadata", "source.describe"], ...theRest]);
  });

  it("read the home before the source where the home holds versions", async () => {
    const { world, secret } = worldWith({ team: "db" });
    await deliver(world, arn, { settings: { mode: "copy" } });
    putValue(secret, '{"user":"u","password":"new"}', versionIdOf(2));
    const { waves, hook } = waveRecorder();
    equal((await deliver(world, arn, { hook })).outcome, "moved");
    deepEqual(waves(), [
      ["home.metadata", "source.describe"],
      ["source.describe"],
      ...theRest.map((wave) => (wave.length === 4 ? wave.slice(1) : wave)),
    ]);
  });

  for (const [how, id] of [
    ["a name", name],
    ["an ARN without its suffix", arn.slice(0, -7)],
  ] as const) {
    it(`read no home before the secret is found by ${how}`, async () => {
      const { world } = worldWith();
      const { waves, hook } = waveRecorder();
      equal((await deliver(world, id, { hook })).outcome, "moved");
      deepEqual(waves().slice(0, 3), [["source.describe"], ["home.metadata"], ["source.describe"]]);
    });
  }
});

describe("calls that a move makes together", () => {
  it("write over nothing when another mover was first: check-and-set 0 is refused, and both sides are read anew", async () => {
    const { world, secret } = worldWith();
    const second = '{"user":"u","password":"second"}';
    const other: Hook = async (call, when) => {
      if (call.name !== "write" || when !== "before" || world.home.entries[pathOf(name)] !== undefined) return;
      putValue(secret, second, versionIdOf(2));
      await deliver(world, arn, { settings: { mode: "copy" } });
    };
    const { calls, names, hook: recording } = recorder();
    const outcome = await deliver(world, arn, {
      hook: async (call, when) => {
        await recording(call, when);
        await other(call, when);
      },
    });
    equal(outcome.outcome, "moved");
    equal(currentData(world.home, pathOf(name), world.time), '{"password":"second","user":"u"}');
    const again = names().slice(names().indexOf("home.write") + 1);
    deepEqual(again.slice(0, 2), ["home.metadata", "source.describe"]);
    equal(calls.filter((call) => call.name === "write").length, 1);
  });

  for (const failing of ["label", "read", "metadata"] as const) {
    it(`have all ended when one of them fails: ${failing} beside the proof`, async () => {
      const { world, secret } = worldWith();
      let written = false;
      let open = 0;
      const hook: Hook = async (call, when) => {
        if (call.name === "write" && when === "after") written = true;
        if (!written || call.side !== "home" || call.name === "write") return;
        if (when === "after") {
          open -= 1;
          return;
        }
        if (call.name === failing) throw retryableError("vault-unreachable", "read-back", "not now");
        open += 1;
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      };
      await rejects(deliver(world, arn, { hook }), { code: "vault-unreachable" });
      equal(open, 0);
      ok(!isScheduled(secret));
    });
  }

  it("delete nothing when the label finds no home, though the proof beside it held", async () => {
    const { world, secret } = worldWith();
    await rejects(
      deliver(world, arn, {
        hook: (call, when) => {
          if (call.name === "label" && when === "before") deleteMetadata(world.home, pathOf(name));
        },
      }),
      { code: "contended" },
    );
    ok(!isScheduled(secret));
    deepEqual(labelsOf(world, name), {});
  });
});
