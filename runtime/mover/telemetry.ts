/** Structured logs and metrics. What goes in is names, reasons and times; never a value, a length or a hash. */
import { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";

import { reasons } from "../model/outcome";
import { retryConcerns } from "../shared/errors";
import type { Telemetry } from "./batch";

/** Service name, namespace and log level come from Powertools' own environment variables. */
export function makeTelemetry(): Telemetry & {
  /** From now on each line names this invocation. */
  readonly begin: (requestId: string) => void;
  readonly warn: (message: string) => void;
  readonly flush: () => void;
} {
  const logger = new Logger();
  const metrics = new Metrics();
  const count = (name: string): void => {
    metrics.addMetric(name, MetricUnit.Count, 1);
  };
  return {
    begin(requestId) {
      logger.appendKeys({ requestId });
    },
    outcome(outcome, durationMs) {
      const sentence = reasons[outcome.reason];
      const level = outcome.outcome === "refused" || outcome.outcome === "failed" ? "warn" : "info";
      logger[level](`${outcome.outcome}: ${sentence}`, { ...outcome, durationMs });
      count(outcome.outcome);
      count(`${outcome.outcome}:${outcome.reason}`);
      if (outcome.restored !== undefined) count(`restored:${outcome.restored}`);
      metrics.addMetric("duration", MetricUnit.Milliseconds, durationMs);
    },
    retry(secret, error, receives) {
      logger.warn(`again later: ${error.message}`, { secret, code: error.code, step: error.step, receives });
      count("retry");
      count(`retry:${error.code}`);
      if (retryConcerns[error.code] === "connection") count("retry:connection");
    },
    unreadable(messageId) {
      logger.error("a message names no secret; it is put on the dead-letter queue", { messageId });
      count("unreadable");
    },
    dropped(messageId, deadLetterId) {
      logger.error("a message that was put back still names no secret; it is dropped", { messageId, deadLetterId });
      count("dropped");
    },
    ignored(messageId) {
      logger.info("an event of a kind that the mover does not act on is ignored", { messageId });
      count("ignored");
    },
    warn(message) {
      logger.warn(message);
    },
    flush() {
      metrics.publishStoredMetrics();
    },
  };
}
