import { deepEqual, rejects } from "node:assert/strict";

import { releaseCommand } from "../../cli/commands/release";
import { resolveCommand } from "../../cli/commands/resolve";
import { restoreCommand } from "../../cli/commands/restore";
import { undoCommand } from "../../cli/commands/undo";
import type { Session } from "../../cli/session";
import { writeByPerson } from "../support/fakeHome";
import { createSecret, isScheduled, restoreByPerson, stateIn } from "../support/fakeSource";
import { deliver, makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { sessionOn } from "./support/session";
import { secretOf } from "./support/sides";

const names = ["app/a", "app/b", "app/c"];

/** A session whose person types Ctrl-C when so many secrets were described after the question. */
function interrupted(world: World, described: number) {
  const state = { asked: false, left: described };
  const scene = sessionOn(world, { stopped: () => state.asked && state.left <= 0 });
  const { session } = scene;
  const note = (line: string): void => {
    state.asked = true;
    session.screen.note(line);
  };
  const source: Session["source"] = {
    ...session.source,
    describe: (arn, action) => {
      if (state.asked) state.left -= 1;
      return session.source.describe(arn, action);
    },
  };
  return { ...scene, session: { ...session, source, screen: { ...session.screen, note }, concurrency: 1 } };
}

async function moved(): Promise<World> {
  const world = makeWorld();
  for (const name of names) {
    createSecret(world.source, name, "value");
    await deliver(world, name);
  }
  return world;
}

async function undone(): Promise<World> {
  const world = await moved();
  await undoCommand(sessionOn(world).session, { since: "2h", yes: true });
  return world;
}

const states = (world: World): readonly string[] => world.source.secrets.map(stateIn);
const exits = (message: string) => ({ message, exitCode: 130 });

describe("a Ctrl-C after the answer", () => {
  it("at undo says how many are left, and not that there is nothing to undo", async () => {
    const world = await moved();
    const { session, out } = interrupted(world, 0);

    await rejects(
      undoCommand(session, { since: "2h", yes: true }),
      exits("Stopped: 3 secrets are left. Run the same command again for them."),
    );

    deepEqual([out(), states(world)], ["", ["d", "d", "d"]]);
  });

  it("at undo says what was restored before", async () => {
    const world = await moved();
    const { session, out } = interrupted(world, 1);

    await rejects(
      undoCommand(session, { since: "2h", yes: true }),
      exits("Stopped: 2 secrets are left. Run the same command again for them."),
    );

    deepEqual(states(world), ["u", "d", "d"]);
    deepEqual(out().split(". ")[0], "1 secret restored");
  });

  it("at undo of one restores nothing", async () => {
    const world = await moved();

    await rejects(
      undoCommand(interrupted(world, 0).session, { yes: true }, "app/a"),
      exits("Stopped: nothing was undone."),
    );

    deepEqual(isScheduled(secretOf(world, "app/a")), true);
  });

  it("at release says how many are left, and not that there is nothing to release", async () => {
    const world = await undone();
    const { session, out } = interrupted(world, 1);

    await rejects(
      releaseCommand(session, { all: true, yes: true }),
      exits("Stopped: 2 secrets are left. Run the same command again for them."),
    );

    deepEqual(states(world), ["again", "u", "u"]);
    deepEqual(out().split(". ")[0], "1 secret released");
  });

  it("at restore creates nothing", async () => {
    const world = await moved();
    world.source.secrets = [];

    await rejects(
      restoreCommand(interrupted(world, 0).session, { yes: true }, "app/a"),
      exits("Stopped: nothing was created."),
    );
  });

  it("at resolve deletes nothing", async () => {
    const world = makeWorld();
    createSecret(world.source, "app/a", "value");
    writeByPerson(world.home, pathOf("app/a"), '{"value":"of a person"}', world.time);

    await rejects(
      resolveCommand(interrupted(world, 0).session, { keep: true, yes: true }, "app/a"),
      exits("Stopped: nothing was done."),
    );

    deepEqual(isScheduled(secretOf(world, "app/a")), false);
  });
});

describe("a Ctrl-C after all is done", () => {
  it("leaves nothing, and says nothing of a rest", async () => {
    const world = await moved();
    for (const name of names.slice(1)) restoreByPerson(secretOf(world, name));
    const { session } = interrupted(world, 2);

    deepEqual(await undoCommand(session, { since: "2h", name: ["app/a"], yes: true }), 0);
  });
});
