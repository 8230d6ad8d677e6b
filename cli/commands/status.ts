/** `homing status`: what is moved, what is left and why, what was refused, and when deletions become final. */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

import { reasons } from "../../runtime/model/outcome";
import type { Reason } from "../../runtime/model/outcome";
import type { Source } from "../../runtime/model/source";
import { readStateTag, windowEndOf } from "../../runtime/model/stateTag";
import { readDuration } from "../filter";
import { readLog } from "../moverLog";
import { noSecrets } from "../noMatch";
import { examplesKept } from "../plan";
import type { Group, Planned } from "../plan";
import { makeRefusals } from "../refusals";
import { counted, wrapped } from "../screen";
import { resolving, sectionOf, sectionsOf } from "../sections";
import { awsLimits } from "../session";
import type { Session } from "../session";
import { planAll, unreadText } from "./plan";
import type { PlanCommandOptions } from "./plan";

export interface StatusCommandOptions extends Omit<PlanCommandOptions, "as" | "list" | "policies"> {
  /** How far back the mover's log is read. */
  readonly since: string;
}

interface Refused {
  readonly reason: Reason;
  secrets: number;
  readonly examples: string[];
}

/**
 * What the mover refused lately and has not ended otherwise since, by ARN. Some reasons show only when the value is read.
 * The log is read as a stream: only refusals are kept, so memory grows with those and not with the log.
 */
async function refusedLately(session: Session, since: string): Promise<ReadonlyMap<string, Reason>> {
  const { deployment, now, stopped } = session;
  const { logGroupName, settings } = deployment;
  const from = now() - readDuration("--since", since);
  const logs = new CloudWatchLogsClient({ region: settings.region, ...awsLimits });
  const progress = session.progress({ what: "lines of the mover's log read" });
  const refusals = makeRefusals();
  let lines = 0;
  try {
    await readLog(logs, { logGroupName, from, stopped }, (news) => {
      lines += 1;
      progress.update(lines);
      refusals.add(news);
      return undefined;
    });
    return refusals.byArn();
  } finally {
    progress.stop();
    logs.destroy();
  }
}

/** Whether a refusal in the log still stands: the secret is there, and the plan knows nothing of what keeps it. */
const stillStands = ({ outcome, reason }: Planned): boolean =>
  outcome !== "skipped" && outcome !== "refused" && reason !== "already-moved";

interface Counts {
  moved: number;
  /** Secrets by the day on which their deletion becomes final. */
  readonly byDate: Record<string, number>;
  readonly refused: Partial<Record<Reason, Refused>>;
}

/** The day on which a deletion of the mover's becomes final. */
function finalDate(source: Source): string | undefined {
  const tag = readStateTag(source.tags);
  if (tag.is !== "known") return undefined;
  return new Date(windowEndOf(tag.tag)).toISOString().slice(0, 10);
}

function count(counts: Counts, planned: Planned, source: Source, refusals: ReadonlyMap<string, Reason>): void {
  const { arn, outcome, reason, secret } = planned;
  const seen = refusals.get(arn);
  if (seen !== undefined && stillStands(planned)) {
    const refused = (counts.refused[seen] ??= { reason: seen, secrets: 0, examples: [] });
    refused.secrets += 1;
    if (refused.examples.length < examplesKept) refused.examples.push(secret);
  }
  if (!source.scheduled || (outcome !== "unchanged" && outcome !== "moved") || reason === "proven") return;
  counts.moved += 1;
  const date = finalDate(source);
  if (date !== undefined) counts.byDate[date] = (counts.byDate[date] ?? 0) + 1;
}

function statusText(
  { deployment: { functionName, settings } }: Session,
  {
    moved,
    left,
    groups,
    refused,
    final,
    since,
  }: {
    readonly moved: number;
    readonly left: number;
    readonly groups: readonly Group[];
    readonly refused: readonly Refused[];
    readonly final: readonly (readonly [date: string, secrets: number])[];
    readonly since: string;
  },
): string {
  return [
    wrapped(
      `${functionName}, mode ${settings.mode}: ${counted(moved, "secret")} moved and still restorable, ${left} left`,
    ),
    ...sectionOf(
      `Needs you, by the mover's log of the last ${since}`,
      refused.map(({ reason, secrets, examples }) => ({
        secrets,
        label: reason,
        why: reasons[reason],
        examples,
        ...resolving(reason, examples),
      })),
    ),
    ...sectionsOf(groups, { work: "A run would do" }),
    ...unreadText(groups, false),
    ...(final.length === 0
      ? []
      : [
          "",
          "The mover's deletions become final",
          ...final.map(([date, secrets]) => `  ${date}  ${counted(secrets, "secret")}`),
        ]),
  ].join("\n");
}

export async function statusCommand(session: Session, options: StatusCommandOptions): Promise<number> {
  const { deployment, screen } = session;
  const refusals = await refusedLately(session, options.since);
  const counts: Counts = { moved: 0, byDate: {}, refused: {} };
  const totals = await planAll(session, { ...options, policies: false }, (planned, source) => {
    count(counts, planned, source, refusals);
  });
  const { moved } = counts;
  const groups = totals.groups.filter(({ reason }) => reason !== "already-moved");
  const refused = Object.values(counts.refused).sort((a, b) => b.secrets - a.secrets);
  const final = Object.entries(counts.byDate).sort(([a], [b]) => (a < b ? -1 : 1));
  const left = totals.secrets - moved;
  const needsPerson = totals.needsPerson + refused.reduce((sum, { secrets }) => sum + secrets, 0);
  await screen.record("summary", {
    command: "status",
    function: deployment.functionName,
    mode: deployment.settings.mode,
    secrets: totals.secrets,
    moved,
    left,
    needsPerson,
    groups,
    refused,
    deletions: Object.fromEntries(final),
    stopped: totals.stopped,
  });
  await screen.say(
    totals.secrets === 0 && !totals.stopped
      ? noSecrets(deployment.settings)
      : statusText(session, { moved, left, groups, refused, final, since: options.since }),
  );
  if (totals.stopped) return 130;
  return needsPerson === 0 ? 0 : 2;
}
