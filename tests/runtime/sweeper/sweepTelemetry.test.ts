import { deepEqual } from "node:assert/strict";

import { moverAlarms } from "../../../components/mover/alarmTable";
import type { SweepReport } from "../../../runtime/sweeper/sweep";
import { makeSweepTelemetry } from "../../../runtime/sweeper/sweepTelemetry";
import { countedBy } from "../../support/countedBy";

const countsOf = (over: Partial<SweepReport>): Readonly<Record<string, number>> =>
  countedBy(() => {
    makeSweepTelemetry()({ sweep: "all", pages: 1, listed: 9, sent: 4, ...over }, 1);
  });

const metricOf = (key: string): string => moverAlarms.find((alarm) => alarm.key === key)?.metric.name ?? "";
const [all, ending] = [metricOf("unwatched"), metricOf("unwatched-ending")];

describe("what the sweeper counts", () => {
  it("is the sweep, and that of its kind", () => {
    for (const sweep of ["recent", "all"] as const) {
      deepEqual(countsOf({ sweep }), { sweep: 1, [`sweep:${sweep}`]: 1, "sweep-secrets": 4 });
    }
  });

  it("is the deletions that no mover watches over, under the names that the alarms look at", () => {
    const counts = countsOf({ unwatched: { secrets: 3, ending: 2 } });
    deepEqual([counts[all], counts[ending]], [3, 2]);
  });

  it("is that there are none as well, which ends the alarms", () => {
    const counts = countsOf({ unwatched: { secrets: 0, ending: 0 } });
    deepEqual([counts[all], counts[ending]], [0, 0]);
  });
});
