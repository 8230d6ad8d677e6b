/** `homing status`: what is moved, what is left and why, what was refused, and when deletions become final. */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

import { parseSecretArn } from "../../runtime/model/arn";
import { reasons } from "../../runtime/model/outcome";
import type { Reason } from "../../runtime/model/outcome";
import { readStateTag } from "../../runtime/model/stateTag";
import { readDuration } from "../filter";
import { makeNews } from "../moverLog";
import { counted, tableOf } from "../screen";
import { awsLimits } from "../session";
import type { Session } from "../session";
import { groupsTable, planAll } from "./plan";
import type { PlanCommandOptions } from "./plan";

export interface StatusCommandOptions extends Omit<PlanCommandOptions, "as" | "list" | "policies"> {
  /** How far back the mover's log is read. */
  readonly since: string;
}

const dayMs = 24 * 60 * 60_000;

interface Refused {
  readonly reason: Reason;
  secrets: number;
  readonly examples: string[];
}

/** Secrets that the mover refused lately and has not moved since. Some reasons show only when the value is read. */
async function refusedLately({ deployment, now }: Session, since: string): Promise<readonly Refused[]> {
  const { logGroupName, settings } = deployment;
  const logs = new CloudWatchLogsClient({ region: settings.region, ...awsLimits });
  try {
    const latest = new Map<string, Reason>();
    const news = await makeNews(logs, logGroupName, now() - readDuration("--since", since))();
    const outcomes = news.flatMap((item) => (item.is === "outcome" ? [item] : []));
    for (const { outcome } of outcomes.sort((a, b) => a.started - b.started)) {
      const arn = outcome.arn ?? outcome.secret;
      if (outcome.outcome === "refused" || outcome.outcome === "failed") latest.set(arn, outcome.reason);
      else latest.delete(arn);
    }
    const found: Partial<Record<Reason, Refused>> = {};
    for (const [arn, reason] of latest) {
      const refused = (found[reason] ??= { reason, secrets: 0, examples: [] });
      refused.secrets += 1;
      if (refused.examples.length < 3) refused.examples.push(parseSecretArn(arn)?.name ?? arn);
    }
    return Object.values(found).sort((a, b) => b.secrets - a.secrets);
  } finally {
    logs.destroy();
  }
}

export async function statusCommand(session: Session, options: StatusCommandOptions): Promise<number> {
  const { deployment, screen } = session;
  const byDate: Record<string, number> = {};
  let moved = 0;
  const totals = await planAll(session, { ...options, policies: false }, ({ outcome, reason }, source) => {
    const isMoved = source.scheduled && (outcome === "unchanged" || outcome === "moved") && reason !== "proven";
    if (!isMoved) return;
    moved += 1;
    const tag = readStateTag(source.tags);
    if (tag.is !== "known") return;
    const { taggedAt, windowDays } = tag.tag;
    const date = new Date(taggedAt + windowDays * dayMs).toISOString().slice(0, 10);
    byDate[date] = (byDate[date] ?? 0) + 1;
  });
  const left = totals.groups.filter(({ reason }) => reason !== "already-moved");
  const refused = await refusedLately(session, options.since);
  const final = Object.entries(byDate).sort(([a], [b]) => (a < b ? -1 : 1));
  await screen.record("summary", {
    command: "status",
    function: deployment.functionName,
    mode: deployment.settings.mode,
    secrets: totals.secrets,
    moved,
    left: totals.secrets - moved,
    groups: left,
    refused,
    deletions: Object.fromEntries(final),
  });
  await screen.say(
    [
      `${deployment.functionName}, mode ${deployment.settings.mode}: ${counted(moved, "secret")} moved and still restorable, ${totals.secrets - moved} left`,
      ...(left.length === 0 ? [] : ["Left, and what a run would do with them:", groupsTable(left)]),
      ...(refused.length === 0
        ? []
        : [
            `Refused or failed in the mover's log of the last ${options.since}:`,
            tableOf(
              ["reason", "secrets", "what that means", "for example"],
              refused.map(({ reason, secrets, examples }) => [
                reason,
                secrets.toString(),
                reasons[reason],
                examples.join("\n"),
              ]),
            ),
          ]),
      ...(final.length === 0
        ? []
        : [
            "Deletions become final:",
            tableOf(
              ["on", "secrets"],
              final.map(([date, secrets]) => [date, secrets.toString()]),
            ),
          ]),
    ].join("\n"),
  );
  return totals.stopped ? 130 : 0;
}
