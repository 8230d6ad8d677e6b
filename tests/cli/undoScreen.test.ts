import { deepEqual, equal, match, rejects } from "node:assert/strict";

import { undoCommand } from "../../cli/commands/undo";
import { arnOf } from "../support/builders";
import { createSecret, isScheduled, stateIn } from "../support/fakeSource";
import { deliver, makeWorld } from "../support/world";
import type { World } from "../support/world";
import { sessionOn } from "./support/session";
import { secretOf } from "./support/sides";

const nobody = /^Error: Nobody is here to be asked: say --yes if this is meant\.$/;

async function moved(...names: readonly string[]): Promise<World> {
  const world = makeWorld();
  for (const name of names) {
    createSecret(world.source, name, `value of ${name}`);
    equal((await deliver(world, name)).outcome, "moved");
  }
  return world;
}

const states = (world: World): readonly unknown[] =>
  world.source.secrets.map((secret) => [isScheduled(secret), stateIn(secret)]);

describe("what homing undo says", () => {
  it("first is what it would do to the secret, and without --yes and anybody to ask it does nothing", async () => {
    const world = await moved("app/db");
    const { session, err } = sessionOn(world, { json: true });

    await rejects(undoCommand(session, {}, "app/db"), nobody);

    equal(
      err(),
      `${arnOf("app/db")}\n  RestoreSecret, then TagResource vault-mover. The mover does not delete it again, until homing release lets it move.\n`,
    );
    deepEqual(states(world), [[true, "d"]]);
  });

  it("with --yes is that too, and what was done", async () => {
    const world = await moved("app/db");
    const { session, err, records } = sessionOn(world, { json: true });

    equal(await undoCommand(session, { yes: true }, "app/db"), 0);

    match(err(), /RestoreSecret, then TagResource vault-mover\./);
    deepEqual(
      records().map(({ type, secret, undone }) => [type, secret, undone]),
      [["undo", "app/db", "restored"]],
    );
    deepEqual([isScheduled(secretOf(world, "app/db")), stateIn(secretOf(world, "app/db"))], [false, "u"]);
  });

  it("of a run is which secrets, and without --yes and anybody to ask none is restored", async () => {
    const names = ["a", "b", "c", "d", "e", "f"].map((one) => `app/${one}`);
    const world = await moved(...names);
    const asked = sessionOn(world, { json: true });

    await rejects(undoCommand(asked.session, { since: "2h" }), nobody);

    match(
      asked.err(),
      /^6 deletions of this mover in the last 2h: app\/a, app\/b, app\/c, app\/d, app\/e and 1 more\.\n {2}RestoreSecret and TagResource vault-mover for each\./,
    );
    deepEqual(
      states(world),
      names.map(() => [true, "d"]),
    );

    equal(await undoCommand(sessionOn(world).session, { since: "2h", yes: true }), 0);
    deepEqual(
      states(world),
      names.map(() => [false, "u"]),
    );
  });
});
