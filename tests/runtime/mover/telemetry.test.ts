import { deepEqual, equal } from "node:assert/strict";

import { moverAlarms } from "../../../components/mover/alarmTable";
import { outcomeKinds, restoreCauses } from "../../../runtime/model/outcome";
import type { Outcome, RestoreCause } from "../../../runtime/model/outcome";
import { makeTelemetry } from "../../../runtime/mover/telemetry";
import { retryCodes, retryConcerns, retryableError } from "../../../runtime/shared/errors";
import type { RetryCode } from "../../../runtime/shared/errors";
import { countedBy } from "../../support/countedBy";

/** What is counted by these calls, by the metric's name. */
const countsOf = (calls: (telemetry: ReturnType<typeof makeTelemetry>) => void): Readonly<Record<string, number>> =>
  countedBy(() => {
    const telemetry = makeTelemetry();
    calls(telemetry);
    telemetry.flush();
  });

const retry = (code: RetryCode) =>
  countsOf((it) => {
    it.retry("arn", retryableError(code, "write", "detail"), 1);
  });

describe("what the mover counts", () => {
  const alarmed = moverAlarms.find(({ key }) => key === "upstream-failing")?.metric.name ?? "";

  it("is a failed connection only where every secret would meet it: one that is not there yet sets off no alarm", () => {
    deepEqual(
      retryCodes.filter((code) => retry(code)[alarmed] === 1),
      retryCodes.filter((code) => retryConcerns[code] === "connection"),
    );
    equal(retry("vault-sealed")[alarmed], 1);
    equal(retry("source-not-found-yet")[alarmed], undefined);
  });

  it("is a message that is dropped, apart from those that nobody could read the first time", () => {
    const counts = countsOf((it) => {
      it.unreadable("1");
      it.dropped("2", "1");
    });
    deepEqual([counts["unreadable"], counts["dropped"]], [1, 1]);
  });

  it("is every retry, and the retries of its code", () => {
    for (const code of retryCodes) {
      const counts = retry(code);
      deepEqual([counts["retry"], counts[`retry:${code}`]], [1, 1], code);
    }
  });

  it("is every outcome by its kind alone and with its reason: an alarm may be about either", () => {
    for (const outcome of outcomeKinds) {
      const counts = countsOf((it) => {
        it.outcome({ outcome, reason: "home-of-another", secret: "arn", steps: {} }, 1);
      });
      deepEqual([counts[outcome], counts[`${outcome}:home-of-another`]], [1, 1], outcome);
    }
  });

  it("is every deletion that was taken back, by its cause", () => {
    const causes = Object.keys(restoreCauses) as RestoreCause[];
    for (const restored of causes) {
      const outcome: Outcome = { outcome: "copied", reason: "undone", secret: "arn", steps: {}, restored };
      const counts = countsOf((it) => {
        it.outcome(outcome, 1);
      });
      deepEqual(
        causes.filter((cause) => counts[`restored:${cause}`] !== undefined),
        [restored],
      );
    }
  });
});
