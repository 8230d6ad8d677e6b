import { deepEqual, equal } from "node:assert/strict";

import { moverAlarms } from "../../../components/mover/alarmTable";
import { makeTelemetry } from "../../../runtime/mover/telemetry";
import { retryCodes, retryConcerns, retryableError } from "../../../runtime/shared/errors";
import type { RetryCode } from "../../../runtime/shared/errors";

/** Powertools writes to the console of this process in this mode. */
const environment = {
  POWERTOOLS_DEV: "true",
  POWERTOOLS_METRICS_DISABLED: "false",
  POWERTOOLS_METRICS_NAMESPACE: "Homing",
  POWERTOOLS_SERVICE_NAME: "test",
};

/** What is counted by these calls, by the metric's name. */
function countsOf(calls: (telemetry: ReturnType<typeof makeTelemetry>) => void): Readonly<Record<string, number>> {
  const before = { ...process.env };
  const streams = { log: console.log, info: console.info, warn: console.warn, error: console.error };
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  Object.assign(process.env, environment);
  Object.assign(console, { log: take, info: take, warn: take, error: take });
  try {
    const telemetry = makeTelemetry();
    calls(telemetry);
    telemetry.flush();
  } finally {
    Object.assign(console, streams);
    for (const name of Object.keys(environment)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  }
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const record = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const { CloudWatchMetrics = [] } = (record["_aws"] ?? {}) as {
      readonly CloudWatchMetrics?: readonly { readonly Metrics: readonly { readonly Name: string }[] }[];
    };
    for (const { Name } of CloudWatchMetrics.flatMap(({ Metrics }) => Metrics)) {
      counts[Name] = [record[Name]].flat().reduce<number>((sum, value) => sum + Number(value), counts[Name] ?? 0);
    }
  }
  return counts;
}

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
});
