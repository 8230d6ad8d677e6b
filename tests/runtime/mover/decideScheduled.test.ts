/** Sources that are scheduled for deletion, and those that were, as both sides show them. */
import { deepEqual } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import type { Proof } from "../../../runtime/model/stateTag";
import { consistencyMs } from "../../../runtime/mover/facts";
import {
  homeOf,
  homeVersionOf,
  sourceOf,
  sourceWithoutValue,
  startTime,
  versionLabelText,
} from "../../support/builders";
import {
  decideOn,
  deletionLabels,
  foreign,
  longAgo,
  prove,
  restore,
  stop,
  tagged,
  tagOf,
  v1,
  v2,
  write,
} from "../../support/decisions";
import type { Given } from "../../support/decisions";

const labels = { v1: versionLabelText(), ...deletionLabels() };
const moved = homeOf({ labels });
const second = { currentVersion: 2, versions: { 1: homeVersionOf(), 2: homeVersionOf() } };
const persons = { currentVersion: 2, versions: { 1: homeVersionOf(), 2: homeVersionOf({ authorEntityId: "x" }) } };
const deletedHome = { versions: { 1: homeVersionOf({ deletionTime: "2026-03-01T11:59:00Z" }) } };
const begunAnew = { versions: { 1: homeVersionOf({ createdTime: "2026-03-01T12:00:00Z" }) } };
const day = 24 * 60 * 60_000;

describe("a secret that was moved and is not scheduled now", () => {
  const undone = { mode: "copy", copyOnly: "undone", undone: tagOf() };

  it("was restored by somebody, whose undo stands: copied only", () => {
    deepEqual(decideOn({ source: sourceOf({ tags: tagged() }), home: moved }), prove(undone));
    const newer = sourceOf({ tags: tagged(), currentVersionId: v2 });
    const compared = { act: "recognise", by: "own", homeVersion: 1, versionId: v2, ...undone };
    deepEqual(decideOn({ source: newer, home: moved }), compared);
  });

  it("is copied only although its home, its labels or its tag got lost", () => {
    deepEqual(decideOn({ source: sourceOf({ tags: tagged() }) }), write(0, undone));
    deepEqual(decideOn({ source: sourceOf({ tags: tagged() }), home: homeOf() }), prove(undone));
    deepEqual(decideOn({ home: moved }), prove({ mode: "copy", copyOnly: "undone" }));
  });

  it("moves again by the word again, and only by that", () => {
    deepEqual(decideOn({ source: sourceOf({ tags: { "vault-mover": "again" } }), home: moved }), prove());
    for (const word of ["Again", "again ", "move", ""]) {
      const source = sourceOf({ tags: { "vault-mover": word } });
      deepEqual(decideOn({ source, home: moved }), stop("refused", "tag-format"));
    }
  });

  it("may only not show its deletion yet, for five minutes and by either clock", () => {
    for (const taggedAt of [startTime, startTime - consistencyMs + 1_000, startTime + 60_000]) {
      const source = sourceOf({ tags: tagged({ taggedAt }) });
      deepEqual(decideOn({ source, home: moved }), stop("deferred", "deletion-unseen"));
    }
  });

  it("is waited for while a label announces its deletion, and moves when nothing came of that", () => {
    const { deleting = "" } = deletionLabels(startTime);
    const home = homeOf({ labels: { v1: versionLabelText(), deleting } });
    deepEqual(decideOn({ home }), stop("deferred", "deletion-unseen"));
    deepEqual(decideOn({ home, now: startTime + consistencyMs }), prove());
  });

  it("is somebody else's secret when its tag was copied from another one, or created with it", () => {
    const source = sourceOf({ tags: tagged({ suffix: "Copied" }) });
    deepEqual(decideOn({ source }), write(0));
  });
});

describe("a secret that is scheduled for deletion by the mover's tag", () => {
  const source = sourceOf({ scheduled: true, tags: tagged() });
  const look = (given: Given) => decideOn({ source, home: moved, ...given });

  it("is moved while its home holds what was proven, or a person's newer value", () => {
    deepEqual(look({}), stop("unchanged", "already-moved"));
    deepEqual(look({ home: homeOf({ ...persons, labels }) }), stop("unchanged", "already-moved"));
  });

  it("gets its labels again when they are lost", () => {
    deepEqual(look({ home: homeOf() }), { act: "relabel", tag: tagOf() });
    deepEqual(look({ home: homeOf({ labels: {} }) }), { act: "relabel", tag: tagOf() });
  });

  it("is an alarm when its home was deleted: that was somebody's decision", () => {
    deepEqual(look({ home: homeOf({ ...deletedHome, labels }) }), stop("refused", "home-deleted"));
  });

  it("is looked at as always though its tag says that the window has ended", () => {
    const over = { taggedAt: startTime - 60 * day, windowDays: 30 };
    const ended = sourceOf({ scheduled: true, tags: tagged(over) });
    deepEqual(look({ source: ended }), stop("unchanged", "already-moved"));
    deepEqual(look({ source: ended, home: absentHome }), restore("home-gone", "u", over));
  });

  for (const [what, given, cause] of [
    ["its home is gone", { home: absentHome }, "home-gone"],
    ["its home was begun anew", { home: homeOf({ ...begunAnew, labels }) }, "home-gone"],
    ["a mover wrote over what was proven", { home: homeOf({ ...second, labels }) }, "changed-meanwhile"],
    [
      "another value came before the delete",
      { source: sourceOf({ scheduled: true, tags: tagged(), currentVersionId: v2 }) },
      "changed-meanwhile",
    ],
    ["its value is gone", { source: sourceWithoutValue({ scheduled: true, tags: tagged() }) }, "changed-meanwhile"],
    [
      "a staged version came before the delete",
      { source: sourceOf({ scheduled: true, tags: tagged(), staged: true }) },
      "changed-meanwhile",
    ],
    [
      "a person exempted it before the delete",
      { source: sourceOf({ scheduled: true, tags: { ...tagged(), "vault-mover-mode": "exempt" } }) },
      "changed-meanwhile",
    ],
  ] as const) {
    it(`is taken back, and then only copied, when ${what}`, () => {
      deepEqual(look(given), restore(cause, "u"));
    });
  }

  it("is left alone by a setting that changed since: a setting never rewrites the past", () => {
    for (const settings of [
      { exemptNames: ["app/*"] },
      { foreignHomes: "refuse" },
      { replicas: "skip", rotation: "skip" },
      { serviceReadNames: ["app/*"] },
      { mode: "copy" },
    ] as const) {
      deepEqual(look({ settings, home: homeOf({ ...foreign, labels }) }), stop("unchanged", "already-moved"));
    }
  });

  it("belongs to another deployment, or is of homes that are elsewhere by now: neither is touched", () => {
    const others = sourceOf({ scheduled: true, tags: tagged({ owner: "stranger" }) });
    deepEqual(look({ source: others, home: absentHome }), stop("skipped", "another-mover"));
    deepEqual(look({ home: absentHome, settings: { mount: "elsewhere" } }), stop("refused", "homes-moved"));
  });
});

describe("a secret that a person deleted", () => {
  const by = (state: "u" | "b" | "t", over: object = {}) =>
    sourceOf({ scheduled: true, tags: tagged({ state, ...over }), deletedDate: startTime + 20 * day });

  it("after an undo is theirs while the home holds what was proven", () => {
    for (const state of ["u", "b", "t"] as const) {
      deepEqual(decideOn({ source: by(state), home: moved }), stop("skipped", "scheduled-by-others"));
    }
  });

  it("with a value that nobody proved is an alarm, and is taken back once near the end", () => {
    for (const state of ["u", "b"] as const) {
      const source = { ...by(state), currentVersionId: v2 };
      deepEqual(decideOn({ source, home: moved }), stop("refused", "deletion-unclaimed"));
      const soon = { ...source, deletedDate: startTime + 3 * day - 1 };
      deepEqual(decideOn({ source: soon, home: moved }), restore("deletion-unclaimed", "u", { state }));
    }
  });

  it("without the mover's tag is theirs, or an alarm when labels tell of a mover's deletion", () => {
    deepEqual(
      decideOn({ source: sourceOf({ scheduled: true }), home: homeOf() }),
      stop("skipped", "scheduled-by-others"),
    );
    deepEqual(decideOn({ source: sourceOf({ scheduled: true }), home: moved }), stop("refused", "tag-lost"));
  });
});

describe("the second look", () => {
  const proof: Proof = { homeVersion: 1, createdTime: homeVersionOf().createdTime, versionId: v1 };
  const fresh = tagged({ taggedAt: startTime });
  const source = sourceOf({ scheduled: true, tags: fresh });
  const back = (cause: string) => restore(cause, "b", { taggedAt: startTime });

  it("is content with the proven version at home and scheduled", () => {
    deepEqual(decideOn({ source, home: moved, proof }), stop("unchanged", "already-moved"));
  });

  it("waits while the deletion does not show", () => {
    deepEqual(decideOn({ source: sourceOf({ tags: fresh }), home: moved, proof }), stop("deferred", "deletion-unseen"));
  });

  it("is left to another run whose proof the tag names", () => {
    const others = sourceOf({ scheduled: true, tags: tagged({ taggedAt: longAgo, homeVersion: 2 }) });
    deepEqual(decideOn({ source: others, home: moved, proof }), stop("deferred", "deletion-unseen"));
  });

  it("takes the deletion back, and leaves the tag, when a person undid it right before", () => {
    for (const tags of [tagged({ state: "u" }), tagged({ state: "b" }), { "vault-mover": "again" }, {}]) {
      const decision = decideOn({ source: sourceOf({ scheduled: true, tags }), home: moved, proof });
      deepEqual(decision, { act: "restore", cause: "changed-meanwhile" });
    }
  });

  const bad: readonly (readonly [string, string, Given])[] = [
    [
      "another value came",
      "changed-meanwhile",
      { source: sourceOf({ scheduled: true, tags: fresh, currentVersionId: v2 }) },
    ],
    ["the value is gone", "changed-meanwhile", { source: sourceWithoutValue({ scheduled: true, tags: fresh }) }],
    [
      "a pending version came",
      "changed-meanwhile",
      { source: sourceOf({ scheduled: true, tags: fresh, staged: true }) },
    ],
    [
      "somebody lowered its mode",
      "changed-meanwhile",
      { source: sourceOf({ scheduled: true, tags: { ...fresh, "vault-mover-mode": "copy" } }) },
    ],
    ["the home is gone", "home-gone", { home: absentHome }],
    ["the home has a newer version", "changed-meanwhile", { home: homeOf({ labels, ...second }) }],
    ["the home was begun anew", "home-gone", { home: homeOf({ labels, ...begunAnew }) }],
    ["the home was soft-deleted", "changed-meanwhile", { home: homeOf({ labels, ...deletedHome }) }],
  ];
  for (const [what, cause, given] of bad) {
    it(`restores, and lets it move again, when ${what}`, () => {
      deepEqual(decideOn({ source, home: moved, proof, ...given }), back(cause));
    });
  }
});
