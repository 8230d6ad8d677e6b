import { deepEqual, equal } from "node:assert/strict";

import type { Home } from "../../../runtime/model/home";
import {
  authorOf,
  heldCurrent,
  holdsCurrent,
  holdsProof,
  isMovers,
  isOfAnother,
  liveVersion,
} from "../../../runtime/mover/homeFacts";
import {
  anonymousVersion,
  homeOf,
  homeVersionOf,
  moverSettings,
  sourceOf,
  startTime,
  versionIdOf,
  versionLabelText,
} from "../../support/builders";

const before = "2026-03-01T11:59:59Z";
const expiry = "2026-03-02T12:00:00Z";
const settings = moverSettings();
const deleted = homeOf({ versions: { 1: homeVersionOf({ deletionTime: before }) } });
const foreign = homeOf({ versions: { 1: homeVersionOf({ authorEntityId: "somebody" }) } });
const anonymous = homeOf({ versions: { 1: anonymousVersion() } });
const gone = homeOf({ versions: {} });
/** Labels of the current version: each differs from the source's in one part, or is none. */
const otherLabels: readonly (readonly [string, Home["labels"]])[] = [
  ["another secret of this name", { v1: versionLabelText(versionIdOf(1), "ZyXwVu") }],
  ["another version", { v1: versionLabelText(versionIdOf(2)) }],
  ["another format", { v1: `2;AbCdEf;fields;${versionIdOf(1)}` }],
  ["nothing", {}],
];

describe("what a home holds", () => {
  it("is its current version, unless that was deleted, destroyed or never written", () => {
    deepEqual(liveVersion(homeOf(), startTime), homeVersionOf());
    equal(liveVersion(deleted, startTime), undefined);
    equal(liveVersion(homeOf({ versions: { 1: homeVersionOf({ destroyed: true }) } }), startTime), undefined);
    equal(liveVersion(gone, startTime), undefined);
  });

  it("was written by the mover, under its identity of today or a former one, by somebody, or by nobody known", () => {
    const known = moverSettings({ formerEntityIds: ["before"] });
    const versions = [
      homeVersionOf(),
      homeVersionOf({ authorEntityId: "before" }),
      homeVersionOf({ authorEntityId: "somebody" }),
      anonymousVersion(),
    ];

    deepEqual(
      versions.map((version) => authorOf(version, known)),
      ["ours", "ours", "foreign", "unknown"],
    );
  });

  describe("is the source's current version", () => {
    it("by its label, if nobody else wrote it", () => {
      equal(holdsCurrent(sourceOf(), homeOf(), settings, startTime), true);
      equal(holdsCurrent(sourceOf(), anonymous, settings, startTime), true);
      equal(holdsCurrent(sourceOf(), foreign, settings, startTime), false);
      equal(holdsCurrent(sourceOf(), deleted, settings, startTime), false);
    });
    for (const [what, labels] of otherLabels) {
      it(`but not when the label says ${what}`, () => {
        equal(holdsCurrent(sourceOf(), homeOf({ labels }), settings, startTime), false);
      });
    }
  });

  describe("was the source's current version", () => {
    const over = {
      currentVersion: 2,
      versions: { 1: homeVersionOf(), 2: homeVersionOf({ authorEntityId: "somebody" }) },
    };

    it("by the label of any version, whatever a person wrote since", () => {
      equal(heldCurrent(sourceOf(), homeOf(over)), true);
      equal(heldCurrent(sourceOf(), homeOf()), true);
    });
    for (const [what, labels] of otherLabels) {
      it(`but not when the label says ${what}`, () => {
        equal(heldCurrent(sourceOf(), homeOf({ ...over, labels })), false);
      });
    }
    it("but not by a label of a version that the home has not reached, which is of an entry before", () => {
      equal(heldCurrent(sourceOf(), homeOf({ labels: { v2: versionLabelText() } })), false);
    });
  });

  describe("is of another secret of this name", () => {
    const other = versionLabelText(versionIdOf(1), "ZyXwVu");

    it("by the newest label that can be read", () => {
      equal(isOfAnother(sourceOf(), homeOf()), false);
      equal(isOfAnother(sourceOf(), homeOf({ labels: {} })), false);
      equal(isOfAnother(sourceOf(), homeOf({ labels: { v1: other } })), true);
      equal(isOfAnother(sourceOf(), homeOf({ labels: { v1: other, v2: versionLabelText() } })), false);
      equal(isOfAnother(sourceOf(), homeOf({ labels: { v1: versionLabelText(), v2: other } })), true);
    });
    it("by the one below when the newest is of another format", () => {
      equal(isOfAnother(sourceOf(), homeOf({ labels: { v1: other, v2: "2;newer" } })), true);
    });
  });

  it("is a mover's by its author, and by its label only where no author is known", () => {
    equal(isMovers(homeOf({ labels: {} }), settings), true);
    equal(isMovers(foreign, settings), false);
    equal(isMovers(anonymous, settings), true);
    equal(isMovers({ ...anonymous, labels: {} }, settings), false);
    equal(isMovers(gone, settings), true, "the label of a version that Vault does not list");
    equal(isMovers({ ...gone, labels: {} }, settings), false);
  });

  it("is what was proven while version, time and life are the same", () => {
    const proof = { homeVersion: 1, createdTime: homeVersionOf().createdTime, versionId: versionIdOf(1) };

    equal(holdsProof(homeOf(), proof, startTime), true);
    equal(holdsProof(homeOf({ currentVersion: 2 }), proof, startTime), false);
    equal(holdsProof(homeOf(), { ...proof, createdTime: before }, startTime), false);
    equal(holdsProof(deleted, proof, startTime), false);
    equal(holdsProof(homeOf({ versions: { 1: homeVersionOf({ deletionTime: expiry }) } }), proof, startTime), false);
    equal(holdsProof(gone, proof, startTime), false);
  });
});
