import { deepEqual, ok } from "node:assert/strict";

import { absentHome } from "../../../runtime/model/home";
import { anonymousVersion, homeOf, homeVersionOf, sourceOf, startTime, versionLabelText } from "../../support/builders";
import { decideOn, deleting, foreign, prove, restore, stop, v1, v2 } from "../../support/decisions";

describe("the late check", () => {
  const minute = 60_000;
  const day = 24 * 60 * minute;
  const tags = { "vault-mover": `${v1}/2026-04-01T00:00:00.000Z` };
  const windowEnd = startTime + 20 * day;
  const source = sourceOf({ scheduled: true, windowEnd, tags });
  const moved = (ago: number, over: Record<string, string> = {}) => ({
    v1: versionLabelText(),
    ...deleting(v1, startTime - ago),
    deleted: v1,
    ...over,
  });
  const soon = sourceOf({ scheduled: true, windowEnd: startTime + 3 * day - 1, tags });
  const check = { act: "check" };
  const alreadyMoved = stop("unchanged", "already-moved");

  it("is due once, later than a quarter of an hour after the delete", () => {
    deepEqual(decideOn({ source, home: homeOf({ labels: moved(15 * minute) }) }), alreadyMoved);
    deepEqual(decideOn({ source, home: homeOf({ labels: moved(15 * minute + 1) }) }), check);
    const checked = moved(15 * minute + 1, { checked: "2026-03-01T11:59:00.000Z" });
    deepEqual(decideOn({ source, home: homeOf({ labels: checked }) }), alreadyMoved);
  });

  it("only reports in mode audit", () => {
    const settings = { mode: "audit" } as const;
    deepEqual(decideOn({ source, home: homeOf({ labels: moved(day) }), settings }), alreadyMoved);
    deepEqual(decideOn({ source, home: absentHome, settings }), { act: "report", intent: "restore" });
  });

  it("acts in spite of a wish, which only came before the delete", () => {
    for (const wish of ["exempt", "audit", "copy", "nonsense"]) {
      const wishing = sourceOf({ scheduled: true, windowEnd, tags: { ...tags, "vault-mover-mode": wish } });
      deepEqual(decideOn({ source: wishing, home: homeOf({ labels: moved(0) }) }), restore("changed-meanwhile"));
    }
    const willing = sourceOf({ scheduled: true, windowEnd, tags: { ...tags, "vault-mover-mode": "move" } });
    deepEqual(decideOn({ source: willing, home: homeOf({ labels: moved(0) }) }), alreadyMoved);
  });

  it("takes the deletion back when a staged version would go with it", () => {
    const staged = sourceOf({ scheduled: true, windowEnd, tags, staged: true });
    deepEqual(decideOn({ source: staged, home: homeOf({ labels: moved(0) }) }), restore("changed-meanwhile"));
  });

  it("takes the deletion back when a mover wrote an older value over the proven one", () => {
    const versions = { 1: homeVersionOf(), 2: homeVersionOf() };
    const older = moved(0, { v2: versionLabelText(v2) });
    deepEqual(
      decideOn({ source, home: homeOf({ currentVersion: 2, versions, labels: older }) }),
      restore("changed-meanwhile"),
    );
    deepEqual(
      decideOn({ source, home: homeOf({ currentVersion: 2, versions, labels: moved(0) }) }),
      restore("changed-meanwhile"),
    );
    const anonymousTwo = { 1: anonymousVersion(), 2: anonymousVersion() };
    deepEqual(
      decideOn({ source, home: homeOf({ currentVersion: 2, versions: anonymousTwo, labels: older }) }),
      restore("changed-meanwhile"),
    );
    deepEqual(
      decideOn({ source, home: homeOf({ currentVersion: 2, versions: anonymousTwo, labels: moved(0) }) }),
      alreadyMoved,
    );
  });

  it("takes the deletion back when nothing at home tells of the value any more, a quarter of an hour late", () => {
    const { v1: label, ...labels } = moved(15 * minute + 1);
    ok(label);
    const strange = { ...foreign, labels };
    deepEqual(decideOn({ source, home: homeOf(strange) }), restore("home-gone"));
    deepEqual(
      decideOn({ source, home: homeOf({ ...foreign, labels: { ...deleting(v1, startTime), deleted: v1 } }) }),
      alreadyMoved,
    );
    deepEqual(
      decideOn({
        source: soon,
        home: homeOf({ ...foreign, labels: { ...deleting(v1, startTime), deleted: v1 } }),
      }),
      restore("home-gone"),
    );
    deepEqual(decideOn({ source, home: homeOf(strange), settings: { foreignHomes: "accept-equal" } }), check);
  });

  it("looks at every sweep of the last three days, though it looked before", () => {
    deepEqual(decideOn({ source: soon, home: homeOf({ labels: moved(0) }) }), check);
    const { v1: label, ...labels } = moved(0, { checked: "2026-03-01T11:59:00.000Z" });
    ok(label);
    deepEqual(decideOn({ source: soon, home: homeOf({ ...foreign, labels }) }), restore("home-gone"));
  });

  it("restores when the home is gone without trace, and only what the tag names", () => {
    deepEqual(decideOn({ source, home: absentHome }), restore("home-gone"));
    deepEqual(decideOn({ source, home: homeOf({ ...foreign, labels: {} }) }), restore("home-gone"));
    deepEqual(decideOn({ source, home: homeOf() }), stop("skipped", "scheduled-by-others"));
    const untagged = sourceOf({ scheduled: true, windowEnd });
    deepEqual(decideOn({ source: untagged, home: absentHome }), stop("skipped", "scheduled-by-others"));
  });

  it("is an alarm where the announcement is gone and a staged version or a wish speaks against it, and a restore before its end", () => {
    const wishes = ["exempt", "copy", "typo"].map((wish) => ({ tags: { ...tags, "vault-mover-mode": wish } }));
    for (const against of [{ staged: true }, ...wishes]) {
      const scheduled = sourceOf({ tags, scheduled: true, windowEnd, ...against });
      deepEqual(decideOn({ source: scheduled, home: homeOf() }), stop("refused", "deletion-unclaimed"));
      const ends = { ...scheduled, windowEnd: startTime + 3 * day - 1 };
      deepEqual(decideOn({ source: ends, home: homeOf() }), restore("deletion-unclaimed"));
    }
    const untagged = sourceOf({ scheduled: true, staged: true, windowEnd });
    deepEqual(decideOn({ source: untagged, home: homeOf() }), stop("skipped", "scheduled-by-others"));
  });

  it("is an alarm for another version than the tag names, and a restore before its end", () => {
    const other = { currentVersionId: v2, versionIds: [v1, v2], scheduled: true, tags };
    deepEqual(
      decideOn({ source: sourceOf({ ...other, windowEnd }), home: absentHome }),
      stop("refused", "deletion-unclaimed"),
    );
    const windowEndSoon = startTime + 3 * day - 1;
    deepEqual(
      decideOn({ source: sourceOf({ ...other, windowEnd: windowEndSoon }), home: absentHome }),
      restore("deletion-unclaimed"),
    );
  });

  it("takes an unclaimed deletion back three days before its end, not earlier", () => {
    const newer = { scheduled: true, currentVersionId: v2, tags };
    const home = homeOf({ labels: moved(day) });
    deepEqual(
      decideOn({ source: sourceOf({ ...newer, windowEnd: startTime + 3 * day }), home }),
      stop("refused", "deletion-unclaimed"),
    );
    deepEqual(
      decideOn({ source: sourceOf({ ...newer, windowEnd: startTime + 3 * day - 1 }), home }),
      restore("deletion-unclaimed"),
    );
  });

  it("starts over at once when only the announcement is of another version, and the home holds the current one", () => {
    const newer = sourceOf({ scheduled: true, currentVersionId: v2, tags, windowEnd });
    const labels = { v1: versionLabelText(v2), ...deleting(v1, startTime) };
    deepEqual(decideOn({ source: newer, home: homeOf({ labels }) }), {
      act: "restore",
      versionId: v2,
      cause: "unfinished",
    });
    for (const settings of [{ mode: "copy" }, { exemptNames: ["app/*"] }] as const) {
      deepEqual(decideOn({ source: newer, home: homeOf({ labels }), settings }), stop("refused", "deletion-unclaimed"));
    }
  });

  it("leaves what was deleted to an earlier secret of the same name to it", () => {
    const earlier = { v1: versionLabelText(v1, "Zzzzzz"), ...deleting(v1, startTime), deleted: v1, restoring: v1 };
    const home = homeOf({ labels: earlier });
    deepEqual(decideOn({ source, home }), stop("skipped", "scheduled-by-others"));
    deepEqual(decideOn({ source: sourceOf({ tags }), home }), stop("refused", "home-of-another"));
  });

  it("takes a label without its announcement for no person's undo", () => {
    deepEqual(
      decideOn({ source: sourceOf({ tags }), home: homeOf({ labels: { v1: versionLabelText(), deleted: v1 } }) }),
      prove(),
    );
  });
});
