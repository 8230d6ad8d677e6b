import { deepEqual, equal } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import type { Home } from "../../../runtime/model/home";
import { consistencyMs, readFacts } from "../../../runtime/mover/facts";
import type { Facts } from "../../../runtime/mover/facts";
import {
  anonymousVersion,
  homeOf,
  homeVersionOf,
  moverSettings,
  sourceOf,
  sourceWithoutValue,
  startTime,
  versionLabelText,
} from "../../support/builders";
import { deleting, foreign, label1, longAgo, v1, v2 } from "../../support/decisions";
import type { Given } from "../../support/decisions";

const read = ({ source = sourceOf(), home = absentHome, settings, now = startTime, proof }: Given): Facts =>
  readFacts(source, home, moverSettings(settings), { now, ...(proof === undefined ? {} : { proof }) });

const minute = 60_000;
const day = 24 * 60 * minute;
const other = versionLabelText(v1, "Zzzzzz");
const labelled = (labels: Home["labels"]): Home => homeOf({ labels: { v1: versionLabelText(), ...labels } });

describe("the facts", () => {
  const fresh: Facts = {
    life: "live",
    value: "present",
    versionId: v1,
    stays: undefined,
    stackMode: "move",
    mode: "move",
    ownedByIac: false,
    kept: false,
    tagged: undefined,
    homeVersion: 0,
    current: { is: "absent" },
    writtenByMover: false,
    holds: "nothing",
    labelsOf: "this-secret",
    deletion: { is: "none" },
    restoring: undefined,
    secondLook: { is: "none" },
    authorship: "entity",
    foreignHomes: "refuse",
  };
  const finished = sourceOf({
    scheduled: true,
    windowEnd: startTime + 20 * day,
    tags: { "vault-mover": `${v1}/2026-04-01T00:00:00.000Z`, "vault-mover-mode": "copy" },
  });
  const labels = { deleted: v1, checked: "x", restoring: v2, ...deleting(v1, longAgo) };

  it("are few for a secret that nobody looked at before", () => {
    deepEqual(read({}), fresh);
  });

  it("are all that both sides and the settings tell of a finished move", () => {
    deepEqual(
      read({
        source: finished,
        home: labelled(labels),
        settings: { authorship: "label", foreignHomes: "accept-equal" },
      }),
      {
        ...fresh,
        life: "scheduled",
        mode: "copy",
        kept: true,
        tagged: v1,
        homeVersion: 1,
        current: { is: "same", author: "ours", label: label1 },
        writtenByMover: true,
        holds: "current",
        deletion: { is: "checked", versionId: v1, age: "shown" },
        restoring: v2,
        authorship: "label",
        foreignHomes: "accept-equal",
      },
    );
  });

  it("take nothing from labels that are about an earlier secret of the name", () => {
    deepEqual(read({ source: finished, home: homeOf({ labels: { ...labels, v1: other } }) }), {
      ...fresh,
      life: "scheduled",
      mode: "copy",
      kept: true,
      tagged: v1,
      homeVersion: 1,
      current: { is: "of-another", author: "ours" },
      writtenByMover: true,
      labelsOf: "another-secret",
    });
  });
});

/** Checks one fact over several cases. */
function about<K extends keyof Facts>(fact: K, what: string, cases: readonly (readonly [string, Given, Facts[K]])[]) {
  describe(what, () => {
    for (const [when, given, expected] of cases) {
      it(`is so ${when}`, () => {
        deepEqual(read(given)[fact], expected);
      });
    }
  });
}

const ends = (windowEnd: number): Given => ({ source: sourceOf({ scheduled: true, windowEnd }) });
about("life", "whether the source is scheduled", [
  ["without a date", { source: sourceOf({ scheduled: true }) }, "scheduled"],
  ["for three days", ends(startTime + 3 * day), "scheduled"],
  ["for less than three days", ends(startTime + 3 * day - 1), "ends-soon"],
]);

about("value", "whether there is a value that can be labelled", [
  ["not before the first one", { source: sourceWithoutValue() }, "absent"],
  ["not under an id with separators", { source: sourceOf({ currentVersionId: `${v1};` }) }, "unsupported-id"],
  ["not under an empty id", { source: sourceOf({ currentVersionId: "" }) }, "unsupported-id"],
]);
about("versionId", "the current version", [["is empty before the first", { source: sourceWithoutValue() }, ""]]);

about("tagged", "the version that the tag names", [
  ["without a date", { source: sourceOf({ tags: { "vault-mover": v2 } }) }, v2],
  ["by an empty tag, which names none", { source: sourceOf({ tags: { "vault-mover": "" } }) }, ""],
]);

about("kept", "whether the secret speaks against its own deletion", [
  ["by a staged version", { source: sourceOf({ staged: true }) }, true],
  ["by a mode that a person requests", { source: sourceOf({ tags: { "vault-mover-mode": "audit" } }) }, true],
  ["not by the mode move", { source: sourceOf({ tags: { "vault-mover-mode": "move" } }) }, false],
]);

const unlabelled = { labels: {} };
const anonymous = { versions: { 1: anonymousVersion() } };
about("current", "the home's current version", [
  ["deleted", { home: homeOf({ versions: { 1: homeVersionOf({ destroyed: true }) } }) }, { is: "deleted" }],
  ["deleted, where metadata does not list it", { home: homeOf({ versions: {} }) }, { is: "deleted" }],
  ["foreign, whatever its label says", { home: homeOf(foreign) }, { is: "foreign" }],
  [
    "foreign, whatever the labels below say",
    { home: homeOf({ ...foreign, labels: { v1: other } }) },
    { is: "foreign" },
  ],
  ["unlabelled", { home: homeOf(unlabelled) }, { is: "unlabelled", author: "ours" }],
  ["of nobody known", { home: homeOf({ ...anonymous, ...unlabelled }) }, { is: "unlabelled", author: "unknown" }],
  ["of an unknown format", { home: labelled({ v1: "2;x" }) }, { is: "unknown-format", author: "ours" }],
  ["of another secret", { home: labelled({ v1: other }) }, { is: "of-another", author: "ours" }],
  [
    "of another secret by the label below",
    {
      home: homeOf({
        currentVersion: 2,
        versions: { 1: homeVersionOf(), 2: anonymousVersion() },
        labels: { v1: other },
      }),
    },
    { is: "of-another", author: "unknown" },
  ],
  ["another version", { home: labelled({ v1: versionLabelText(v2) }) }, { is: "other-version", author: "ours" }],
  ["the same version", { home: homeOf(anonymous) }, { is: "same", author: "unknown", label: label1 }],
]);

const twoVersions = { currentVersion: 2, versions: { 1: homeVersionOf(), 2: homeVersionOf() } };
about("holds", "where the home holds the source's current version", [
  ["below a newer one", { home: homeOf(twoVersions) }, "labelled"],
  ["nowhere by another one's label", { home: labelled({ v1: versionLabelText(v2) }) }, "nothing"],
  ["only by a label, which somebody else's version carries", { home: homeOf(foreign) }, "labelled"],
]);

about("writtenByMover", "whether a mover wrote the current version", [
  ["by its label where no author is known", { home: homeOf(anonymous) }, true],
  ["not where the author is another", { home: homeOf(foreign) }, false],
]);

const announcedAt = (time: number): Given => ({ home: labelled(deleting(v1, time)) });
const announced = (age: "fresh" | "shown" | "late") => ({ is: "announced", versionId: v1, age }) as const;
about("deletion", "how far a deletion went", [
  ["announced just now", announcedAt(startTime), announced("fresh")],
  ["announced ahead of this clock", announcedAt(startTime + consistencyMs - 1), announced("fresh")],
  ["announced within five minutes", announcedAt(startTime - consistencyMs + 1), announced("fresh")],
  ["announced five minutes ago", announcedAt(startTime - consistencyMs), announced("shown")],
  ["announced far ahead of this clock", announcedAt(startTime + day), announced("shown")],
  ["announced a quarter of an hour ago", announcedAt(startTime - 15 * minute), announced("shown")],
  ["announced longer ago", announcedAt(startTime - 15 * minute - 1), announced("late")],
  [
    "seen",
    { home: labelled({ deleted: v1, ...deleting(v1, startTime) }) },
    { is: "seen", versionId: v1, age: "fresh" },
  ],
  [
    "announced, where another version was seen",
    { home: labelled({ deleted: v2, ...deleting(v1, startTime) }) },
    announced("fresh"),
  ],
  ["none without its announcement", { home: labelled({ deleted: v1, checked: "x" }) }, { is: "none" }],
]);

const proof = { homeVersion: 1, createdTime: homeVersionOf().createdTime, versionId: v1 };
about("secondLook", "the second look", [
  ["content while both sides hold the proof", { home: homeOf(), proof }, { is: "holds", versionId: v1 }],
  ["not when the home holds it no more", { home: absentHome, proof }, { is: "broken", versionId: v1 }],
  [
    "not when the source has another value",
    { source: sourceOf({ currentVersionId: v2 }), home: homeOf(), proof },
    { is: "broken", versionId: v1 },
  ],
]);

describe("why a secret is left alone", () => {
  it("is the first reason of several", () => {
    const all = {
      source: sourceOf({
        name: "app/x!y",
        tags: { "vault-mover-mode": "exempt" },
        owningService: "rds",
        primaryRegion: "us-east-1",
        replicas: [{ region: "us-east-1" }],
        rotating: true,
        staged: true,
      }),
      settings: { namePrefix: "other/", serviceReadNames: ["app/*"] },
    };
    const { owningService, primaryRegion, ...without } = all.source;
    equal(owningService, "rds");
    equal(primaryRegion, "us-east-1");
    const lessAndLess: readonly (readonly [string | undefined, Given])[] = [
      ["outside-prefix", all],
      ["exempt", { ...all, settings: { ...all.settings, namePrefix: "" } }],
      ["service-owned", { source: { ...all.source, tags: {} } }],
      ["service-owned", { source: { ...all.source, name: "app/db", tags: {} }, settings: { serviceReadNames: ["*"] } }],
      [
        "service-read",
        { source: { ...without, primaryRegion, name: "app/db", tags: {} }, settings: { serviceReadNames: ["*"] } },
      ],
      ["replica", { source: { ...without, primaryRegion, name: "app/db", tags: {} } }],
      ["replicated", { source: { ...without, name: "app/db", tags: {} } }],
      ["rotating", { source: { ...without, name: "app/db", tags: {}, replicas: [] } }],
      ["staged", { source: { ...without, name: "app/db", tags: {}, replicas: [], rotating: false } }],
      [undefined, { source: { ...without, name: "app/db", tags: {}, replicas: [], rotating: false, staged: false } }],
    ];
    deepEqual(
      lessAndLess.map(([, given]) => read(given).stays),
      lessAndLess.map(([reason]) => reason),
    );
  });
});
