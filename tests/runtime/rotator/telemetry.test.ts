import { deepEqual } from "node:assert/strict";

import { rotatorAlarms } from "../../../components/rotator/rotatorAlarms";
import { reasons } from "../../../runtime/rotator/outcome";
import type { OutcomeKind, Reason } from "../../../runtime/rotator/outcome";
import { makeTelemetry } from "../../../runtime/rotator/telemetry";
import { retryableError } from "../../../runtime/shared/errors";
import { countedBy } from "../../support/countedBy";

const calm = { failing: 0, overdue: 0, retireOverdue: 0 } as const;

/** The alarms that an attempt's counts speak for: those whose metric is above zero. */
function alarmedBy(
  outcome: OutcomeKind,
  reason: Reason,
  signs: Parameters<ReturnType<typeof makeTelemetry>["outcome"]>[2] = calm,
) {
  const counts = countedBy(() => {
    makeTelemetry().outcome("app/db", { outcome, reason }, signs, []);
  });
  // Each is counted at every attempt: a count of none is what ends the alarm.
  deepEqual(
    rotatorAlarms.filter(({ metric }) => counts[metric] === undefined),
    [],
  );
  return rotatorAlarms.filter(({ metric }) => (counts[metric] ?? 0) > 0).map(({ key }) => key);
}

describe("what a rotator counts", () => {
  it("sets off the alarm of each sign, and none without one", () => {
    deepEqual(alarmedBy("rotated", "rotated"), []);
    deepEqual(alarmedBy("failed", "set-failed", { ...calm, failing: 1 }), ["rotation-failing"]);
    deepEqual(alarmedBy("nothing", "waiting", { ...calm, overdue: 1 }), ["rotation-overdue"]);
    deepEqual(alarmedBy("failed", "retire-failed", { ...calm, retireOverdue: 1 }), ["retire-overdue"]);
  });

  it("sets off rotation-failing where a person has to act, or Vault can't be reached", () => {
    deepEqual(alarmedBy("refused", "home-deleted"), ["rotation-failing"]);
    const counts = countedBy(() => {
      makeTelemetry().retry("app/db", retryableError("vault-unreachable", "read-home", "detail"));
    });
    deepEqual([counts["retry"], counts["rotation-failing"]], [1, 1]);
  });

  it("sets off retire-unread for a reader that is late or was left behind, and for no other reason", () => {
    const unread = (Object.keys(reasons) as Reason[]).filter((reason) =>
      alarmedBy("nothing", reason).includes("retire-unread"),
    );
    deepEqual(unread.toSorted(), ["readers-late", "retired-unread"]);
  });
});
