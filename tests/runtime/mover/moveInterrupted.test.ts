/** Whatever happens between two calls, once: the run stops, or somebody acts on either side. */
import { deepEqual, equal, ok } from "node:assert/strict";

import type { Outcome } from "../../../runtime/model/outcome";
import { readStateTag, stateTag } from "../../../runtime/model/stateTag";
import { holdsValue } from "../../../runtime/model/value";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { arnOf, versionIdOf } from "../../support/builders";
import { deleteMetadata, destroy, softDelete, writeByPerson } from "../../support/fakeHome";
import type { HomeState } from "../../support/fakeHome";
import {
  change,
  createSecret,
  currentOf,
  isScheduled,
  putValue,
  replicaIn,
  restoreByPerson,
  rollBack,
  stateOf,
} from "../../support/fakeSource";
import type { FakeSecret } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import {
  at,
  both,
  crash,
  deliver,
  deliverUntilDone,
  homeHoldsCurrent,
  labelsOf,
  makeWorld,
  pathOf,
  recorder,
  tryDeliver,
} from "../../support/world";
import type { World } from "../../support/world";

const name = "app/db";
const arn = arnOf(name);
const path = pathOf(name);
const v2 = versionIdOf(2);
const v3 = versionIdOf(3);

interface Start {
  readonly world: World;
  readonly secret: FakeSecret;
}

interface Scenario {
  readonly what: string;
  readonly settings?: Partial<MoverSettings>;
  readonly start: () => Promise<Start>;
}

const begin = (over: Parameters<typeof createSecret>[3] = {}, home: Partial<HomeState> = {}): Start => {
  const world = makeWorld(home);
  return { world, secret: createSecret(world.source, name, '{"n":1}', over) };
};

const scenarios: readonly Scenario[] = [
  { what: "a new secret", start: () => Promise.resolve(begin()) },
  { what: "a text with tags", start: () => Promise.resolve(begin({ tags: { team: "db" } })) },
  {
    what: "an update of a copied secret",
    start: async () => {
      const started = begin();
      await deliver(started.world, arn, { settings: { mode: "copy" } });
      putValue(started.secret, '{"n":2}', v2);
      return started;
    },
  },
  {
    what: "a copied secret",
    start: async () => {
      const started = begin();
      await deliver(started.world, arn, { settings: { mode: "copy" } });
      return started;
    },
  },
  {
    what: "a replicated secret",
    settings: { replicas: "remove", replicaRegions: ["us-east-1"] },
    start: () => Promise.resolve(begin({ replicas: [replicaIn("us-east-1")] })),
  },
  {
    what: "a rotating secret",
    settings: { rotation: "move" },
    start: () => Promise.resolve(begin({ rotating: true })),
  },
  {
    what: "a new secret on a server without authors",
    settings: { authorship: "label" },
    start: () => Promise.resolve(begin({}, { recordsAuthor: false })),
  },
  {
    what: "an update on a server without authors",
    settings: { authorship: "label" },
    start: async () => {
      const started = begin({}, { recordsAuthor: false });
      await deliver(started.world, arn, { settings: { authorship: "label", mode: "copy" } });
      putValue(started.secret, '{"n":2}', v2);
      return started;
    },
  },
];

/** How many calls an undisturbed run makes. */
async function lengthOf({ start, settings }: Scenario, extra?: Hook): Promise<number> {
  const { world } = await start();
  const { calls, hook } = recorder();
  await tryDeliver(world, arn, {
    ...(settings === undefined ? {} : { settings }),
    hook: extra === undefined ? hook : both(hook, extra),
  });
  return calls.length;
}

/**
 * A hook that checks, at every delete, that some KV version held the value that the source's tag names, and that
 * nothing that a person wrote in Vault was changed since.
 */
function guard({ world, secret }: Start): Hook {
  const persons = new Map<string, string>();
  const seen = new Set(Object.values(world.home.entries[path]?.versions ?? {}).map(({ data }) => data));
  return ({ name: called, args }, when) => {
    const entry = world.home.entries[path];
    for (const [number, { author, data, createdTime, destroyed }] of Object.entries(entry?.versions ?? {})) {
      seen.add(data);
      if (author !== "somebody" || destroyed) continue;
      const key = `${number} ${createdTime}`;
      equal(persons.get(key) ?? data, data, "a person's version was changed");
      persons.set(key, data);
    }
    if (called !== "schedule" || when !== "before") return;
    const read = readStateTag(stateOf(secret).tags);
    const versionId = read.is === "known" ? read.tag.versionId : "";
    const version = stateOf(secret).versions.find((one) => one.versionId === versionId);
    const held = version !== undefined && [...seen].some((data) => holdsValue(data, "fields", version.value));
    ok(held, "a delete was sent for a value that Vault never held");
    const days = Number(args[1]);
    ok(days >= 7 && days <= 30, "a delete was sent without a window");
  };
}

/** The one end of an undisturbed world: proven at home and scheduled, nothing left half-way. */
function assertMoved({ world, secret }: Start, what: string): void {
  ok(isScheduled(secret), `${what}: not scheduled`);
  ok(homeHoldsCurrent(world, secret), `${what}: the home does not hold the current value`);
  const current = currentOf(secret)?.versionId ?? "none";
  const read = readStateTag(stateOf(secret).tags);
  ok(read.is === "known" && read.tag.state === "d" && read.tag.versionId === current, `${what}: tag`);
}

/** A run that stopped, or met another one, between its tag and its second look may leave what looks like an undo. */
function assertMovedOrUndone(started: Start, outcome: Outcome, what: string): void {
  const { world, secret } = started;
  if (outcome.reason !== "undone") {
    assertMoved(started, what);
    return;
  }
  ok(!isScheduled(secret), `${what}: undone, and scheduled`);
  ok(homeHoldsCurrent(world, secret), `${what}: undone, and the home does not hold the current value`);
  const read = readStateTag(stateOf(secret).tags);
  ok(read.is === "known" && read.tag.state === "u", `${what}: undone, and not remembered`);
}

/** Releases what is undone, as a person does, and brings it to its end. */
async function released(
  started: Start,
  settings: Partial<MoverSettings>,
  outcome: Outcome,
  what: string,
): Promise<void> {
  if (outcome.reason !== "undone") return;
  change(started.secret, { tags: { ...stateOf(started.secret).tags, [stateTag]: "again" } });
  await deliverUntilDone(started.world, arn, { settings, hook: guard(started) });
  assertMoved(started, `${what}, released`);
}

const moments = ["before", "after"] as const;

describe("a mover that stops at any call", () => {
  for (const scenario of scenarios) {
    it(`is finished by the next message, for ${scenario.what}`, async () => {
      const length = await lengthOf(scenario);
      ok(length >= 10);
      for (let n = 1; n <= length; n += 1) {
        for (const when of moments) {
          const started = await scenario.start();
          const settings = scenario.settings ?? {};
          const first = await tryDeliver(started.world, arn, {
            settings,
            hook: both(guard(started), at(n, when, crash)),
          });
          deepEqual(first, { crashed: true });
          const what = `stopped ${when} call ${n.toString()}`;
          const outcome = await deliverUntilDone(started.world, arn, { settings, hook: guard(started) });
          assertMovedOrUndone(started, outcome, what);
          await released(started, settings, outcome, what);
        }
      }
    });

    it(`is finished when the message comes at once, for ${scenario.what}`, async () => {
      const length = await lengthOf(scenario);
      for (let n = 1; n <= length; n += 1) {
        const started = await scenario.start();
        const settings = scenario.settings ?? {};
        await tryDeliver(started.world, arn, { settings, hook: at(n, "after", crash) });
        await tryDeliver(started.world, arn, { settings, hook: guard(started) });
        const outcome = await deliverUntilDone(started.world, arn, { settings, hook: guard(started) });
        assertMovedOrUndone(started, outcome, `stopped after call ${n.toString()}`);
      }
    });
  }

  it("and again at any call of the second try ends the same", async () => {
    const scenario = scenarios[2] ?? { what: "none", start: () => Promise.resolve(begin()) };
    const length = await lengthOf(scenario);
    for (let n = 1; n <= length; n += 1) {
      for (let m = 1; m <= length; m += 1) {
        const started = await scenario.start();
        await tryDeliver(started.world, arn, { hook: at(n, "after", crash) });
        started.world.time += 6 * 60_000;
        await tryDeliver(started.world, arn, { hook: at(m, "after", crash) });
        const outcome = await deliverUntilDone(started.world, arn, { hook: guard(started) });
        assertMovedOrUndone(started, outcome, `stopped after calls ${n.toString()} and ${m.toString()}`);
      }
    }
  });
});

describe("a writer at any point between two calls", () => {
  const writers: readonly (readonly [string, (secret: FakeSecret) => void])[] = [
    ["a new value", (secret) => void putValue(secret, '{"n":3}', v3)],
    ["an older value again", (secret) => void rollBack(secret, versionIdOf(1))],
    [
      "a new value and back",
      (secret) => {
        const current = currentOf(secret)?.versionId ?? "";
        if (putValue(secret, '{"n":3}', v3)) rollBack(secret, current);
      },
    ],
  ];
  for (const scenario of scenarios) {
    for (const [what, writeValue] of writers) {
      it(`with ${what} is followed, for ${scenario.what}`, async () => {
        const settings = scenario.settings ?? {};
        const length = await lengthOf(scenario);
        for (let n = 1; n <= length; n += 1) {
          for (const when of moments) {
            const started = await scenario.start();
            const act = at(n, when, () => {
              writeValue(started.secret);
            });
            await tryDeliver(started.world, arn, { settings, hook: both(guard(started), act) });
            const outcome = await deliverUntilDone(started.world, arn, { settings, hook: guard(started) });
            const what = `${when} call ${n.toString()}`;
            // Replicas are not taken apart a second time without a word.
            if (settings.replicas === "remove") assertMovedOrUndone(started, outcome, what);
            else assertMoved(started, what);
          }
        }
      });
    }
  }

  it("and a stop at any call after it loses nothing, and is undone with an alarm at worst", async () => {
    const scenario = scenarios[0] ?? { what: "none", start: () => Promise.resolve(begin()) };
    const length = (await lengthOf(scenario)) + 14;
    for (let n = 1; n <= length; n += 1) {
      for (let m = n; m <= length; m += 1) {
        const started = await scenario.start();
        const act = at(n, "before", () => {
          putValue(started.secret, '{"n":3}', v3);
        });
        await tryDeliver(started.world, arn, { hook: both(guard(started), act, at(m, "after", crash)) });
        const outcome = await deliverUntilDone(started.world, arn, { hook: guard(started) });
        const what = `a value before call ${n.toString()}, a stop after call ${m.toString()}`;
        assertMovedOrUndone(started, outcome, what);
      }
    }
  });
});

describe("another mover at any point between two calls", () => {
  for (const scenario of scenarios) {
    it(`ends the same, for ${scenario.what}`, async () => {
      const settings = scenario.settings ?? {};
      const length = await lengthOf(scenario);
      for (let n = 1; n <= length; n += 1) {
        for (const when of moments) {
          const started = await scenario.start();
          const act = at(n, when, () => tryDeliver(started.world, arn, { settings, hook: guard(started) }));
          await tryDeliver(started.world, arn, { settings, hook: both(guard(started), act) });
          const outcome = await deliverUntilDone(started.world, arn, { settings, hook: guard(started) });
          assertMovedOrUndone(started, outcome, `${when} call ${n.toString()}`);
        }
      }
    });
  }
});

describe("a person at any point between two calls", () => {
  const acts: readonly (readonly [string, (started: Start) => void])[] = [
    ["writes in Vault", ({ world }) => void writeByPerson(world.home, path, '{"person":1}', world.time)],
    [
      "deletes the home's version",
      ({ world }) => {
        softDelete(world.home, path, world.time);
      },
    ],
    [
      "deletes the home's version by a clock ahead",
      ({ world }) => {
        softDelete(world.home, path, world.time + 3_000);
      },
    ],
    [
      "destroys the home's version",
      ({ world }) => {
        destroy(world.home, path);
      },
    ],
    [
      "deletes the whole home",
      ({ world }) => {
        deleteMetadata(world.home, path);
      },
    ],
    [
      "deletes the whole home and writes there",
      ({ world }) => {
        deleteMetadata(world.home, path);
        writeByPerson(world.home, path, '{"person":1}', world.time);
      },
    ],
    [
      "restores the source",
      ({ secret }) => {
        if (isScheduled(secret)) restoreByPerson(secret);
      },
    ],
    [
      "schedules the source",
      ({ secret }) => {
        if (!isScheduled(secret) && stateOf(secret).replicas.length === 0) change(secret, { window: 7 });
      },
    ],
    [
      "exempts the source",
      ({ secret }) => {
        if (!isScheduled(secret)) change(secret, { tags: { ...stateOf(secret).tags, "vault-mover-mode": "exempt" } });
      },
    ],
  ];
  for (const scenario of scenarios) {
    for (const [what, act] of acts) {
      it(`who ${what} is obeyed and loses nothing, for ${scenario.what}`, async () => {
        const settings = scenario.settings ?? {};
        const length = await lengthOf(scenario);
        for (let n = 1; n <= length; n += 1) {
          for (const when of moments) {
            const started = await scenario.start();
            const before = structuredClone(stateOf(started.secret).versions);
            await tryDeliver(started.world, arn, {
              settings,
              hook: both(
                guard(started),
                at(n, when, () => {
                  act(started);
                }),
              ),
            });
            const outcome = await deliverUntilDone(started.world, arn, { settings, hook: guard(started) });
            const info = `${when} call ${n.toString()}: ${outcome.outcome} ${outcome.reason}`;
            // The source still has all it had: a window is the most that may have happened to it.
            deepEqual(stateOf(started.secret).versions, before);
            if (isScheduled(started.secret)) {
              const seen = [
                "already-moved",
                "proven",
                "tag-lost",
                "deletion-unclaimed",
                "scheduled-by-others",
                "home-deleted",
                "home-of-another",
                "home-conflict",
              ];
              ok(seen.includes(outcome.reason), info);
              if (outcome.outcome === "moved") ok(homeHoldsCurrent(started.world, started.secret), info);
            }
          }
        }
      });
    }
  }

  it("who exempts it before the delete finds it unscheduled, though the mover stops at any call", async () => {
    const scenario = scenarios[0] ?? { what: "none", start: () => Promise.resolve(begin()) };
    const { calls, hook } = recorder();
    await deliver((await scenario.start()).world, arn, { hook });
    const schedule = calls.findIndex((call) => call.name === "schedule") + 1;
    for (let m = schedule; m <= schedule + 12; m += 1) {
      const started = await scenario.start();
      const exempt = at(schedule, "before", () => {
        change(started.secret, { tags: { ...stateOf(started.secret).tags, "vault-mover-mode": "exempt" } });
      });
      await tryDeliver(started.world, arn, { hook: both(exempt, at(m, "after", crash)) });
      await deliverUntilDone(started.world, arn);
      const labels = labelsOf(started.world, name);
      // Between the delete and its second look, the run's label says that the delete was sound.
      const looked = labels["deleted"] === undefined;
      ok(!isScheduled(started.secret) || !looked, `stopped after call ${m.toString()}`);
    }
  });
});

describe("a DescribeSecret that is behind", () => {
  /** A value comes before call n, the run stops after call m, and the next one is shown an older state. */
  async function endsSound(scenario: Scenario, n: number, m: number, behind: number): Promise<string | undefined> {
    const settings = scenario.settings ?? {};
    const { world, secret } = await scenario.start();
    const put = at(n, "before", () => putValue(secret, '{"n":3}', v3));
    await tryDeliver(world, arn, { settings, hook: both(put, at(m, "after", crash)) });
    await tryDeliver(world, arn, { settings, source: { lag: () => behind } });
    world.time += 6 * 60_000;
    const { reason } = await deliverUntilDone(world, arn, { settings });
    const sound = !isScheduled(secret) || homeHoldsCurrent(world, secret) || reason === "deletion-unclaimed";
    return sound
      ? undefined
      : `${behind.toString()} behind, a value before call ${n.toString()}, a stop after call ${m.toString()}: ${reason}`;
  }

  for (const scenario of scenarios) {
    it(`loses nothing, wherever a mover stops, for ${scenario.what}`, async () => {
      const length = (await lengthOf(scenario)) + 6;
      const losses: (string | undefined)[] = [];
      for (const behind of [1, 2]) {
        for (let n = 1; n <= length; n += 1) {
          for (let m = n; m <= length; m += 1) losses.push(await endsSound(scenario, n, m, behind));
        }
      }
      deepEqual(
        losses.filter((loss) => loss !== undefined),
        [],
      );
    });

    it(`loses nothing when it is behind from the start, for ${scenario.what}`, async () => {
      const settings = scenario.settings ?? {};
      const length = (await lengthOf(scenario)) + 6;
      for (const behind of [1, 2]) {
        for (let n = 1; n <= length; n += 1) {
          const { world, secret } = await scenario.start();
          let calls = 0;
          const put = at(n, "before", () => putValue(secret, '{"n":3}', v3));
          const count: Hook = (_call, when) => {
            if (when === "before") calls += 1;
          };
          await tryDeliver(world, arn, {
            settings,
            hook: both(count, put),
            source: { lag: () => (calls <= n + 4 ? behind : 0) },
          });
          world.time += 6 * 60_000;
          const { reason } = await deliverUntilDone(world, arn, { settings });
          ok(
            !isScheduled(secret) || homeHoldsCurrent(world, secret) || reason === "deletion-unclaimed",
            `${behind.toString()} behind, a value before call ${n.toString()}: ${reason}`,
          );
        }
      }
    });
  }
});
