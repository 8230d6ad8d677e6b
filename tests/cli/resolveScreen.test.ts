import * as assert from "node:assert/strict";

import { resolveCommand } from "../../cli/commands/resolve";
import { compareSides, findRefusal } from "../../cli/resolve";
import type { Compared } from "../../cli/resolve";
import { targetOf } from "../../cli/target";
import { moverSettings } from "../support/builders";
import { softDelete, writeByPerson } from "../support/fakeHome";
import { createSecret } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { sessionOn } from "./support/session";
import { sidesOf } from "./support/sides";

const name = "app/db";
const settings = moverSettings();

/** A home that a person wrote, beside a secret of another value or of the same. */
function conflict(value = "sources"): World {
  const world = makeWorld();
  writeByPerson(world.home, pathOf(name), '{"value":"vaults"}', world.time);
  createSecret(world.source, name, value);
  return world;
}

async function compared(world: World, over: Partial<ReturnType<typeof sidesOf>> = {}): Promise<Compared> {
  const refused = await findRefusal(targetOf(name, settings), settings, sidesOf(world));
  return compareSides(refused, settings, { ...sidesOf(world), ...over });
}

describe("what homing resolve says of both sides", () => {
  it("alone is where they are, who wrote the home, that they differ, and what either answer would do", async () => {
    const world = conflict();
    const before = JSON.stringify(world);
    const [text, json] = [sessionOn(world), sessionOn(world, { json: true })];

    assert.equal(await resolveCommand(text.session, {}, name), 2);
    assert.equal(await resolveCommand(json.session, {}, name), 2);

    assert.match(text.out(), /^app\/db: its home was written by somebody else\.\n/);
    assert.match(text.out(), /\n {2}Vault, version 1, written \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC by /);
    assert.match(text.out(), /They hold different values\./);
    assert.match(text.out(), /-> homing resolve app\/db --take\n {3}Taking [^]*version 2 of the home/);
    assert.match(text.out(), /-> homing resolve app\/db --keep\n {3}Keeping [^]*After that its value is gone/);
    assert.deepEqual(
      json.records().map(({ type, values, homeVersion }) => [type, values, homeVersion]),
      [["sides", "different", 1]],
    );
    assert.doesNotMatch(text.out() + text.err() + json.out() + json.err(), /vaults|sources/);
    assert.equal(JSON.stringify(world), before, "nothing is changed");
  });

  it("is that they are equal, and that keeping loses nothing", async () => {
    const { session, out } = sessionOn(conflict("vaults"));

    assert.equal(await resolveCommand(session, {}, name), 2);

    assert.match(out(), /Both hold the same value\./);
    assert.doesNotMatch(out(), /is gone/);
  });

  it("of a home without a value is that, and that only taking is left", async () => {
    const world = makeWorld();
    createSecret(world.source, name, "sources");
    await deliver(world, name, { settings: { mode: "copy" } });
    softDelete(world.home, pathOf(name), world.time - 1);
    const { session, out } = sessionOn(world);

    assert.equal(await resolveCommand(session, {}, name), 2);

    assert.match(out(), /Vault holds no value\./);
    assert.match(out(), /--take\n/);
    assert.doesNotMatch(out(), /--keep/);
  });

  it("is never that they are equal, where one can't be read or has changed since it was shown", async () => {
    const value = { type: "string", string: "half a pair: \ud800" } as const;
    const reads = {
      "its KMS key can't be used": { is: "refused", outcome: "failed", reason: "undecryptable" },
      "one has just changed": { is: "stale" },
      "Vault can't hold this value unchanged": { is: "value", value },
    } as const;
    for (const [why, answer] of Object.entries(reads)) {
      const world = conflict("vaults");
      const { source } = sidesOf(world);
      const told = await compared(world, { source: { ...source, read: () => Promise.resolve(answer) } });
      assert.ok(told.is === "unknown" && told.why.startsWith(why), why);
    }
    const world = conflict("vaults");
    const refused = await findRefusal(targetOf(name, settings), settings, sidesOf(world));
    writeByPerson(world.home, pathOf(name), '{"value":"vaults"}', world.time);
    const changed = { is: "unknown", why: "one has just changed" };
    assert.deepEqual(await compareSides(refused, settings, sidesOf(world)), changed);
  });

  it("stands before the question, also with --json, where nobody is asked", async () => {
    for (const json of [false, true]) {
      const { session, err } = sessionOn(conflict(), { json });

      await assert.rejects(resolveCommand(session, { keep: true }, name), /Nobody is here to be asked/);

      assert.match(err(), /They hold different values\.\nKeeping deletes/);
    }
  });
});
