import { deepEqual } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import type { Proof } from "../../../runtime/mover/decision";
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
  deleting,
  foreign,
  justDeleted,
  longAgo,
  prove,
  restore,
  stop,
  v1,
  v2,
  write,
} from "../../support/decisions";
import type { Given } from "../../support/decisions";

describe("a secret that was moved and is not scheduled now", () => {
  const tags = { "vault-mover": `${v1}/2026-04-01T00:00:00.000Z` };
  const moved = homeOf({ labels: { v1: versionLabelText(), deleted: v1, ...deleting(v1, longAgo) } });

  it("was restored by somebody, whose undo stands: copied only", () => {
    deepEqual(
      decideOn({ source: sourceOf({ tags }), home: moved }),
      prove({ mode: "copy", copyOnly: "restored-by-somebody" }),
    );
    deepEqual(
      decideOn({ source: sourceOf({ tags, currentVersionId: v2 }), home: moved }),
      write(1, { versionId: v2, mode: "copy", copyOnly: "restored-by-somebody" }),
    );
  });

  it("is moved again once its tag is removed", () => {
    deepEqual(decideOn({ home: moved }), prove());
  });

  it("may only not show its deletion yet, for five minutes and by either clock", () => {
    for (const time of [startTime, startTime - consistencyMs + 1, startTime + 60_000]) {
      const home = homeOf({ labels: { v1: versionLabelText(), ...deleting(v1, time) } });
      deepEqual(decideOn({ home }), stop("deferred", "deletion-unseen"));
      deepEqual(
        decideOn({ source: sourceOf({ tags }), home: homeOf({ labels: { ...home.labels, deleted: v1 } }) }),
        stop("deferred", "deletion-unseen"),
      );
    }
  });

  it("was never deleted when five minutes after the announcement there is no label", () => {
    deepEqual(
      decideOn({
        source: sourceOf({ tags }),
        home: homeOf({ labels: { v1: versionLabelText(), ...deleting(v1, longAgo) } }),
      }),
      prove(),
    );
  });
});

describe("a secret that is scheduled for deletion", () => {
  const source = sourceOf({ scheduled: true });
  const labels = (over: Record<string, string>) => ({ labels: { v1: versionLabelText(), ...over } });

  it("is moved when this version was deleted by a mover and is at home", () => {
    deepEqual(decideOn({ source, home: homeOf(labels(justDeleted)) }), stop("unchanged", "already-moved"));
  });

  it("is moved as well when a person wrote a newer value in Vault", () => {
    const home = homeOf({
      ...labels(justDeleted),
      currentVersion: 2,
      versions: { 1: homeVersionOf(), 2: homeVersionOf({ authorEntityId: "x" }) },
    });
    deepEqual(decideOn({ source, home }), stop("unchanged", "already-moved"));
  });

  it("is an alarm when its home was deleted", () => {
    const home = homeOf({ ...labels(justDeleted), versions: { 1: homeVersionOf({ destroyed: true }) } });
    deepEqual(decideOn({ source, home }), stop("refused", "home-deleted"));
  });

  it("is claimed when a mover stopped between its delete and the label", () => {
    deepEqual(decideOn({ source, home: homeOf(labels(deleting(v1, startTime))) }), {
      act: "recover",
      versionId: v1,
      homeVersion: 1,
    });
    deepEqual(decideOn({ source, home: homeOf(labels(deleting(v1, longAgo))) }), {
      act: "recover",
      versionId: v1,
      homeVersion: 1,
    });
  });

  for (const [what, home] of [
    ["is not at home", homeOf({ ...labels(deleting(v1, startTime)), currentVersion: 0, versions: {} })],
    ["is somebody else's at home", homeOf({ ...labels(deleting(v1, startTime)), ...foreign })],
    [
      "is soft-deleted at home",
      homeOf({
        ...labels(deleting(v1, startTime)),
        versions: { 1: homeVersionOf({ deletionTime: "2026-03-01T00:00:00Z" }) },
      }),
    ],
    ["has no label", homeOf({ labels: deleting(v1, startTime) })],
    ["is labelled as another version", homeOf({ labels: { v1: versionLabelText(v2), ...deleting(v1, startTime) } })],
  ] as const) {
    it(`is restored, not claimed, when the deleted version ${what}`, () => {
      deepEqual(decideOn({ source, home }), restore("unfinished"));
    });
  }

  it("is somebody else's when the home's labels are those of an earlier secret of the same name", () => {
    const home = homeOf({ labels: { v1: versionLabelText(v1, "Zzzzzz"), ...deleting(v1, startTime) } });
    deepEqual(decideOn({ source, home }), { act: "stop", outcome: "skipped", reason: "scheduled-by-others" });
  });

  it("is restored, not claimed, when it must not be moved any more", () => {
    const home = homeOf(labels(deleting(v1, startTime)));
    deepEqual(
      decideOn({ source: sourceOf({ scheduled: true, tags: { "vault-mover-mode": "exempt" } }), home }),
      restore("unfinished"),
    );
    deepEqual(decideOn({ source: sourceOf({ scheduled: true, staged: true }), home }), restore("unfinished"));
  });

  it("is an alarm when it holds a value that no mover proved", () => {
    const newer = sourceOf({ scheduled: true, currentVersionId: v2 });
    deepEqual(decideOn({ source: newer, home: homeOf(labels(justDeleted)) }), stop("refused", "deletion-unclaimed"));
    deepEqual(
      decideOn({ source: newer, home: homeOf(labels(deleting(v1, startTime))) }),
      stop("refused", "deletion-unclaimed"),
    );
    deepEqual(
      decideOn({ source: sourceWithoutValue({ scheduled: true }), home: homeOf(labels(justDeleted)) }),
      stop("refused", "deletion-unclaimed"),
    );
  });

  it("is restored when a mover began to", () => {
    deepEqual(decideOn({ source, home: homeOf(labels({ deleted: v1, restoring: v1 })) }), restore("unfinished"));
  });

  it("is only reported in mode audit", () => {
    const settings = { mode: "audit" } as const;
    for (const home of [
      homeOf(labels({ restoring: v1 })),
      homeOf(labels(deleting(v1, startTime))),
      homeOf({ labels: deleting(v1, startTime) }),
    ]) {
      deepEqual(decideOn({ source, home, settings }), { act: "report", intent: "restore" });
    }
    deepEqual(decideOn({ home: homeOf(labels({ restoring: v1 })), settings }), { act: "report", intent: "move" });
  });

  it("ends its restore when it is not scheduled any more", () => {
    deepEqual(decideOn({ home: homeOf(labels({ restoring: v1 })) }), {
      act: "finish-restore",
      deletionMayBePending: false,
    });
    deepEqual(decideOn({ home: homeOf(labels({ restoring: v1, ...deleting(v1, longAgo) })) }), {
      act: "finish-restore",
      deletionMayBePending: false,
    });
  });

  it("may still be scheduled for five minutes after its delete, whatever shows", () => {
    deepEqual(decideOn({ home: homeOf(labels({ restoring: v1, ...deleting(v1, startTime) })) }), {
      act: "finish-restore",
      deletionMayBePending: true,
    });
  });
});

describe("the second look", () => {
  const proof: Proof = { homeVersion: 1, createdTime: homeVersionOf().createdTime, versionId: v1 };
  const source = sourceOf({ scheduled: true });
  const labels = { v1: versionLabelText(), ...deleting(v1, startTime), deleted: v1 };

  it("is content with the proven version at home and scheduled", () => {
    deepEqual(decideOn({ source, home: homeOf({ labels }), proof }), stop("unchanged", "already-moved"));
  });

  it("waits while the deletion does not show", () => {
    deepEqual(decideOn({ home: homeOf({ labels }), proof }), stop("deferred", "deletion-unseen"));
  });

  const bad: readonly (readonly [string, Given])[] = [
    ["another value came", { source: sourceOf({ scheduled: true, currentVersionId: v2 }) }],
    ["the value is gone", { source: sourceWithoutValue({ scheduled: true }) }],
    ["a pending version came", { source: sourceOf({ scheduled: true, staged: true, pending: true }) }],
    ["somebody exempted it", { source: sourceOf({ scheduled: true, tags: { "vault-mover-mode": "exempt" } }) }],
    ["somebody lowered its mode", { source: sourceOf({ scheduled: true, tags: { "vault-mover-mode": "copy" } }) }],
    ["the home is gone", { home: absentHome }],
    [
      "the home has a newer version",
      { home: homeOf({ labels, currentVersion: 2, versions: { 1: homeVersionOf(), 2: homeVersionOf() } }) },
    ],
    [
      "the home was begun anew",
      { home: homeOf({ labels, versions: { 1: homeVersionOf({ createdTime: "2026-03-01T12:00:00Z" }) } }) },
    ],
    [
      "the home was soft-deleted",
      { home: homeOf({ labels, versions: { 1: homeVersionOf({ deletionTime: "2026-03-01T11:59:00Z" }) } }) },
    ],
    [
      "the home was soft-deleted by a clock that is ahead",
      { home: homeOf({ labels, versions: { 1: homeVersionOf({ deletionTime: "2026-03-01T12:00:02Z" }) } }) },
    ],
    ["the home was destroyed", { home: homeOf({ labels, versions: { 1: homeVersionOf({ destroyed: true }) } }) }],
  ];
  for (const [what, given] of bad) {
    it(`restores when ${what}`, () => {
      deepEqual(decideOn({ source, home: homeOf({ labels }), proof, ...given }), restore("changed-meanwhile"));
    });
  }
});
