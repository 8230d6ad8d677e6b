import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { reasons } from "../../../runtime/model/outcome";
import type { Reason } from "../../../runtime/model/outcome";
import { copyOnlyRows, decideOnFacts, liveRows, otherwise } from "../../../runtime/mover/decide";
import type { Decision } from "../../../runtime/mover/decision";
import { stayRows } from "../../../runtime/mover/facts";
import type { CurrentVersion, Deletion, Facts } from "../../../runtime/mover/facts";
import { factsOf, label1, prove, stop, v1, v2, write } from "../../support/decisions";

const fresh: Deletion = { is: "announced", versionId: v1, age: "fresh" };
const shown: Deletion = { is: "announced", versionId: v1, age: "shown" };
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
const examples: readonly (readonly [Partial<Facts>, object])[] = [
  [{ secondLook: { is: "holds", versionId: v1 } }, stop("deferred", "deletion-unseen")],
  [{ restoring: v1 }, { act: "finish-restore", deletionMayBePending: false }],
  [{ deletion: fresh }, stop("deferred", "deletion-unseen")],
  [{ stays: "exempt" }, stop("skipped", "exempt")],
  [{ value: "unsupported-id", versionId: "a;b" }, stop("refused", "version-id-unsupported")],
  [{ current: { is: "absent" } }, write(0)],
  [{ current: { is: "deleted" } }, stop("refused", "home-deleted")],
  [{ current: { is: "unknown-format", author: "ours" } }, stop("refused", "label-format")],
  [{ current: { is: "of-another", author: "ours" } }, stop("refused", "home-of-another")],
  [{ homeVersion: 1, current: same }, prove()],
  [{ homeVersion: 1, current: { is: "other-version", author: "ours" } }, write(1)],
  [{ homeVersion: 1, current: unlabelled, authorship: "label" }, recognise("label")],
  [{ homeVersion: 1, current: { is: "foreign" }, foreignHomes: "accept-equal" }, recognise("accept-equal")],
  [{ homeVersion: 1, current: { is: "foreign" } }, stop("refused", "home-conflict")],
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
    case "finish-restore":
      return "end the restore, look again";
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

describe("the decision table", () => {
  const rows = [...liveRows, { ...otherwise, when: () => true }];

  it("has an example for each row", () => {
    equal(examples.length, rows.length);
  });

  for (const [index, [over, expected]] of examples.entries()) {
    it(`decides when ${rows[index]?.name ?? ""}`, () => {
      const facts = factsOf(over);
      deepEqual(decideOnFacts(facts), expected);
      equal(
        rows.findIndex(({ when }) => when(facts)),
        index,
      );
    });
  }

  it("is the page's, row by row", () => {
    deepEqual(
      rowsBelow("A secret that is not scheduled for deletion"),
      rows.map(({ name, why }, index) => {
        const [over] = examples[index] ?? [];
        return [String(index + 1), name, outcomeOf(decideOnFacts(factsOf(over))), why];
      }),
    );
  });

  it("ends a restore with doubts while the deletion may not show yet", () => {
    deepEqual(decideOnFacts(factsOf({ restoring: v1, deletion: fresh })), {
      act: "finish-restore",
      deletionMayBePending: true,
    });
    deepEqual(decideOnFacts(factsOf({ restoring: v1, deletion: shown })), {
      act: "finish-restore",
      deletionMayBePending: false,
    });
    deepEqual(decideOnFacts(factsOf({ restoring: v1, stackMode: "audit", mode: "audit" })), {
      act: "report",
      intent: "move",
    });
  });

  it("skips what has no value, and names the reason that came first", () => {
    deepEqual(decideOnFacts(factsOf({ value: "absent", versionId: "" })), stop("skipped", "no-value"));
    deepEqual(decideOnFacts(factsOf({ value: "absent", stays: "staged" })), stop("skipped", "staged"));
  });

  it("writes over an unlabelled version only if its author is the mover", () => {
    const known = factsOf({ homeVersion: 1, current: { ...unlabelled, author: "ours" } });
    deepEqual(decideOnFacts(known), write(1));
    deepEqual(decideOnFacts({ ...known, current: unlabelled }), stop("refused", "home-conflict"));
    const accepting = factsOf({ homeVersion: 1, current: unlabelled, foreignHomes: "accept-equal" });
    deepEqual(decideOnFacts(accepting), recognise("accept-equal", { mode: "copy", copyOnly: "author-unknown" }));
    deepEqual(decideOnFacts({ ...accepting, authorship: "label" }), recognise("label"));
  });
});

describe("a scheduled source", () => {
  const scheduled = (over: Partial<Facts>): Facts => factsOf({ life: "scheduled", ...over });

  it("that a mover saw deleted is an alarm when its home was deleted or is gone", () => {
    const seen: Deletion = { is: "seen", versionId: v1, age: "late" };
    for (const is of ["absent", "deleted"] as const) {
      deepEqual(decideOnFacts(scheduled({ deletion: seen, current: { is } })), stop("refused", "home-deleted"));
    }
  });

  it("without a value, a label or a tag is somebody else's deletion", () => {
    const empty = scheduled({ value: "absent", versionId: "" });
    deepEqual(decideOnFacts(empty), stop("skipped", "scheduled-by-others"));
    deepEqual(decideOnFacts({ ...empty, tagged: "" }), stop("skipped", "scheduled-by-others"));
  });

  it("keeps its outcome in mode audit, which only reports what would be done", () => {
    const audit = { stackMode: "audit", mode: "audit" } as const;
    deepEqual(decideOnFacts(scheduled(audit)), stop("skipped", "scheduled-by-others"));
    deepEqual(decideOnFacts(scheduled({ ...audit, restoring: v1 })), { act: "report", intent: "restore" });
  });
});

describe("what is copied and not deleted", () => {
  const seen: Deletion = { is: "seen", versionId: v2, age: "late" };
  const examplesOfCopies: readonly Partial<Facts>[] = [
    { deletion: seen, tagged: v2 },
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
    const rest = [{}, { deletion: shown }, { ownedByIac: false }, { authorship: "label" }] as const;
    const found = rest.map((_, count) => {
      const facts: Facts = Object.assign({}, all, ...rest.slice(0, count + 1)) as Facts;
      return { copyOnly: "none", ...decideOnFacts(facts) }.copyOnly;
    });
    deepEqual(found, ["restored-by-somebody", "owned-by-iac", "author-unknown", "none"]);
  });

  it("is a person's undo only when a mover saw the delete succeed, and while the tag is there", () => {
    for (const [over, expected] of [
      [{ deletion: seen, tagged: "" }, "restored-by-somebody"],
      [{ deletion: { ...seen, is: "checked" }, tagged: v2 }, "restored-by-somebody"],
      [{ deletion: shown, tagged: v1 }, "none"],
      [{ deletion: seen, tagged: undefined }, "none"],
    ] as const) {
      equal({ copyOnly: "none", ...decideOnFacts(factsOf(over)) }.copyOnly, expected);
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
