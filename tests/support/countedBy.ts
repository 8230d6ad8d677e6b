/** What a function counts in CloudWatch: it writes its metrics as lines of its log. */

/** Powertools writes to the console of this process in this mode. */
const environment = {
  POWERTOOLS_DEV: "true",
  POWERTOOLS_METRICS_DISABLED: "false",
  POWERTOOLS_METRICS_NAMESPACE: "Homing",
  POWERTOOLS_SERVICE_NAME: "test",
};

/** What is counted in a run that makes its own telemetry, by the metric's name. */
export function countedBy(run: () => void): Readonly<Record<string, number>> {
  const before = { ...process.env };
  const streams = { log: console.log, info: console.info, warn: console.warn, error: console.error };
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  Object.assign(process.env, environment);
  Object.assign(console, { log: take, info: take, warn: take, error: take });
  try {
    run();
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
