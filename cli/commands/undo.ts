/** `homing undo`: takes the mover's scheduled deletions back, one of them or all since a time. */
import { TagResourceCommand } from "@aws-sdk/client-secrets-manager";

import { stateTag } from "../../runtime/model/labels";
import { homePath } from "../../runtime/model/path";
import type { Source } from "../../runtime/model/source";
import { makeRateLimit } from "../../runtime/shared/rateLimit";
import { eachSecret } from "../eachSecret";
import { awsFailure, Failure } from "../failure";
import { readDuration } from "../filter";
import type { FilterOptions } from "../filter";
import { counted } from "../screen";
import type { Session } from "../session";
import { targetOf } from "../target";
import { deletedAt, modeTagOf, undo } from "../undo";
import type { UndoDeps, Undone } from "../undo";

export interface UndoCommandOptions extends FilterOptions {
  readonly since?: string;
}

/** Half of the RestoreSecret calls a second that Secrets Manager allows an account. */
const restoresPerSecond = 25;

const depsOf = ({ source, home, secrets, now, sleep }: Session): UndoDeps => {
  const pace = makeRateLimit(restoresPerSecond, now, sleep);
  return {
    source: {
      restore: async (arn) => {
        await pace();
        return source.restore(arn);
      },
      replicate: source.replicate,
    },
    home,
    async tagMode(arn, mode) {
      try {
        await secrets.send(new TagResourceCommand({ SecretId: arn, Tags: [modeTagOf(mode)] }));
      } catch (error) {
        throw awsFailure("TagResource", error);
      }
    },
    now,
  };
};

/** Describes the secret that a person named. */
export async function describeTarget(session: Session, text: string): Promise<Source | undefined> {
  const target = targetOf(text, session.deployment.settings);
  const found = await session.source.describe(target.id, "describe");
  if (found.is === "refused") {
    throw awsFailure("DescribeSecret", Object.assign(new Error(), { name: "AccessDeniedException" }));
  }
  return found.is === "absent" ? undefined : found.source;
}

async function tell({ screen, deployment: { settings } }: Session, source: Source, undone: Undone): Promise<void> {
  await screen.record("undo", {
    secret: source.name,
    arn: source.arn,
    home: `${settings.mount}/${homePath(settings, source.name)}`,
    undone,
  });
}

async function undoOne(session: Session, text: string): Promise<number> {
  const { screen, deployment } = session;
  const source = await describeTarget(session, text);
  if (source === undefined) {
    throw new Failure(
      `Secrets Manager has no secret ${text} any more: after the window, homing restore brings it back.`,
    );
  }
  if (source.scheduled && source.tags[stateTag] === undefined) {
    throw new Failure(
      `${source.name} was scheduled for deletion by somebody else: aws secretsmanager restore-secret takes that back.`,
    );
  }
  const undone = await undo(source, deployment.settings, depsOf(session));
  await tell(session, source, undone);
  await screen.say(
    undone === "nothing"
      ? `${source.name} is not scheduled for deletion: there is nothing to undo.`
      : `${source.name} is ${undone}. The mover copies it and deletes it no more, until its tag ${stateTag} is removed.`,
  );
  return 0;
}

async function undoSince(session: Session, options: UndoCommandOptions, since: string): Promise<number> {
  const { deployment, screen, now, stopped, home } = session;
  const { settings } = deployment;
  const from = now() - readDuration("--since", since);
  const deps = depsOf(session);
  const counts: Record<Undone, number> = { restored: 0, replicated: 0, nothing: 0 };

  async function one(source: Source): Promise<void> {
    if (source.tags[stateTag] === undefined) return;
    if (deletedAt(source, await home.metadata(homePath(settings, source.name)), settings) < from) return;
    const undone = await undo(source, settings, deps);
    counts[undone] += 1;
    if (undone !== "nothing") await tell(session, source, undone);
  }
  const looked = await eachSecret(session, options, one);
  await screen.record("summary", {
    command: "undo",
    function: deployment.functionName,
    looked,
    ...counts,
    stopped: stopped(),
  });
  await screen.say(
    counts.restored + counts.replicated === 0
      ? `No deletion of this mover in the last ${since} is left to undo.`
      : `${counted(counts.restored, "secret")} restored${counts.replicated === 0 ? "" : `, ${counts.replicated} replicated again`}. The mover copies them and deletes them no more, until their tag ${stateTag} is removed.`,
  );
  if (stopped()) throw new Failure("Stopped: run the same command again for the rest.", 130);
  return 0;
}

export async function undoCommand(session: Session, options: UndoCommandOptions, home?: string): Promise<number> {
  if (home !== undefined && options.since === undefined) return undoOne(session, home);
  if (home === undefined && options.since !== undefined) return undoSince(session, options, options.since);
  throw new Failure("Say one secret (its name, ARN or home), or --since with a time, for example --since 2h.");
}
