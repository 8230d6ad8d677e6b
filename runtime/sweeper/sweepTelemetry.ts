/** What a sweep reports when it succeeds: one line and its metrics. A failure is reported by the function's own error. */
import { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";

import type { SweepReport } from "./sweep";

/** Service name, namespace and log level come from Powertools' own environment variables. */
export function makeSweepTelemetry(): (report: SweepReport, durationMs: number) => void {
  const logger = new Logger();
  const metrics = new Metrics();
  return (report, durationMs) => {
    logger.info(`sweep ${report.sweep}: ${report.sent} of ${report.listed} secrets are on the queue`, {
      ...report,
      durationMs,
    });
    metrics.addMetric("sweep", MetricUnit.Count, 1);
    metrics.addMetric(`sweep:${report.sweep}`, MetricUnit.Count, 1);
    metrics.addMetric("sweep-secrets", MetricUnit.Count, report.sent);
    // A count of none as well: it ends the alarm unwatched.
    if (report.unwatched !== undefined) {
      metrics.addMetric("unwatched", MetricUnit.Count, report.unwatched.secrets);
      metrics.addMetric("unwatched-ending", MetricUnit.Count, report.unwatched.ending);
    }
    metrics.publishStoredMetrics();
  };
}
