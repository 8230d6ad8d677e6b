import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { reasons } from "../../../runtime/model/outcome";
import type { Reason } from "../../../runtime/model/outcome";
import { decideOnFacts } from "../../../runtime/mover/decide";
import type { Decision } from "../../../runtime/mover/decision";
import { stayRows } from "../../../runtime/mover/facts";
import type { CurrentVersion, Facts, TagFact } from "../../../runtime/mover/facts";
import { copyOnlyRows, liveRows, otherwise } from "../../../runtime/mover/liveRows";
import { otherwiseScheduled, scheduledRows } from "../../../runtime/mover/scheduledRows";
import { factsOf, label1, prove, restore, stop, tagOf, v1, write } from "../../support/decisions";

type OwnTag = Extract<TagFact, { is: "own" }>;
type State = OwnTag["tag"]["state"];
const own = (state: State, over: Partial<OwnTag> = {}): OwnTag => ({
  is: "own",
  tag: tagOf({ state }),
  age: "older",
  replicas: "there",
  stands: "sound",
  ...over,
});
const same: CurrentVersion = { is: "same", author: "ours", label: label1 };
const unlabelled: CurrentVersion = { is: "unlabelled", author: "unknown" };
const recognise = (by: string, over: object = {}) => ({
  act: "recognise",
  mode: "move",
  versionId: v1,
  homeVersion: 1,
  by,
  ...over,
});

/** Facts under which each row applies, in the order of the rows, and what follows. */
const liveExamples: readonly (readonly [Partial<Facts>, object])[] = [
  [{ secondLook: "mine" }, stop("deferred", "deletion-unseen")],
  [{ tag: { is: "unknown" } }, stop("refused", "tag-format")],
  [{ tag: { is: "another-mover" } }, stop("skipped", "another-mover")],
  [{ tag: { is: "moved-place" } }, stop("refused", "homes-moved")],
  [{ tag: own("d", { age: "fresh" }) }, stop("deferred", "deletion-unseen")],
  [{ tag: own("t") }, { act: "put-back", tag: tagOf({ state: "t" }) }],
  [{ labels: "announced-now" }, stop("deferred", "deletion-unseen")],
  [{ stays: "exempt" }, stop("skipped", "exempt")],
  [{ vaultOwn: "a Vault token" }, stop("refused", "vault-own")],
  [{ value: "unsupported-id", versionId: "a;b" }, stop("refused", "version-id-unsupported")],
  [{ labels: "unknown-format" }, stop("refused", "label-format")],
  [{ current: { is: "absent" } }, write(0)],
  [{ current: { is: "deleted" } }, stop("refused", "home-deleted")],
  [{ current: { is: "unknown-format", author: "ours" } }, stop("refused", "label-format")],
  [{ current: { is: "of-another", author: "ours" } }, stop("refused", "home-of-another")],
  [{ homeVersion: 1, current: same }, prove()],
  [
    { homeVersion: 1, current: { is: "other-version", author: "ours" }, tag: own("u") },
    recognise("own", { mode: "copy", copyOnly: "undone", undone: tagOf({ state: "u" }) }),
  ],
  [{ homeVersion: 1, current: { is: "other-version", author: "ours" } }, write(1)],
  [{ homeVersion: 1, current: { is: "unlabelled", author: "ours" } }, recognise("own")],
  [{ homeVersion: 1, current: { is: "former" } }, recognise("listed")],
  [{ homeVersion: 1, current: unlabelled, authorship: "label" }, recognise("listed")],
  [{ homeVersion: 1, current: { is: "foreign" }, foreignHomes: "accept-equal" }, recognise("accept-equal")],
  [{ homeVersion: 1, current: { is: "foreign" } }, stop("refused", "home-conflict")],
];

const scheduledExamples: readonly (readonly [Partial<Facts>, object])[] = [
  [{ secondLook: "anothers" }, stop("deferred", "deletion-unseen")],
  [{ secondLook: "lost" }, { act: "restore", cause: "changed-meanwhile" }],
  [{ secondLook: "mine", tag: own("d") }, stop("unchanged", "already-moved")],
  [{ secondLook: "mine", tag: own("d", { stands: "changed" }) }, restore("changed-meanwhile", "b")],
  [{ tag: { is: "unknown" } }, stop("refused", "tag-format")],
  [{ tag: { is: "another-mover" } }, stop("skipped", "another-mover")],
  [{ tag: { is: "moved-place" } }, stop("refused", "homes-moved")],
  [{ labels: "announced" }, stop("refused", "tag-lost")],
  [{}, stop("skipped", "scheduled-by-others")],
  [{ tag: own("d") }, { act: "relabel", tag: tagOf() }],
  [{ tag: own("d"), labelled: "as-tagged" }, stop("unchanged", "already-moved")],
  [{ tag: own("d", { age: "fresh", stands: "gone" }) }, stop("deferred", "deletion-unseen")],
  [{ tag: own("d", { stands: "deleted" }) }, stop("refused", "home-deleted")],
  [{ tag: own("d", { stands: "gone" }) }, restore("home-gone", "u")],
  [{ tag: own("u") }, stop("skipped", "scheduled-by-others")],
  [{ tag: own("b", { stands: "changed" }), life: "ends-soon" }, restore("deletion-unclaimed", "u", { state: "b" })],
  [{ tag: own("u", { stands: "changed" }) }, stop("refused", "deletion-unclaimed")],
];

/** The cells of the tables below a heading of the page. */
const page = readFileSync(join(__dirname, "../../../docs/decisions.md"), "utf8");
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = page.split(`## ${heading}\n`);
  const [lines = ""] = section.split("\n## ");
  return lines
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

/** What the page calls the decision. */
function outcomeOf(decision: Decision): string {
  switch (decision.act) {
    case "stop":
      return decision.outcome === "skipped"
        ? "`skipped`, with a [reason](#who-is-left-alone)"
        : `\`${decision.outcome}: ${decision.reason}\``;
    case "put-back":
      return "put the replicas back, then only copy";
    case "relabel":
      return "write the labels again";
    case "restore":
      return decision.then?.state === "u" ? "restore, then only copy" : "restore, and start over";
    case "write":
      return "write, then prove";
    case "prove":
      return "prove";
    case "recognise":
      return "compare, then prove";
    default:
      return decision.act;
  }
}

const tables = [
  {
    heading: "A secret that is not scheduled for deletion",
    rows: [...liveRows, { ...otherwise, when: () => true }],
    examples: liveExamples,
    life: "live",
  },
  {
    heading: "A secret that is scheduled for deletion",
    rows: [...scheduledRows, { ...otherwiseScheduled, when: () => true }],
    examples: scheduledExamples,
    life: "scheduled",
  },
] as const;

for (const { heading, rows, examples, life } of tables) {
  describe(`the table for ${heading.toLowerCase()}`, () => {
    const factsIn = (over: Partial<Facts>): Facts => factsOf({ life, ...over });

    it("has an example for each row", () => {
      equal(examples.length, rows.length);
    });

    for (const [index, [over, expected]] of examples.entries()) {
      it(`decides when ${rows[index]?.name ?? ""}`, () => {
        const facts = factsIn(over);
        deepEqual(decideOnFacts(facts), expected);
        equal(
          rows.findIndex(({ when }) => when(facts)),
          index,
        );
      });
    }

    it("is the page's, row by row", () => {
      deepEqual(
        rowsBelow(heading),
        rows.map(({ name, why }, index) => {
          const [over = {}] = examples[index] ?? [];
          return [String(index + 1), name, outcomeOf(decideOnFacts(factsIn(over))), why];
        }),
      );
    });
  });
}

describe("a secret that is not scheduled", () => {
  it("gets back the replicas that a stopped run took, unless the stack only reports", () => {
    const tag = own("d", { replicas: "missing" });
    deepEqual(decideOnFacts(factsOf({ tag })), { act: "put-back", tag: tag.tag });
    deepEqual(decideOnFacts(factsOf({ tag: { ...tag, age: "fresh" } })), stop("deferred", "deletion-unseen"));
    const audit = { stackMode: "audit", mode: "audit" } as const;
    deepEqual(decideOnFacts(factsOf({ tag, ...audit })), { act: "report", intent: "copy" });
    deepEqual(decideOnFacts(factsOf({ tag: own("b", { replicas: "missing" }) })), write(0));
  });

  it("moves once its deletion was taken back by its own run, or a person released it", () => {
    deepEqual(decideOnFacts(factsOf({ tag: own("b") })), write(0));
    deepEqual(decideOnFacts(factsOf({ tag: { is: "again" } })), write(0));
  });

  it("skips what has no value, and names the reason that came first", () => {
    deepEqual(decideOnFacts(factsOf({ value: "absent", versionId: "" })), stop("skipped", "no-value"));
    deepEqual(decideOnFacts(factsOf({ value: "absent", stays: "staged" })), stop("skipped", "staged"));
  });

  it("looks at the value of an unlabelled version of its own, and refuses that of nobody known", () => {
    const facts = factsOf({ homeVersion: 1, current: unlabelled });
    deepEqual(decideOnFacts(facts), stop("refused", "home-conflict"));
    const accepting = { ...facts, foreignHomes: "accept-equal" } as const;
    deepEqual(decideOnFacts(accepting), recognise("accept-equal", { mode: "copy", copyOnly: "author-unknown" }));
    deepEqual(decideOnFacts({ ...accepting, authorship: "label" }), recognise("listed"));
  });
});

describe("a scheduled source", () => {
  const scheduled = (over: Partial<Facts>): Facts => factsOf({ life: "scheduled", ...over });

  it("whose deletion is fresh and sound is moved at once, and its labels are left to its own run", () => {
    deepEqual(decideOnFacts(scheduled({ tag: own("d", { age: "fresh" }) })), stop("unchanged", "already-moved"));
  });

  it("that a person deleted after a release is theirs, whatever the labels say", () => {
    deepEqual(decideOnFacts(scheduled({ tag: { is: "again" } })), stop("skipped", "scheduled-by-others"));
  });

  it("without a tag is an alarm by any label of a deletion, and never restored", () => {
    for (const labels of ["announced-now", "announced", "deleted", "unknown-format"] as const) {
      deepEqual(decideOnFacts(scheduled({ labels })), stop("refused", "tag-lost"));
      deepEqual(decideOnFacts(scheduled({ labels, life: "ends-soon" })), stop("refused", "tag-lost"));
    }
  });

  it("says why it is taken back", () => {
    for (const [stands, cause] of [
      ["gone", "home-gone"],
      ["changed", "changed-meanwhile"],
      ["overwritten", "changed-meanwhile"],
    ] as const) {
      deepEqual(decideOnFacts(scheduled({ tag: own("d", { stands }) })), restore(cause, "u"));
    }
  });

  it("is taken back by its own run, whatever became of the home", () => {
    for (const stands of ["gone", "changed", "overwritten", "deleted"] as const) {
      const facts = scheduled({ secondLook: "mine", tag: own("d", { stands }) });
      deepEqual(decideOnFacts(facts), restore(stands === "gone" ? "home-gone" : "changed-meanwhile", "b"));
    }
  });

  it("keeps its outcome in mode audit, which only reports what would be done", () => {
    const audit = { stackMode: "audit", mode: "audit" } as const;
    deepEqual(decideOnFacts(scheduled(audit)), stop("skipped", "scheduled-by-others"));
    const gone = { ...audit, tag: own("d", { stands: "gone" }) };
    deepEqual(decideOnFacts(scheduled(gone)), { act: "report", intent: "restore" });
    deepEqual(decideOnFacts(scheduled({ ...audit, tag: own("d") })), stop("unchanged", "already-moved"));
  });

  it("is restored whatever lower mode a person requests by its tag", () => {
    const gone = { mode: "audit", tag: own("d", { stands: "gone" }) } as const;
    deepEqual(decideOnFacts(scheduled(gone)), restore("home-gone", "u"));
  });
});

describe("what is copied and not deleted", () => {
  const examplesOfCopies: readonly Partial<Facts>[] = [
    { tag: own("u") },
    { ownedByIac: true },
    { homeVersion: 1, current: { ...same, author: "unknown" } },
  ];

  for (const [index, { reason }] of copyOnlyRows.entries()) {
    it(`is so because of ${reason}`, () => {
      const facts = factsOf(examplesOfCopies[index]);
      const { copyOnly } = { copyOnly: undefined, ...decideOnFacts(facts) };
      equal(copyOnly, reason);
      deepEqual(decideOnFacts({ ...facts, mode: "audit" }), { act: "report", intent: "copy" });
      equal(
        copyOnlyRows.findIndex(({ when }) => when(facts)),
        index,
      );
    });
  }

  it("is so for the first reason that applies", () => {
    const all = factsOf(Object.assign({}, ...examplesOfCopies) as Partial<Facts>);
    const rest = [{}, { tag: { is: "absent" } }, { ownedByIac: false }, { authorship: "label" }] as const;
    const found = rest.map((_, count) => {
      const facts: Facts = Object.assign({}, all, ...rest.slice(0, count + 1)) as Facts;
      return { copyOnly: "none", ...decideOnFacts(facts) }.copyOnly;
    });
    deepEqual(found, ["undone", "owned-by-iac", "author-unknown", "none"]);
  });

  it("is an undo by the tag, which then follows the proof, or by labels, which cause nothing", () => {
    for (const [over, expected, undone] of [
      [{ tag: own("d") }, "undone", tagOf()],
      [{ tag: own("u") }, "undone", tagOf({ state: "u" })],
      [{ labels: "deleted" }, "undone", undefined],
      [{ labels: "deleted", tag: own("b") }, "undone", undefined],
      [{ labels: "announced" }, "none", undefined],
      [{ tag: own("b") }, "none", undefined],
      [{ tag: { is: "again" } }, "none", undefined],
    ] as const) {
      const decision = { copyOnly: "none", undone: undefined, ...decideOnFacts(factsOf(over)) };
      deepEqual([decision.copyOnly, decision.undone], [expected, undone]);
    }
  });

  it("is the page's, row by row", () => {
    deepEqual(
      rowsBelow("What is copied and not deleted"),
      copyOnlyRows.map(({ reason }) => [`\`${reason}\``, reasons[reason]]),
    );
  });
});

describe("who is left alone", () => {
  it("is the page's, row by row", () => {
    const left: readonly Reason[] = [...stayRows.map(({ reason }) => reason), "no-value"];
    deepEqual(
      rowsBelow("Who is left alone"),
      left.map((reason) => [`\`${reason}\``, reasons[reason]]),
    );
  });
});
