/**
 * Larger than the explorer can exhaust: three live movers, a writer and persons, in orders that fast-check's scheduler
 * picks. It shares nothing with the explorer but the two sides and what must hold at the quiet end.
 */
import { deepEqual } from "node:assert/strict";

import { assert, asyncProperty, constantFrom, integer, scheduler, uniqueArray } from "fast-check";

import { arnOf, versionIdOf } from "../support/builders";
import { createSecret, isScheduled } from "../support/fakeSource";
import type { Hook } from "../support/hook";
import { crash, makeWorld, tryDeliver } from "../support/world";
import { name, path } from "./actors";
import { acts, isInterference, valueOf } from "./acts";
import { accepted } from "./configurations";
import { makeModel } from "./model";
import type { Past, Slot, State } from "./state";
import { homeData, remember } from "./step";

const runs = Number(process.env["HOMING_MODEL_SCHEDULES"] ?? 3_000);
const arn = arnOf(name);
const model = makeModel({
  name: "scheduled",
  messages: ["arn"],
  receives: 1,
  acts: {},
  crashes: 0,
  stale: 0,
  ticks: 0,
});

/** Who was at the secret: some findings are accepted of several movers only. */
const slots = [1, 2, 3].map((receives): Slot => ({ actor: "mover", secret: name, receives, is: "done" }));

const start: Past = { scheduledBy: "nobody", undone: false, held: [], crashed: false, acts: [] };

describe("three movers in an order picked by chance", function () {
  this.timeout(0);

  it("lose nothing and block nobody, whatever others do meanwhile", async () => {
    const others = uniqueArray(
      constantFrom(
        "put",
        "roll-back",
        "stage",
        "edit",
        "rotate",
        "soft-delete",
        "destroy",
        "delete-metadata",
        "annotate",
        "restore",
      ),
      { maxLength: 4 },
    );
    await assert(
      asyncProperty(scheduler(), others, integer({ min: 0, max: 120 }), async (order, chosen, stop) => {
        const world = makeWorld();
        const secret = createSecret(world.source, name, valueOf(1), { versionId: versionIdOf(1) });
        let past = start;
        const stateNow = (): State => ({
          time: world.time,
          secret: world.source.secrets[0] ?? secret,
          home: world.home,
          saved: {},
          denied: [],
          deployed: [],
          slots: [],
          left: {},
          past,
        });
        let calls = 0;
        const hook: Hook = async (call, when) => {
          if (when === "before") {
            await order.schedule(Promise.resolve(), `${call.side}.${call.name}`);
            calls += 1;
            if (calls === stop) {
              past = { ...past, crashed: true };
              crash();
            }
            return;
          }
          if (call.name === "schedule" && isScheduled(secret)) past = { ...past, scheduledBy: "mover" };
          if (call.name === "restore" && !isScheduled(secret)) past = { ...past, scheduledBy: "nobody" };
          ({ past } = remember(stateNow()));
        };
        const movers = [1, 2, 3].map((attempt) => tryDeliver(world, arn, { hook, attempt }));
        const acting = chosen.map(async (act) => {
          await order.schedule(Promise.resolve(), act);
          const done = acts[act]?.(stateNow());
          if (done === undefined) return;
          ({ past } = remember(done));
          if (isInterference(act)) past = { ...past, acts: [...past.acts, act].sort() };
        });
        await order.waitFor(Promise.all([...movers, ...acting]));

        const end = stateNow();
        const violation = (await model.quietEnd.check(end)) ?? "";
        const known = violation !== "" && accepted(violation, { ...end, slots }) !== undefined;
        deepEqual(known ? "" : violation, "", `home ${homeData(end)} at ${path}`);
      }),
      { numRuns: runs },
    );
  });
});
