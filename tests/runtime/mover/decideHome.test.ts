import { deepEqual } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import { homeOf, homeVersionOf, sourceOf, versionLabelText } from "../../support/builders";
import { anonymous, decideOn, foreign, prove, stop, v1, v2, write } from "../../support/decisions";
import type { Given } from "../../support/decisions";

describe("what a home allows", () => {
  const unlabelled = { labels: {} };
  const compare = (by: string) => ({ act: "recognise", mode: "move", versionId: v1, homeVersion: 1, by });
  const cases: readonly (readonly [string, Given, object])[] = [
    ["writes where there is none", {}, write(0)],
    [
      "writes where there is metadata without versions",
      { home: { ...absentHome, labels: { "tag.a": "b" } } },
      write(0),
    ],
    ["proves the version that is there already", { home: homeOf() }, prove()],
    [
      "writes over its own older version",
      { source: sourceOf({ currentVersionId: v2, versionIds: [v1, v2] }), home: homeOf() },
      write(1, { versionId: v2 }),
    ],
    ["looks first at its own version that has no label yet", { home: homeOf(unlabelled) }, compare("own")],
    [
      "looks at a former entity's version",
      { home: homeOf({ ...foreign, ...unlabelled }), settings: { formerEntityIds: ["somebody"] } },
      compare("listed"),
    ],
    [
      "takes no label's word for an operator's version",
      { home: homeOf(foreign), settings: { operatorEntityIds: ["somebody"] } },
      compare("listed"),
    ],
    ...(
      [
        ["the mover's own", homeVersionOf().authorEntityId, compare("own")],
        ["an operator's", "operator", compare("listed")],
        ["a person's", "person", stop("refused", "home-conflict")],
      ] as const
    ).map(([whose, authorEntityId, expected]): readonly [string, Given, object] => [
      `goes by the current version, ${whose}, where three authors wrote to a home`,
      {
        home: homeOf({
          currentVersion: 4,
          versions: {
            1: homeVersionOf(),
            2: homeVersionOf({ authorEntityId: "person" }),
            3: homeVersionOf({ authorEntityId: "operator" }),
            4: homeVersionOf(authorEntityId === undefined ? {} : { authorEntityId }),
          },
        }),
        settings: { operatorEntityIds: ["operator"] },
      },
      "homeVersion" in expected ? { ...expected, homeVersion: 4 } : expected,
    ]),
    ["refuses somebody's version", { home: homeOf({ ...foreign, ...unlabelled }) }, stop("refused", "home-conflict")],
    [
      "refuses somebody's version that carries the mover's label",
      { home: homeOf(foreign) },
      stop("refused", "home-conflict"),
    ],
    [
      "refuses nobody's version",
      { home: homeOf({ versions: { 1: homeVersionOf({ authorEntityId: "" }) } }) },
      stop("refused", "home-conflict"),
    ],
    [
      "refuses a home of an earlier secret of the name",
      { home: homeOf({ labels: { v1: versionLabelText(v1, "Zzzzzz") } }) },
      stop("refused", "home-of-another"),
    ],
    [
      "refuses an unlabelled version over one of an earlier secret of the name",
      {
        home: homeOf({
          currentVersion: 2,
          versions: { 1: homeVersionOf(), 2: homeVersionOf() },
          labels: { v1: versionLabelText(v1, "Zzzzzz") },
        }),
      },
      stop("refused", "home-of-another"),
    ],
    ["refuses labels of a newer format", { home: homeOf({ labels: { v1: "2;x" } }) }, stop("refused", "label-format")],
    [
      "refuses a version that was deleted",
      { home: homeOf({ versions: { 1: homeVersionOf({ deletionTime: "2026-03-01T11:59:59Z" }) } }) },
      stop("refused", "home-deleted"),
    ],
    [
      "refuses a version that was destroyed",
      { home: homeOf({ versions: { 1: homeVersionOf({ destroyed: true }) } }) },
      stop("refused", "home-deleted"),
    ],
    [
      "refuses a current version that metadata does not list",
      { home: homeOf({ versions: {} }) },
      stop("refused", "home-deleted"),
    ],
    [
      "proves an expiring version, which the proof refuses",
      { home: homeOf({ versions: { 1: homeVersionOf({ deletionTime: "2026-04-01T00:00:00Z" }) } }) },
      prove(),
    ],
    [
      "compares somebody's version when homes that hold the same value are accepted",
      { home: homeOf({ ...foreign, ...unlabelled }), settings: { foreignHomes: "accept-equal" } },
      compare("accept-equal"),
    ],
    [
      "never takes a label's word for somebody's version, though the same value is accepted",
      { home: homeOf(foreign), settings: { foreignHomes: "accept-equal" } },
      compare("accept-equal"),
    ],
    [
      "copies only where the server names no author",
      { home: homeOf(anonymous) },
      prove({ mode: "copy", copyOnly: "author-unknown" }),
    ],
    [
      "refuses an unlabelled version of an unknown author",
      { home: homeOf({ ...anonymous, ...unlabelled }) },
      stop("refused", "home-conflict"),
    ],
    [
      "moves by labels where authorship is label",
      { home: homeOf(anonymous), settings: { authorship: "label" } },
      prove(),
    ],
    [
      "compares an unlabelled version of an unknown author where authorship is label",
      { home: homeOf({ ...anonymous, ...unlabelled }), settings: { authorship: "label" } },
      compare("listed"),
    ],
    [
      "refuses somebody's version, though authorship is label, where the server names the author",
      { home: homeOf({ ...foreign }), settings: { authorship: "label" } },
      stop("refused", "home-conflict"),
    ],
  ];
  for (const [what, given, expected] of cases) {
    it(what, () => {
      deepEqual(decideOn(given), expected);
    });
  }
});
