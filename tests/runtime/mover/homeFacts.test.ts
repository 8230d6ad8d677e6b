import { deepEqual, equal } from "node:assert/strict";

import type { Home } from "../../../runtime/model/home";
import { absentHome } from "../../../runtime/model/home";
import { authorOf, isOfAnother, liveVersion, remainsOf } from "../../../runtime/mover/homeFacts";
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
import { tagOf } from "../../support/decisions";

const before = "2026-03-01T11:59:59Z";
const settings = moverSettings({ formerEntityIds: ["before"], operatorEntityIds: ["operator"] });
const gone = homeOf({ versions: {} });

describe("what a home holds", () => {
  it("is its current version, unless that was deleted, destroyed or never written", () => {
    deepEqual(liveVersion(homeOf(), startTime), homeVersionOf());
    equal(liveVersion(homeOf({ versions: { 1: homeVersionOf({ deletionTime: before }) } }), startTime), undefined);
    equal(liveVersion(homeOf({ versions: { 1: homeVersionOf({ destroyed: true }) } }), startTime), undefined);
    equal(liveVersion(gone, startTime), undefined);
  });

  it("was written by the mover, by an entity beside it, by somebody, or by nobody known", () => {
    const versions = [
      homeVersionOf(),
      homeVersionOf({ authorEntityId: "before" }),
      homeVersionOf({ authorEntityId: "operator" }),
      homeVersionOf({ authorEntityId: "somebody" }),
      homeVersionOf({ authorEntityId: "" }),
      anonymousVersion(),
    ];

    deepEqual(
      versions.map((version) => authorOf(version, settings)),
      ["ours", "former", "former", "foreign", "foreign", "unknown"],
    );
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
});

describe("what remains of a proof", () => {
  const followed = (over: object): Home =>
    homeOf({ currentVersion: 2, versions: { 1: homeVersionOf(), 2: homeVersionOf(over) } });
  const cases: readonly (readonly [string, Home, string])[] = [
    ["the proven version", homeOf(), "sound"],
    ["it, without any label", homeOf({ labels: {} }), "sound"],
    ["it, and a person's newer one", followed({ authorEntityId: "somebody" }), "sound"],
    ["it, and a newer one of the mover's", followed({}), "overwritten"],
    ["it, and a newer one of a former mover's", followed({ authorEntityId: "before" }), "overwritten"],
    ["it, and a newer one of an operator's", followed({ authorEntityId: "operator" }), "overwritten"],
    ["it, and a newer one that somebody deleted", followed({ authorEntityId: "x", deletionTime: before }), "deleted"],
    ["it, deleted", homeOf({ versions: { 1: homeVersionOf({ deletionTime: before }) } }), "deleted"],
    [
      "it, to expire after the window's middle",
      homeOf({ versions: { 1: homeVersionOf({ deletionTime: "2026-03-20T12:00:00Z" }) } }),
      "deleted",
    ],
    ["it, destroyed", homeOf({ versions: { 1: homeVersionOf({ destroyed: true }) } }), "deleted"],
    ["an entry that was begun anew", homeOf({ versions: { 1: homeVersionOf({ createdTime: before }) } }), "gone"],
    ["no version any more", gone, "gone"],
    ["nothing", absentHome, "gone"],
    [
      "only newer ones of a person's: Vault keeps no more",
      homeOf({ currentVersion: 12, oldestVersion: 3, versions: { 12: homeVersionOf({ authorEntityId: "somebody" }) } }),
      "sound",
    ],
  ];
  for (const [what, home, expected] of cases) {
    it(`is ${expected} when the home holds ${what}`, () => {
      equal(remainsOf(tagOf(), home, settings), expected);
    });
  }

  it("is gone when the home is not yet at that version: Vault was set back", () => {
    equal(remainsOf(tagOf({ homeVersion: 3 }), homeOf(), settings), "gone");
  });

  it("asks the label who wrote a newer version only where the server does not say", () => {
    const newer = { currentVersion: 2, versions: { 1: homeVersionOf(), 2: anonymousVersion() } };
    equal(remainsOf(tagOf(), homeOf(newer), settings), "sound");
    equal(remainsOf(tagOf(), homeOf({ ...newer, labels: { v2: versionLabelText() } }), settings), "overwritten");
  });
});
