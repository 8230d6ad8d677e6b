import { deepEqual, equal, match, rejects } from "node:assert/strict";

import { moveCommand } from "../../cli/commands/move";
import { resolveCommand } from "../../cli/commands/resolve";
import { Failure } from "../../cli/failure";
import type { Session } from "../../cli/session";
import { placeOf } from "../../runtime/model/stateTag";
import { entityId, moverSettings } from "../support/builders";
import { writeByPerson } from "../support/fakeHome";
import { createSecret, isScheduled } from "../support/fakeSource";
import { makeWorld, pathOf } from "../support/world";
import type { World } from "../support/world";
import { sessionOn } from "./support/session";
import { secretOf } from "./support/sides";

const name = "app/db";
const settings = moverSettings();

/** Vault, as far as it is asked whose token it is and where the homes are recorded to be. */
const vaultOf = (entity: string): Pick<Session, "transport" | "token"> => ({
  token: { get: () => Promise.resolve("token"), drop: () => undefined },
  transport: ({ path }) => {
    const { mount, homePrefix, homeTemplate } = settings;
    const data = path.endsWith("/lookup-self")
      ? { entity_id: entity }
      : { data: { mount, homePrefix, homeTemplate, place: placeOf(settings) }, metadata: { version: 1 } };
    return Promise.resolve({ status: 200, text: JSON.stringify({ data }) });
  },
});

function sceneOf(world: World, entity = entityId, over: (session: Session) => Partial<Session> = () => ({})) {
  const { session, out, err } = sessionOn(world);
  const whole: Session = { ...session, checkSettings: () => Promise.resolve(), ...vaultOf(entity) };
  return { session: { ...whole, ...over(whole) }, out, err };
}

const local = { local: true, yes: true, policies: true } as const;

function worldOf(): World {
  const world = makeWorld();
  createSecret(world.source, name, "value");
  return world;
}

describe("homing move --local", () => {
  it("moves with the login of one whom the mover knows", async () => {
    const world = worldOf();
    const { session, out } = sceneOf(world);

    equal(await moveCommand(session, local), 0);

    match(out(), /1 secret ended\.\n$/);
    equal(isScheduled(secretOf(world, name)), true);
  });

  it("begins nothing with a stranger's login, whose versions the mover would take for somebody else's", async () => {
    const world = worldOf();

    await rejects(moveCommand(sceneOf(world, "stranger").session, local), /Vault's entity stranger, which is no oper/);

    deepEqual([isScheduled(secretOf(world, name)), world.home.entries], [false, {}]);
  });

  it("begins nothing once the deployment's settings have changed", async () => {
    const world = worldOf();
    const checkSettings = () => Promise.reject(new Failure("they have changed"));
    const { session } = sceneOf(world, entityId, () => ({ checkSettings }));

    await rejects(moveCommand(session, local), /they have changed/);

    deepEqual([isScheduled(secretOf(world, name)), world.home.entries], [false, {}]);
  });

  it("gives a secret the time that the function has, and deletes nothing at its end", async () => {
    const world = worldOf();
    // Each read takes so long that of the function's 120 seconds 20 are left, and a delete needs 30.
    const { session } = sceneOf(world, entityId, ({ source }) => ({
      source: {
        ...source,
        read: (arn, versionId) => {
          world.time += 100_000;
          return source.read(arn, versionId);
        },
      },
    }));

    await rejects(
      moveCommand(session, local),
      /^Error: 1 secret did not end \(out-of-time\)\. Run the same command again/,
    );

    equal(isScheduled(secretOf(world, name)), false);
  });
});

describe("two operators at once", () => {
  it("move the same secrets, each once, and both see all of them end", async () => {
    const world = makeWorld();
    const names = ["app/a", "app/b", "app/c", "app/d", "app/e"];
    for (const one of names) createSecret(world.source, one, `value of ${one}`);
    const [first, second] = [sceneOf(world), sceneOf(world)];
    const pausing = (session: Session): Session => ({
      ...session,
      sleep: (ms) => {
        world.time += ms;
        return new Promise((resolve) => setImmediate(resolve));
      },
    });

    const codes = await Promise.all([
      moveCommand(pausing(first.session), local),
      moveCommand(pausing(second.session), local),
    ]);

    deepEqual(codes, [0, 0]);
    for (const { out } of [first, second]) match(out(), /All 5 secrets ended\.\n$/);
    for (const one of names) {
      equal(isScheduled(secretOf(world, one)), true);
      equal(world.home.entries[pathOf(one)]?.current, 1, "one version is written");
    }
  });
});

describe("homing resolve --take", () => {
  it("writes nothing with a stranger's login", async () => {
    const world = worldOf();
    writeByPerson(world.home, pathOf(name), '{"value":"of a person"}', world.time);

    await rejects(
      resolveCommand(sceneOf(world, "stranger").session, { take: true, yes: true }, name),
      /Vault's entity stranger, which is no operator's/,
    );

    equal(world.home.entries[pathOf(name)]?.current, 1);
  });
});
