/** `homing log`: what became of secrets, as the mover has logged it. */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

import { parseSecretArn } from "../../runtime/model/arn";
import { reasons } from "../../runtime/model/outcome";
import { readDuration } from "../filter";
import type { News } from "../fleet";
import { needsPerson } from "../forecast";
import { overlapMs, readLog } from "../moverLog";
import { makeRefusals } from "../refusals";
import { wrapped } from "../screen";
import { resolving } from "../sections";
import { awsLimits } from "../session";
import type { Reading } from "../session";
import { targetOf } from "../target";
import type { Target } from "../target";
import { outcomeRecord } from "./move";

export interface LogCommandOptions {
  readonly follow?: boolean;
  /** How far back; 26 hours for one secret, in which the daily sweep has looked at it. */
  readonly since?: string;
}

const followMs = 2_000;
const indent = " ".repeat(4);

/** The secret that a line is about: its ARN, or what the mover was asked for. */
function secretIn(news: News): string {
  const { secret, arn = secret } = news.is === "outcome" ? news.outcome : { secret: news.secret };
  return arn;
}

const nameIn = (news: News): string => parseSecretArn(secretIn(news))?.name ?? secretIn(news);

/** Whether a line is about the secret that the person named; by its ARN, no other one of the name. */
const isAbout = ({ name, id, suffix }: Target, news: News): boolean =>
  suffix === undefined ? nameIn(news) === name : secretIn(news) === id;

const timeOf = ({ logged }: News): string => new Date(logged).toISOString();

/** A line for a person, and below it what to do, where a person has to. */
export function logText(news: News, width: number): string {
  const name = nameIn(news);
  const what = news.is === "outcome" ? `${news.outcome.outcome}: ${news.outcome.reason}` : `again later: ${news.code}`;
  const head = `${timeOf(news)
    .replace("T", " ")
    .replace(/\.\d+Z$/, "")}  ${what}`;
  const line = `${head}  ${name}`;
  const lines = line.length > width ? [head, `${indent}${name}`] : [line];
  if (news.is === "outcome" && needsPerson(news.outcome)) {
    const { next } = resolving(news.outcome.reason, [name]);
    const why = `${indent}${reasons[news.outcome.reason]}`;
    lines.push(why.length > width ? wrapped(why) : why, ...(next === undefined ? [] : [`${indent}-> ${next}`]));
  }
  return lines.join("\n");
}

/** What `--json` prints of a line. */
const recordOf = (news: News): readonly [type: string, members: object] =>
  news.is === "outcome"
    ? ["outcome", { at: timeOf(news), ...outcomeRecord(news.outcome) }]
    : ["retry", { at: timeOf(news), secret: nameIn(news), code: news.code }];

/** What tells a line from others, so that one that is read again is known. */
const keyOf = (news: News): string =>
  JSON.stringify(
    news.is === "outcome"
      ? [news.logged, news.started, news.outcome.secret, news.outcome.reason]
      : [news.logged, news.secret, news.code],
  );

/** Which lines were not given before; remembers no longer than a line can be read again. */
function makeFresh(): (news: News) => boolean {
  const seen = new Map<string, number>();
  let latest = 0;
  return (news) => {
    const key = keyOf(news);
    if (seen.has(key)) return false;
    seen.set(key, news.logged);
    if (news.logged > latest) {
      latest = news.logged;
      for (const [old, logged] of seen) {
        // In the order of reading, which is nearly that of logging: the first that is young ends the search.
        if (logged >= latest - 2 * overlapMs) break;
        seen.delete(old);
      }
    }
    return true;
  };
}

export async function logCommand(session: Reading, options: LogCommandOptions, home?: string): Promise<number> {
  const { deployment, screen, now, sleep, stopped } = session;
  const { logGroupName, settings } = deployment;
  const only = home === undefined ? undefined : targetOf(home, settings);
  const since = options.since ?? (only === undefined ? "1h" : "26h");
  const begin = now() - readDuration("--since", since);
  const logs = new CloudWatchLogsClient({ region: settings.region, ...awsLimits });
  const refusals = makeRefusals();
  const fresh = makeFresh();
  let [latest, shown] = [begin, 0];
  const show = async (news: News): Promise<void> => {
    latest = Math.max(latest, news.logged);
    if ((only !== undefined && !isAbout(only, news)) || !fresh(news)) return;
    refusals.add(news);
    shown += 1;
    await screen.say(logText(news, screen.width));
    await screen.record(...recordOf(news));
  };
  const read = (): Promise<void> =>
    readLog(logs, { logGroupName, from: Math.max(begin, latest - overlapMs), stopped }, show);
  try {
    await read();
    if (shown === 0) {
      screen.note(`The mover has logged nothing of ${only?.name ?? "any secret"} in the last ${since}.`);
    }
    while (options.follow === true && !stopped()) {
      await sleep(followMs);
      await read();
    }
  } finally {
    logs.destroy();
  }
  const needed = refusals.byArn().size;
  await screen.record("summary", {
    command: "log",
    function: deployment.functionName,
    lines: shown,
    needsPerson: needed,
  });
  if (stopped()) return 130;
  return needed === 0 ? 0 : 2;
}
