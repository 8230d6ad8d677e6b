/** `homing move`: moves every secret that the plan has work for, by the deployed mover or in this process. */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";

import { parseSecretArn } from "../../runtime/model/arn";
import { reasons } from "../../runtime/model/outcome";
import type { Outcome } from "../../runtime/model/outcome";
import { makeMove } from "../../runtime/mover/move";
import { highestMode } from "../../runtime/shared/environment";
import { makeRateLimit } from "../../runtime/shared/rateLimit";
import { checkTemplateRecord } from "../../runtime/vault/templateRecord";
import { ask } from "../ask";
import { requireMover } from "../asMover";
import { Failure } from "../failure";
import { patienceMs, runFleet } from "../fleet";
import type { FleetState } from "../fleet";
import { needsPerson } from "../forecast";
import { runLocally } from "../localRun";
import { makeNews } from "../moverLog";
import { noSecrets } from "../noMatch";
import { examplesKept } from "../plan";
import type { Progress } from "../progress";
import { makeBusyText, makeQueue } from "../queue";
import { counted } from "../screen";
import { resolving, sectionOf } from "../sections";
import { awsLimits } from "../session";
import type { Session } from "../session";
import { planAll, planText } from "./plan";
import type { PlanCommandOptions } from "./plan";

export interface MoveCommandOptions extends Omit<PlanCommandOptions, "as" | "list" | "policies"> {
  /** Whether resource policies are read before the question; the move itself reads them in any case. */
  readonly policies?: boolean;
  readonly yes?: boolean;
  readonly local?: boolean;
}

/** What `--json` prints of an outcome: the secret's name under `secret`, as the plan has it. */
export function outcomeRecord(outcome: Outcome): object {
  const { steps, secret, arn = secret, ...facts } = outcome;
  const ms = steps.deleted ?? steps.proven;
  return {
    secret: parseSecretArn(arn)?.name ?? secret,
    arn,
    ...facts,
    why: reasons[outcome.reason],
    ...(ms === undefined ? {} : { ms }),
  };
}

interface Row {
  readonly outcome: Outcome["outcome"];
  readonly reason: Outcome["reason"];
  secrets: number;
  readonly examples: string[];
}

/** Counts outcomes by kind and reason. */
function makeTally() {
  const counts: Record<string, Row> = {};
  const rows = (): readonly Row[] => Object.values(counts).sort((a, b) => b.secrets - a.secrets);
  return {
    add: ({ outcome, reason, secret, arn = secret }: Outcome): void => {
      const row = (counts[`${outcome}:${reason}`] ??= { outcome, reason, secrets: 0, examples: [] });
      row.secrets += 1;
      // The first by name, whichever end first.
      row.examples.push(parseSecretArn(arn)?.name ?? secret);
      row.examples.sort();
      row.examples.splice(examplesKept);
    },
    rows,
    needsPerson: () => rows().some(needsPerson),
  };
}

/** What became of the secrets, as a person reads it. */
function tallyText(rows: readonly Row[]): string {
  const itemOf = ({ outcome, reason, secrets, examples }: Row) => ({
    secrets,
    label: needsPerson({ outcome }) ? reason : outcome,
    why: reasons[reason],
    examples,
    ...(needsPerson({ outcome }) ? resolving(reason, examples) : {}),
  });
  return [
    ...sectionOf("Needs you", rows.filter(needsPerson).map(itemOf)),
    ...sectionOf("Ended", rows.filter((row) => !needsPerson(row)).map(itemOf)),
  ]
    .join("\n")
    .trimStart();
}

/** How a run ended: with all secrets done, or the reason why not. */
interface End {
  readonly left: number;
  /** What the screen says about the secrets that are left. */
  readonly because?: string;
  readonly interrupted: boolean;
}

/** Why messages come back later; empty where none does. */
function laterText({ waiting }: FleetState): string {
  const codes = [...new Set(Object.values(waiting))];
  return codes.length === 0 ? "" : `${Object.keys(waiting).length} again later: ${codes.join(", ")}`;
}

async function throughFleet(
  session: Session,
  arns: readonly string[],
  progress: Progress,
  on: (outcome: Outcome) => Promise<void>,
): Promise<End> {
  const { deployment, queued, now, sleep, stopped } = session;
  const { region, maxConcurrency } = deployment.settings;
  const logs = new CloudWatchLogsClient({ region, ...awsLimits });
  const { send, waiting, close } = makeQueue(session);
  const busyText = makeBusyText(waiting, now);
  try {
    const news = makeNews(logs, deployment.logGroupName, now() - 5_000);
    const end = await runFleet(
      arns,
      { send, news, queued, maxConcurrency, now, sleep, stopped },
      {
        outcome: on,
        state: async (state) => {
          const busy = await busyText(state.others, state.underWay);
          progress.update(state.ended, [laterText(state), busy].filter((text) => text !== "").join("; "));
        },
      },
    );
    const left = end.underWay + end.unsent;
    if (left === 0) return { left, interrupted: false };
    const rest = `the mover goes on by itself with up to ${counted(end.underWay, "secret")} that it was sent, and ${counted(end.unsent, "was", "were")} not sent`;
    return end.cause === "stopped"
      ? { left, because: `Stopped: ${rest}.`, interrupted: true }
      : {
          left,
          because: `The mover's log has had no line for ${patienceMs / 60_000} minutes: is the queue read (homing:enabled), and does the log (${deployment.logGroupName}) say why? If it runs again, ${rest}.`,
          interrupted: false,
        };
  } finally {
    close();
    logs.destroy();
  }
}

async function inThisProcess(
  session: Session,
  arns: readonly string[],
  on: (outcome: Outcome) => Promise<void>,
): Promise<End> {
  const { deployment, checkSettings, source, home, now, sleep, stopped, concurrency } = session;
  const { settings, timeoutSeconds } = deployment;
  // More secrets at once would wait for their turn to be deleted until their time is over.
  const atOnce = Math.max(1, Math.floor(settings.deletesPerSecond * (timeoutSeconds / 2 - 15)));
  const move = makeMove(settings, {
    source,
    home,
    now,
    sleep,
    rateLimit: makeRateLimit(settings.deletesPerSecond, now, sleep),
  });
  const { left, unbegun } = await runLocally(
    arns,
    { move, sleep, random: () => Math.random(), stopped, now, timeoutMs: timeoutSeconds * 1_000, checkSettings },
    Math.min(concurrency, atOnce),
    on,
  );
  const because = [
    ...(left.length === 0
      ? []
      : [`${counted(left.length, "secret")} did not end (${[...new Set(left.map(({ code }) => code))].join(", ")}).`]),
    ...(unbegun === 0 ? [] : [`Stopped: ${counted(unbegun, "secret")} not begun.`]),
  ];
  return {
    left: left.length + unbegun,
    ...(because.length === 0 ? {} : { because: because.join(" ") }),
    interrupted: unbegun > 0,
  };
}

/** Checks, before anything is planned or done, that this login may write as the mover. */
async function prepareLocal({ transport, token, deployment: { settings } }: Session): Promise<void> {
  await requireMover({ transport, token }, settings);
  await checkTemplateRecord(settings, transport, token, highestMode(settings) !== "audit");
}

/** Names that are shown of the secrets that keep a run from beginning. */
const namesShown = 5;

/** Says that nothing is begun while the plan has secrets that look like what Vault starts from, and the way out. */
function saysVaultOwn(names: readonly string[], count: number): string {
  const rest = count - names.length;
  const shown = rest === 0 ? names.join(", ") : `${names.join(", ")} and ${rest.toLocaleString("en-US")} more`;
  return `Nothing is begun: ${counted(count, "secret looks", "secrets look")} like what Vault or its clients start from: ${shown}. Name each in homing:exemptNames, or in homing:confirmedNames if it may move, and run pulumi up. docs/roll-out.md says what must never move.`;
}

const nothingText = ({ deployment: { settings } }: Session, secrets: number): string =>
  secrets === 0 ? noSecrets(settings) : "There is nothing to do.";

/** @param needed secrets of the plan that the run had nothing to do with */
const endText = (ended: number, needed: number): string =>
  [
    "",
    `${ended === 1 ? "" : "All "}${counted(ended, "secret")} ended.`,
    ...(needed === 0 ? [] : [`${counted(needed, "secret needs", "secrets need")} you, as the plan above says.`]),
  ].join("\n");

export async function moveCommand(session: Session, options: MoveCommandOptions): Promise<number> {
  const { screen, deployment, stopped } = session;
  if (options.local === true) await prepareLocal(session);
  const arns: string[] = [];
  const own: string[] = [];
  let ownCount = 0;
  const shown = { policies: options.policies === true };
  const totals = await planAll(session, { ...options, ...shown }, ({ act, arn, reason, secret }) => {
    if (act !== "nothing") arns.push(arn);
    if (reason !== "vault-own") return;
    ownCount += 1;
    if (own.length < namesShown) own.push(secret);
  });
  if (stopped()) throw new Failure("Stopped before anything was begun.", 130);
  if (ownCount > 0) {
    await screen.say(saysVaultOwn(own, ownCount));
    await screen.record("vaultOwn", { command: "move", secrets: ownCount, names: own, why: reasons["vault-own"] });
    return 2;
  }
  if (arns.length > 0) {
    screen.note(`${planText(session, shown, totals)}\n`);
    await ask(screen, `Do this for ${counted(arns.length, "secret")}?`, arns.length, options.yes === true);
  }

  const tally = makeTally();
  const progress = session.progress({ what: "secrets ended", total: arns.length });
  let ended = 0;
  const on = async (outcome: Outcome): Promise<void> => {
    tally.add(outcome);
    ended += 1;
    progress.update(ended);
    await screen.record("outcome", outcomeRecord(outcome));
  };
  let end: End = { left: 0, interrupted: false };
  try {
    if (arns.length > 0) {
      end =
        options.local === true
          ? await inThisProcess(session, arns, on)
          : await throughFleet(session, arns, progress, on);
    }
  } finally {
    progress.stop();
    if (ended > 0) {
      await screen.say(tallyText(tally.rows()));
    }
    await screen.record("summary", {
      command: "move",
      function: deployment.functionName,
      mode: deployment.settings.mode,
      local: options.local === true,
      secrets: totals.secrets,
      work: arns.length,
      needsPerson: totals.needsPerson,
      ended,
      left: arns.length - ended,
      outcomes: tally.rows(),
    });
  }
  if (end.because !== undefined)
    throw new Failure(`${end.because} Run the same command again.`, end.interrupted ? 130 : 1);
  if (arns.length > 0) await screen.say(endText(ended, totals.needsPerson));
  else
    await screen.say(totals.needsPerson > 0 ? planText(session, shown, totals) : nothingText(session, totals.secrets));
  return tally.needsPerson() || totals.needsPerson > 0 ? 2 : 0;
}
