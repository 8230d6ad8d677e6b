import { deepEqual, equal } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import type { Home } from "../../../runtime/model/home";
import type { Source } from "../../../runtime/model/source";
import { placeOf } from "../../../runtime/model/stateTag";
import type { StateTag } from "../../../runtime/model/stateTag";
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
import { deletionLabels, foreign, label1, longAgo, tagged, tagOf, v1, v2 } from "../../support/decisions";
import type { Given } from "../../support/decisions";
import { replicaIn } from "../../support/fakeSource";

const read = ({ source = sourceOf(), home = absentHome, settings, now = startTime, proof }: Given): Facts =>
  readFacts(source, home, moverSettings(settings), { now, ...(proof === undefined ? {} : { proof }) });

const day = 24 * 60 * 60_000;
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
    vaultOwn: undefined,
    tag: { is: "absent" },
    homeVersion: 0,
    current: { is: "absent" },
    labels: "nothing",
    labelled: "otherwise",
    secondLook: "none",
    authorship: "entity",
    foreignHomes: "refuse",
  };
  const finished = sourceOf({ scheduled: true, deletedDate: startTime + 20 * day, tags: tagged() });

  it("are few for a secret that nobody looked at before", () => {
    deepEqual(read({}), fresh);
  });

  it("are all that both sides and the settings tell of a finished move", () => {
    deepEqual(
      read({
        source: finished,
        home: labelled(deletionLabels()),
        settings: { authorship: "label", foreignHomes: "accept-equal" },
      }),
      {
        ...fresh,
        life: "scheduled",
        tag: { is: "own", tag: tagOf(), age: "older", replicas: "there", stands: "sound" },
        homeVersion: 1,
        current: { is: "same", author: "ours", label: label1 },
        labels: "deleted",
        labelled: "as-tagged",
        authorship: "label",
        foreignHomes: "accept-equal",
      },
    );
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

const ends = (deletedDate: number): Given => ({ source: sourceOf({ scheduled: true, deletedDate }) });
about("life", "whether the source is scheduled", [
  ["without a date", { source: sourceOf({ scheduled: true }) }, "scheduled"],
  ["for three days", ends(startTime + 3 * day), "scheduled"],
  ["for less than three days", ends(startTime + 3 * day - 1), "ends-soon"],
  ["since today, where AWS tells when that was asked for", ends(startTime), "scheduled"],
  ["for three days of the shortest window since then", ends(startTime - 4 * day), "scheduled"],
  ["for less than these", ends(startTime - 4 * day - 1), "ends-soon"],
]);

about("value", "whether there is a value that can be labelled", [
  ["not before the first one", { source: sourceWithoutValue() }, "absent"],
  ["not under an id with separators", { source: sourceOf({ currentVersionId: `${v1};` }) }, "unsupported-id"],
  ["not under an empty id", { source: sourceOf({ currentVersionId: "" }) }, "unsupported-id"],
]);
about("versionId", "the current version", [["is empty before the first", { source: sourceWithoutValue() }, ""]]);

const taggedSource = (over: Partial<StateTag> = {}, more: Partial<Source> = {}): Given => ({
  source: sourceOf({ tags: tagged(over), ...more }),
  home: homeOf(),
});
type OwnTag = Extract<Facts["tag"], { is: "own" }>;
const own = (over: Partial<StateTag>, rest: Partial<OwnTag> & Pick<OwnTag, "stands">): OwnTag => ({
  is: "own",
  tag: tagOf(over),
  age: "older",
  replicas: "there",
  ...rest,
});
const sound = { stands: "sound" } as const;
const before = placeOf(moverSettings({ mount: "before" }));
about("tag", "the mover's tag", [
  ["absent", {}, { is: "absent" }],
  ["the word again", { source: sourceOf({ tags: { "vault-mover": "again" } }) }, { is: "again" }],
  ["unknown, cut off", { source: sourceOf({ tags: { "vault-mover": "1/entity-o/" } }) }, { is: "unknown" }],
  ["absent, copied from another secret", taggedSource({ suffix: "Copied" }), { is: "absent" }],
  ["another deployment's", taggedSource({ owner: "stranger" }), { is: "another-mover" }],
  [
    "its own by a former entity",
    { ...taggedSource({ owner: "before" }), settings: { formerEntityIds: ["before"] } },
    own({ owner: "before" }, sound),
  ],
  ["of homes elsewhere", taggedSource({ place: before }), { is: "moved-place" }],
  [
    "its own by a former place",
    { ...taggedSource({ place: before }), settings: { formerPlaces: [before] } },
    own({ place: before }, sound),
  ],
  ["its own, sound", taggedSource(), own({}, sound)],
  ["fresh", taggedSource({ taggedAt: startTime }), own({ taggedAt: startTime }, { ...sound, age: "fresh" })],
  [
    "fresh ahead of this clock",
    taggedSource({ taggedAt: startTime + consistencyMs - 1_000 }),
    own({ taggedAt: startTime + consistencyMs - 1_000 }, { ...sound, age: "fresh" }),
  ],
  [
    "older, five minutes ago",
    taggedSource({ taggedAt: startTime - consistencyMs }),
    own({ taggedAt: startTime - consistencyMs }, sound),
  ],
  [
    "lacking a replica",
    taggedSource({ replicas: [{ region: "us-east-1" }] }),
    own({ replicas: [{ region: "us-east-1" }] }, { ...sound, replicas: "missing" }),
  ],
  [
    "with its replicas",
    taggedSource({ replicas: [{ region: "us-east-1" }] }, { replicas: [replicaIn("us-east-1")] }),
    own({ replicas: [{ region: "us-east-1" }] }, sound),
  ],
  ["of another version", taggedSource({ versionId: v2 }), own({ versionId: v2 }, { stands: "changed" })],
  ["of a secret with a staged version", taggedSource({}, { staged: true }), own({}, { stands: "changed" })],
  [
    "of a secret that a person keeps",
    { source: sourceOf({ tags: { ...tagged(), "vault-mover-mode": "copy" } }), home: homeOf() },
    own({}, { stands: "changed" }),
  ],
  [
    "of a secret whose mode is move anyway",
    { source: sourceOf({ tags: { ...tagged(), "vault-mover-mode": "move" } }), home: homeOf() },
    own({}, sound),
  ],
  [
    "whatever the settings say of the secret by now",
    { ...taggedSource(), settings: { exemptNames: ["*"], mode: "audit", foreignHomes: "refuse" } },
    own({}, sound),
  ],
  ["of a home that is gone", { source: sourceOf({ tags: tagged() }) }, own({}, { stands: "gone" })],
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

about("current", "the home's current version by a former mover or an operator", [
  ["former", { ...{ home: homeOf(foreign) }, settings: { formerEntityIds: ["somebody"] } }, { is: "former" }],
  ["former, an operator's", { home: homeOf(foreign), settings: { operatorEntityIds: ["somebody"] } }, { is: "former" }],
  [
    "of another secret all the same",
    { home: homeOf({ ...foreign, labels: { v1: other } }), settings: { operatorEntityIds: ["somebody"] } },
    { is: "of-another", author: "ours" },
  ],
]);

const says = (labels: Record<string, string>, tags: Record<string, string> = {}): Given => ({
  source: sourceOf({ tags }),
  home: labelled(labels),
});
const announced = (time: number) => ({ deleting: deletionLabels(time)["deleting"] ?? "" });
const now = tagged({ state: "b", taggedAt: startTime });
about("labels", "what labels say of a deletion", [
  ["nothing", says({}), "nothing"],
  ["it is announced now", says(announced(startTime)), "announced-now"],
  ["it was announced", says(announced(longAgo)), "announced"],
  ["it was deleted", says(deletionLabels()), "deleted"],
  ["it was deleted just now", says(deletionLabels(startTime)), "deleted"],
  ["nothing of this secret", says(deletionLabels(longAgo, v1, "ZyXwVu")), "nothing"],
  ["something in another format", says({ deleted: "2;x" }), "unknown-format"],
  ["nothing that is older than the tag that lets it move again", says(deletionLabels(), now), "nothing"],
  ["nothing of that very second", says(deletionLabels(startTime), now), "nothing"],
  ["what is newer than that tag", says(deletionLabels(startTime + 1_000), now), "deleted"],
  ["nothing once a person has released it", says(deletionLabels(), { "vault-mover": "again" }), "nothing"],
]);

about("labelled", "whether the labels are those of the tag", [
  ["not without a tag", says(deletionLabels()), "otherwise"],
  ["as it asks", says(deletionLabels(), tagged()), "as-tagged"],
  ["not while only announced", says(announced(longAgo), tagged()), "otherwise"],
  ["not those of another version", says(deletionLabels(longAgo, v2), tagged()), "otherwise"],
]);

const proof = { homeVersion: 1, createdTime: homeVersionOf().createdTime, versionId: v1 };
about("secondLook", "the second look", [
  ["mine", { ...taggedSource(), proof }, "mine"],
  ["another's proof", { ...taggedSource({ versionId: v2 }), proof }, "anothers"],
  ["lost without a tag", { home: homeOf(), proof }, "lost"],
  ["lost under a person's undo", { ...taggedSource({ state: "u" }), proof }, "lost"],
  ["lost under another's return", { ...taggedSource({ state: "b" }), proof }, "lost"],
]);

describe("why a secret is left alone", () => {
  it("is the first reason of several", () => {
    const all = {
      source: sourceOf({
        name: "app/x!y",
        tags: { "vault-mover-mode": "exempt" },
        owningService: "rds",
        primaryRegion: "us-east-1",
        replicas: [replicaIn("us-east-1")],
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
