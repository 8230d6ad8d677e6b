import { deepEqual, equal } from "node:assert/strict";

import { forecast, needsPerson, traitsOf } from "../../cli/forecast";
import type { Forecast, Trait } from "../../cli/forecast";
import { absentHome } from "../../runtime/model/home";
import type { Home } from "../../runtime/model/home";
import type { OutcomeKind, Reason } from "../../runtime/model/outcome";
import { pendingPath } from "../../runtime/model/path";
import type { Source } from "../../runtime/model/source";
import type { MoverSettings } from "../../runtime/shared/environment";
import { arnOf, homeOf, moverSettings, sourceOf, startTime, versionLabelText } from "../support/builders";
import { deletionLabels, foreign, tagged, v2 } from "../support/decisions";
import { replicaIn } from "../support/fakeSource";
import { pathOf } from "../support/world";

interface Sides {
  readonly source?: Source;
  readonly home?: Home;
  readonly settings?: Partial<MoverSettings>;
  readonly readByService?: boolean;
}

/** What is forecast, and what was asked for it. */
async function foretell({ source = sourceOf(), home = absentHome, settings: over, readByService = false }: Sides) {
  const asked: string[] = [];
  const settings = moverSettings(over);
  const told = await forecast(
    source,
    settings,
    {
      home: (path) => {
        asked.push(path);
        return Promise.resolve(path === pendingPath(settings, source.name) ? absentHome : home);
      },
      isReadByService: () => {
        asked.push("policy");
        return Promise.resolve(readByService);
      },
    },
    startTime,
  );
  return { told, asked };
}

const home = pathOf("app/db");
const owned = { "aws:cloudformation:stack-id": "x" };
const reached = (act: Forecast["act"], outcome: OutcomeKind, reason: Reason, over: object = {}) => ({
  act,
  outcome,
  reason,
  ...over,
});

describe("a forecast", () => {
  const cases: readonly (readonly [what: string, given: Sides, told: object, asked: readonly string[]])[] = [
    [
      "a secret with a mover's tag outside the prefix, with which its name only ends",
      { source: sourceOf({ tags: tagged({ state: "t" }) }), settings: { namePrefix: "/db" } },
      reached("nothing", "skipped", "outside-prefix"),
      [],
    ],
    [
      "a secret whose ARN names another",
      { source: sourceOf({ arn: arnOf("app/cache") }) },
      reached("nothing", "refused", "arn-mismatch"),
      [],
    ],
    [
      "a secret whose ARN is none",
      { source: sourceOf({ arn: "app/db" }) },
      reached("nothing", "refused", "arn-mismatch"),
      [],
    ],
    [
      "a name that can be no path",
      { source: sourceOf({ name: "app db", arn: arnOf("app db") }) },
      reached("nothing", "refused", "name-unsupported"),
      [],
    ],
    [
      "what would move, and an AWS service reads",
      { readByService: true },
      reached("nothing", "skipped", "service-read"),
      [home, "policy"],
    ],
    [
      "the same in mode audit",
      { readByService: true, settings: { mode: "audit" } },
      reached("nothing", "skipped", "service-read"),
      [home, "policy"],
    ],
    [
      "what would move, in mode audit",
      { settings: { mode: "audit" } },
      reached("nothing", "skipped", "audit", { intent: "move" }),
      [home, "policy"],
    ],
    [
      "what would only be copied, in mode audit",
      { settings: { mode: "audit" }, source: sourceOf({ tags: owned }) },
      reached("nothing", "skipped", "audit", { intent: "copy" }),
      [home],
    ],
    [
      "a copy, which leaves the secret to the service that reads it",
      { readByService: true, settings: { mode: "copy" } },
      reached("copy", "copied", "proven"),
      [home],
    ],
    [
      "a home that somebody else wrote",
      { home: homeOf(foreign), readByService: true },
      reached("nothing", "refused", "home-conflict"),
      [home, pendingPath(moverSettings(), "app/db")],
    ],
    [
      "such a home where an equal one is accepted: no label is written to it",
      { home: homeOf({ ...foreign, labels: {} }), settings: { foreignHomes: "accept-equal", mode: "copy" } },
      reached("nothing", "unchanged", "proven"),
      [home],
    ],
    [
      "a copy that settles to this very moment",
      { home: homeOf(), settings: { settleMinutes: 60 } },
      reached("move", "moved", "proven"),
      [home, "policy"],
    ],
    [
      "a copy that settles a minute longer",
      { home: homeOf(), settings: { settleMinutes: 61 } },
      reached("nothing", "deferred", "settling"),
      [home, "policy"],
    ],
    [
      "a copy that is yet to be written, and to settle",
      { settings: { settleMinutes: 1 } },
      reached("copy", "deferred", "settling"),
      [home, "policy"],
    ],
    [
      "a lower mode by the secret's tag",
      { source: sourceOf({ tags: { "vault-mover-mode": "copy" } }) },
      reached("copy", "copied", "proven", { modeBy: "tag" }),
      [home],
    ],
    [
      "a lower mode by a word in the tag that is none",
      { source: sourceOf({ tags: { "vault-mover-mode": "typo" } }) },
      reached("nothing", "skipped", "audit", { intent: "move", modeBy: "no-mode" }),
      [home, "policy"],
    ],
    [
      "a lower mode by a rule",
      { settings: { modeRules: [{ pattern: "app/*", mode: "copy" }] } },
      reached("copy", "copied", "proven", { modeBy: "rule" }),
      [home],
    ],
    [
      "a tag that is not why it is only copied",
      { source: sourceOf({ tags: { ...owned, "vault-mover-mode": "copy" } }) },
      reached("copy", "copied", "owned-by-iac"),
      [home],
    ],
    [
      "an undone deletion whose home is labelled as another version",
      { source: sourceOf({ tags: tagged({ state: "u" }) }), home: homeOf({ labels: { v1: versionLabelText(v2) } }) },
      reached("finish", "unchanged", "undone"),
      [home],
    ],
    [
      "replicas that a stopped run took apart",
      { source: sourceOf({ tags: tagged({ state: "t" }) }), home: homeOf() },
      { act: "restore", reason: "replicas-missing" },
      [home],
    ],
    [
      "a deletion of which the home's labels do not tell",
      { source: sourceOf({ tags: tagged(), scheduled: true }), home: homeOf() },
      reached("finish", "unchanged", "already-moved"),
      [home],
    ],
    [
      "a deletion of which they do",
      {
        source: sourceOf({ tags: tagged(), scheduled: true }),
        home: homeOf({ labels: { v1: versionLabelText(), ...deletionLabels() } }),
      },
      reached("nothing", "unchanged", "already-moved"),
      [home],
    ],
    [
      "a deletion whose home is gone",
      { source: sourceOf({ tags: tagged(), scheduled: true }) },
      { act: "restore", reason: "home-gone" },
      [home],
    ],
    [
      "the same in mode audit, by a rule, whatever the secret's tag requests",
      {
        source: sourceOf({ tags: { ...tagged(), "vault-mover-mode": "copy" }, scheduled: true }),
        settings: { modeRules: [{ pattern: "app/*", mode: "audit" }] },
      },
      reached("nothing", "skipped", "audit", { intent: "restore", modeBy: "rule" }),
      [home],
    ],
  ];
  for (const [what, given, told, asked] of cases) {
    it(`knows ${what}, and asks no more than it needs`, async () => {
      deepEqual(await foretell(given), { told, asked });
    });
  }

  it("tells what only a person can do something about", () => {
    const outcomes: readonly OutcomeKind[] = [
      "refused",
      "failed",
      "moved",
      "copied",
      "unchanged",
      "skipped",
      "deferred",
    ];
    deepEqual(
      outcomes.filter((outcome) => needsPerson({ outcome })),
      ["refused", "failed"],
    );
    equal(needsPerson({}), false);
  });

  const traits: readonly (readonly [Partial<Source>, Reason, readonly Trait[]])[] = [
    [{}, "proven", []],
    [{ replicas: [replicaIn("us-east-1")] }, "replicated", ["replicated"]],
    [{ primaryRegion: "us-east-1" }, "replica", ["replicated"]],
    [{ rotating: true, staged: true }, "rotating", ["rotating", "staged"]],
    [{ tags: owned, scheduled: true }, "scheduled-by-others", ["iac-owned", "scheduled"]],
    [{ owningService: "rds" }, "proven", ["service"]],
    [{}, "service-owned", ["service"]],
    [{}, "service-read", ["service"]],
  ];
  for (const [over, reason, expected] of traits) {
    it(`tells of ${JSON.stringify(over)} and ${reason} that it is ${expected.join(" and ") || "nothing special"}`, () => {
      deepEqual(traitsOf(sourceOf(over), { act: "nothing", reason }, moverSettings()), expected);
    });
  }
});
