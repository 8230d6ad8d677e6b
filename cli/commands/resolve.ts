/** `homing resolve`: a person ends a refusal. */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { UntagResourceCommand } from "@aws-sdk/client-secrets-manager";

import { reasons } from "../../runtime/model/outcome";
import type { Outcome } from "../../runtime/model/outcome";
import { stateTag } from "../../runtime/model/stateTag";
import { askName } from "../ask";
import { requireMover } from "../asMover";
import { awsFailure, Failure } from "../failure";
import { runFleet } from "../fleet";
import { needsPerson } from "../forecast";
import { makeNews } from "../moverLog";
import { makeQueue } from "../queue";
import { compareSides, findRefusal, keep, take } from "../resolve";
import type { Compared, Refused, ResolveDeps } from "../resolve";
import { wrapped } from "../screen";
import { awsLimits } from "../session";
import type { Session } from "../session";
import { targetOf } from "../target";
import { outcomeRecord } from "./move";

export interface ResolveCommandOptions {
  readonly take?: boolean;
  readonly keep?: boolean;
  readonly homeVersion?: number;
  readonly yes?: boolean;
}

function comparedText(compared: Compared): string {
  switch (compared.is) {
    case "equal":
      return "Both hold the same value.";
    case "different":
      return "They hold different values.";
    case "no-home":
      return "Vault holds no value.";
    case "unknown":
      return `Whether they hold the same value can't be told: ${compared.why}.`;
    default:
      return compared satisfies never;
  }
}

/** What taking and keeping would do. */
function choices({ home, reason }: Refused, { is }: Compared, { settings }: Session["deployment"]) {
  const lost = {
    equal: "Vault holds its value.",
    different: "After that its value is gone.",
    "no-home": "After that its value is gone.",
    unknown: "After that its value, if it is another one than Vault's, is gone.",
  } as const;
  const take = `Taking makes the value of Secrets Manager version ${home.currentVersion + 1} of the home. Version ${home.currentVersion} stays in Vault's history, as long as the mount keeps it. The mover then goes on.`;
  const keep = `Keeping deletes the secret from Secrets Manager, restorable for ${settings.recoveryWindowDays} days. ${lost[is]}`;
  return { take, ...(reason === "home-deleted" ? {} : { keep }) };
}

/** Both sides as a person looks at them, without their values. */
function sidesText({ target, source, home, reason }: Refused, compared: Compared, session: Session): string {
  const version = home.versions[home.currentVersion];
  const author = version?.authorEntityId ?? "";
  const written = version?.createdTime.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC") ?? "at an unknown time";
  return [
    `${target.name}: ${reasons[reason]}.`,
    `  Secrets Manager, version ${source.currentVersionId}:`,
    `    ${source.arn}`,
    `  Vault, version ${home.currentVersion}, written ${written} by ${author === "" ? "somebody without an entity" : `entity ${author}`}:`,
    `    ${session.deployment.settings.mount}/${target.path}`,
    `  ${comparedText(compared)}`,
  ].join("\n");
}

/** Puts the secret on the mover's queue and waits for its outcome. */
async function handOver(session: Session, arn: string): Promise<Outcome | undefined> {
  const { deployment, now, sleep, stopped } = session;
  const logs = new CloudWatchLogsClient({ region: deployment.settings.region, ...awsLimits });
  const { send, close } = makeQueue(session);
  let last: Outcome | undefined;
  try {
    const news = makeNews(logs, deployment.logGroupName, now() - 5_000);
    // The refusal that the person has just ended may be a line of this moment, and is not what the mover makes of it now.
    const old = new Set((await news()).map((item) => JSON.stringify(item)));
    const newer = async () => (await news()).filter((item) => !old.has(JSON.stringify(item)));
    await runFleet(
      [arn],
      { send, news: newer, queued: 1, maxConcurrency: 1, now, sleep, stopped },
      {
        outcome: (outcome) => {
          last = outcome;
        },
        state: () => undefined,
      },
    );
    return last;
  } finally {
    close();
    logs.destroy();
  }
}

export async function resolveCommand(session: Session, options: ResolveCommandOptions, home: string): Promise<number> {
  const { deployment, screen, secrets } = session;
  const { settings } = deployment;
  const taking = options.take === true;
  if (taking && options.keep === true) throw new Failure("Say --take or --keep, one of them.");
  if (taking) await requireMover(session, settings);
  const deps: ResolveDeps = {
    ...session,
    async untag(arn) {
      try {
        await secrets.send(new UntagResourceCommand({ SecretId: arn, TagKeys: [stateTag] }));
      } catch (error) {
        throw awsFailure("UntagResource", error);
      }
    },
  };
  const refused = await findRefusal(targetOf(home, settings), settings, deps);
  const { target, source, reason } = refused;
  if (options.keep === true && reason === "home-deleted")
    throw new Failure(`Vault holds no value of ${target.name}: there is nothing to keep.`);
  if (options.homeVersion !== undefined && options.homeVersion !== refused.home.currentVersion) {
    throw new Failure(
      `The home of ${target.name} is at version ${refused.home.currentVersion}, not ${options.homeVersion}: look at it again.`,
    );
  }
  const compared = await compareSides(refused, settings, deps);
  const facts = { secret: target.name, arn: source.arn, home: `${settings.mount}/${target.path}`, reason };
  const would = choices(refused, compared, deployment);
  const sides = sidesText(refused, compared, session);
  if (!taking && options.keep !== true) {
    const next = Object.entries(would).map(
      ([option, text]) => `\n-> homing resolve ${target.name} --${option}\n${wrapped(text, "   ")}`,
    );
    await screen.say([sides, ...next].join("\n"));
    await screen.record("sides", { ...facts, homeVersion: refused.home.currentVersion, values: compared.is });
    return 2;
  }
  screen.note(`${sides}\n${taking ? would.take : (would.keep ?? "")}`);
  await askName(screen, `${taking ? "Take" : "Keep Vault's of"} ${target.name}?`, target.name, options.yes === true);
  if (session.stopped()) throw new Failure("Stopped: nothing was done.", 130);
  if (!taking) {
    await keep(refused, settings, deps);
    await screen.record("resolve", { ...facts, kept: "vault", windowDays: settings.recoveryWindowDays });
    await screen.say(
      `${target.name} is scheduled for deletion, and version ${refused.home.currentVersion} of its home stays. For ${settings.recoveryWindowDays} days aws secretsmanager restore-secret takes that back.`,
    );
    return 0;
  }
  const homeVersion = await take(refused, settings, deps);
  await screen.record("resolve", { ...facts, kept: "source", homeVersion });
  await screen.say(`Version ${homeVersion} of the home holds the value of Secrets Manager, read back and equal.`);
  const outcome = await handOver(session, source.arn);
  if (outcome === undefined) throw new Failure("The mover has not said yet what became of it: homing plan tells.");
  await screen.record("outcome", outcomeRecord(outcome));
  await screen.say(`The mover's outcome is ${outcome.outcome}: ${reasons[outcome.reason]}.`);
  return needsPerson(outcome) ? 2 : 0;
}
