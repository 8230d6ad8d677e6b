/** `homing resolve`: a person ends a refusal. */
import { createInterface } from "node:readline/promises";

import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { UntagResourceCommand } from "@aws-sdk/client-secrets-manager";

import { reasons } from "../../runtime/model/outcome";
import type { Outcome } from "../../runtime/model/outcome";
import { stateTag } from "../../runtime/model/stateTag";
import { requireMover } from "../asMover";
import { awsFailure, Failure } from "../failure";
import { runFleet } from "../fleet";
import { makeNews } from "../moverLog";
import { findRefusal, keep, take } from "../resolve";
import type { Refused, ResolveDeps } from "../resolve";
import { awsLimits } from "../session";
import type { Session } from "../session";
import { targetOf } from "../target";
import { makeSend, outcomeRecord } from "./move";

export interface ResolveCommandOptions {
  readonly take?: boolean;
  readonly keep?: boolean;
  readonly homeVersion?: number;
  readonly yes?: boolean;
}

function describe({ target, source, home, reason }: Refused, session: Session, taking: boolean): string {
  const { settings } = session.deployment;
  const version = home.versions[home.currentVersion];
  const author = version?.authorEntityId;
  return [
    `${target.name}: ${reasons[reason]}.`,
    `  Secrets Manager  ${source.arn}, version ${source.currentVersionId}`,
    `  Vault            ${settings.mount}/${target.path}, version ${home.currentVersion} of ${version?.createdTime ?? "an unknown time"}, written by ${author === undefined || author === "" ? "somebody without an entity" : `entity ${author}`}`,
    taking
      ? `Taking makes the value of Secrets Manager version ${home.currentVersion + 1} of the home. Version ${home.currentVersion} stays in Vault's history, as long as the mount keeps it. The mover then goes on.`
      : `Keeping deletes the secret from Secrets Manager, restorable for ${settings.recoveryWindowDays} days. Its value, if it is another one than Vault's, is then nowhere else.`,
  ].join("\n");
}

/** Asks the person to type the secret's name. */
async function confirm({ screen }: Session, name: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure("Nobody is here to confirm: say --yes if this is meant.");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await lines.question(`Type the secret's name to go on: `);
    if (typed.trim() !== name) throw new Failure("Another name was typed: nothing is done.");
  } finally {
    lines.close();
  }
  screen.note("");
}

/** Puts the secret on the mover's queue and waits for its outcome. */
async function handOver(session: Session, arn: string): Promise<Outcome | undefined> {
  const { deployment, now, sleep, stopped } = session;
  const logs = new CloudWatchLogsClient({ region: deployment.settings.region, ...awsLimits });
  const { send, close } = makeSend(session);
  let last: Outcome | undefined;
  try {
    const news = makeNews(logs, deployment.logGroupName, now() - 5_000);
    await runFleet(
      [arn],
      { send, news, queued: 1, maxConcurrency: 1, now, sleep, stopped },
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
  if (taking === (options.keep === true)) throw new Failure("Say --take or --keep, one of them.");
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
  if (!taking && reason === "home-deleted")
    throw new Failure(`Vault holds no value of ${target.name}: there is nothing to keep.`);
  if (options.homeVersion !== undefined && options.homeVersion !== refused.home.currentVersion) {
    throw new Failure(
      `The home of ${target.name} is at version ${refused.home.currentVersion}, not ${options.homeVersion}: look at it again.`,
    );
  }
  await screen.say(describe(refused, session, taking));
  if (options.yes !== true) await confirm(session, target.name);
  const facts = { secret: target.name, arn: source.arn, home: `${settings.mount}/${target.path}`, reason };
  if (!taking) {
    await keep(refused, settings, deps);
    await screen.record("resolve", { ...facts, kept: "vault", windowDays: settings.recoveryWindowDays });
    await screen.say(
      `${target.name} is scheduled for deletion; Vault's version ${refused.home.currentVersion} is the only one from now on.`,
    );
    return 0;
  }
  const homeVersion = await take(refused, settings, deps);
  await screen.record("resolve", { ...facts, kept: "source", homeVersion });
  await screen.say(`Version ${homeVersion} of the home holds the value of Secrets Manager, read back and equal.`);
  const outcome = await handOver(session, source.arn);
  if (outcome === undefined) throw new Failure("The mover has not said yet what became of it: homing plan tells.");
  await screen.record("outcome", outcomeRecord(outcome));
  await screen.say(`The mover: ${outcome.outcome}: ${reasons[outcome.reason]}.`);
  return 0;
}
