/** What an attempt reports: one line and its metrics. Names, reasons and times; never a value, nor a text of a callback. */
import { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";

import type { RetryableError } from "../shared/errors";
import type { Signs } from "./machine";
import { reasons } from "./outcome";
import type { Outcome } from "./outcome";

export interface Telemetry {
  readonly outcome: (secret: string, outcome: Outcome, signs: Signs) => void;
  readonly retry: (secret: string, error: RetryableError) => void;
}

/** Service name, namespace and log level come from Powertools' own environment variables. */
export function makeTelemetry(): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics();
  const count = (name: string, value: number): void => {
    metrics.addMetric(name, MetricUnit.Count, value);
  };
  return {
    outcome(secret, outcome, { failing, overdue, retireOverdue }) {
      const isBad = outcome.outcome === "refused" || outcome.outcome === "failed";
      logger[isBad ? "warn" : "info"](`${outcome.outcome}: ${reasons[outcome.reason]}`, { secret, ...outcome });
      count(outcome.outcome, 1);
      // Counts of none as well: they end `rotation-failing`, `rotation-overdue` and `retire-overdue`.
      count("rotation-failing", outcome.outcome === "refused" ? 1 : failing);
      count("rotation-overdue", overdue);
      count("retire-overdue", retireOverdue);
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
