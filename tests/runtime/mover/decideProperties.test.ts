/** What holds of every decision, over both sides as they may be found. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { assert, property, sample } from "fast-check";

import { readVersionLabel } from "../../../runtime/model/labels";
import { decide } from "../../../runtime/mover/decide";
import { modeFor, ownedByIac, readFacts } from "../../../runtime/mover/facts";
import { authorOf } from "../../../runtime/mover/homeFacts";
import { liveRows, otherwise } from "../../../runtime/mover/liveRows";
import { sides } from "../../support/sides";
import type { Sides } from "../../support/sides";

const decideOn = ({ source, home, settings, at }: Sides) => decide(source, home, settings, at);

describe("of every decision", () => {
  it("the first row that applies is the one, and each row is the first for some secret", () => {
    const reached = new Set<string>();
    for (const both of sample(sides, { numRuns: 10_000, seed: 1 })) {
      const facts = readFacts(both.source, both.home, both.settings, both.at);
      if (facts.life !== "live") continue;
      const row = liveRows.find(({ when }) => when(facts)) ?? otherwise;
      reached.add(row.name);
      deepEqual(decideOn(both), row.decide(facts));
    }
    deepEqual(
      [...liveRows, otherwise].map(({ name }) => name).filter((name) => !reached.has(name)),
      [],
    );
  });

  it("none writes over, or takes by its label, what somebody else or another secret wrote", () => {
    assert(
      property(sides, (both) => {
        const decision = decideOn(both);
        const own = decision.act === "prove" || (decision.act === "write" && decision.base > 0);
        if (!own) return;
        const { source, home, settings } = both;
        const version = home.versions[home.currentVersion];
        ok(version);
        const read = readVersionLabel(home.labels, home.currentVersion);
        const author = authorOf(version, settings);
        ok(author === "ours" || (author === "unknown" && read.is === "ours"));
        if (read.is === "ours") equal(read.label.suffix, source.suffix);
        equal(decision.act === "prove" ? decision.homeVersion : decision.base, home.currentVersion);
      }),
      { numRuns: 5_000 },
    );
  });

  it("none changes anything in the stack's mode audit", () => {
    assert(
      property(sides, ({ source, home, settings, at: { now } }) => {
        const { act } = decide(source, home, { ...settings, mode: "audit", modeRules: [] }, { now });
        ok(act === "stop" || act === "report");
      }),
      { numRuns: 5_000 },
    );
  });

  it("none moves what the mode, a tool's tag or a staged version keeps", () => {
    assert(
      property(sides, (both) => {
        const decision = decideOn(both);
        if (!("mode" in decision) || decision.mode !== "move") return;
        const { source, settings } = both;
        equal(modeFor(source, settings), "move");
        ok(!ownedByIac(source, settings) && !source.staged && !source.scheduled);
      }),
      { numRuns: 5_000 },
    );
  });
});
