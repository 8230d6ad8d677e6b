/** What an attempt reports: one line and its metrics. Names, reasons and times; never a value, nor a text of a callback. */
import { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";

import type { RetryableError } from "../shared/errors";
import { reasons } from "./outcome";
import type { Outcome, Reason } from "./outcome";
import type { Signs } from "./signs";

export interface Telemetry {
  readonly outcome: (secret: string, outcome: Outcome, signs: Signs, behind: readonly string[]) => void;
  readonly retry: (secret: string, error: RetryableError) => void;
}

/** What a reader that does not move on comes to. */
const unread: readonly Reason[] = ["readers-late", "retired-unread"];

/** Service name, namespace and log level come from Powertools' own environment variables. */
export function makeTelemetry(): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics();
  const count = (name: string, value: number): void => {
    metrics.addMetric(name, MetricUnit.Count, value);
  };
  return {
    outcome(secret, outcome, { failing, overdue, retireOverdue }, behind) {
      const isUnread = unread.includes(outcome.reason);
      const isBad = outcome.outcome === "refused" || outcome.outcome === "failed" || isUnread;
      logger[isBad ? "warn" : "info"](`${outcome.outcome}: ${reasons[outcome.reason]}`, {
        secret,
        ...outcome,
        ...(behind.length === 0 ? {} : { readersBehind: behind }),
      });
      count(outcome.outcome, 1);
      // Counts of none as well: they end `rotation-failing`, `rotation-overdue`, `retire-overdue` and `retire-unread`.
      count("rotation-failing", outcome.outcome === "refused" ? 1 : failing);
      count("rotation-overdue", overdue);
      count("retire-overdue", retireOverdue);
      count("retire-unread", isUnread ? 1 : 0);
      metrics.publishStoredMetrics();
    },
    retry(secret, error) {
      logger.warn(`again later: ${error.message}`, { secret, code: error.code, step: error.step });
      count("retry", 1);
      count("rotation-failing", 1);
      metrics.publishStoredMetrics();
    },
  };
}
