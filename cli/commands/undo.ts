/** `homing undo`: takes the mover's scheduled deletions back, one of them or all since a time. */
import { homePath } from "../../runtime/model/path";
import type { Source } from "../../runtime/model/source";
import { stateTag } from "../../runtime/model/stateTag";
import { makeRateLimit } from "../../runtime/shared/rateLimit";
import { ask } from "../ask";
import { eachOf, eachSecret } from "../eachSecret";
import { awsFailure, Failure } from "../failure";
import { readDuration } from "../filter";
import type { FilterOptions } from "../filter";
import { counted, named } from "../screen";
import type { Session } from "../session";
import { requireNamed, targetOf } from "../target";
import { ownTag, undo } from "../undo";
import type { UndoDeps, Undone } from "../undo";

export interface UndoCommandOptions extends FilterOptions {
  readonly since?: string;
  readonly yes?: boolean;
}

/** Half of the RestoreSecret calls a second that Secrets Manager allows an account. */
const restoresPerSecond = 25;
/** What follows for one secret, or for more. */
const lasts = (secrets: number): string => {
  const it = secrets === 1 ? "it" : "them";
  return `The mover does not delete ${it} again, until homing release lets ${it} move.`;
};

const depsOf = ({ source, now, sleep }: Session): UndoDeps => {
  const pace = makeRateLimit(restoresPerSecond, now, sleep);
  return {
    source: {
      ...source,
      restore: async (arn) => {
        await pace();
        return source.restore(arn);
      },
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
  if (found.is === "absent") return undefined;
  requireNamed(target, found.source);
  return found.source;
}

async function tell({ screen, deployment: { settings } }: Session, source: Source, undone: Undone): Promise<void> {
  await screen.record("undo", {
    secret: source.name,
    arn: source.arn,
    home: `${settings.mount}/${homePath(settings, source.name)}`,
    undone,
  });
}

/** Whether there is a deletion of this mover to take back; one whose undo was interrupted has only its tag left to write. */
function canUndo(source: Source, { deployment }: Session): boolean {
  const tag = ownTag(source, deployment.settings);
  return tag !== undefined && (source.scheduled || tag.state === "d");
}

async function undoOne(session: Session, text: string, yes: boolean): Promise<number> {
  const { screen, deployment } = session;
  const source = await describeTarget(session, text);
  if (source === undefined) {
    throw new Failure(
      `Secrets Manager has no secret ${text} any more: after the window, homing restore brings it back.`,
    );
  }
  if (source.scheduled && ownTag(source, deployment.settings) === undefined) {
    throw new Failure(
      `${source.name} was not deleted by this mover (its tag ${stateTag} tells): aws secretsmanager restore-secret takes the deletion back.`,
    );
  }
  if (!canUndo(source, session)) {
    await tell(session, source, "nothing");
    await screen.say(`${source.name} is not scheduled for deletion: there is nothing to undo.`);
    return 0;
  }
  screen.note(`${source.arn}\n  RestoreSecret, then TagResource ${stateTag}. ${lasts(1)}`);
  await ask(screen, `Restore ${source.name}?`, 1, yes);
  if (session.stopped()) throw new Failure("Stopped: nothing was undone.", 130);
  const undone = await undo(source, deployment.settings, depsOf(session));
  await tell(session, source, undone);
  await screen.say(`${source.name} is restored. ${lasts(1)}`);
  return 0;
}

async function undoSince(session: Session, options: UndoCommandOptions, since: string): Promise<number> {
  const { deployment, screen, now, stopped } = session;
  const { settings } = deployment;
  const from = now() - readDuration("--since", since);
  const deps = depsOf(session);
  const chosen: Source[] = [];
  const looked = await eachSecret(session, options, (source) => {
    const tag = ownTag(source, settings);
    if (tag !== undefined && tag.taggedAt >= from && canUndo(source, session)) chosen.push(source);
    return Promise.resolve();
  });
  if (stopped()) throw new Failure("Stopped: nothing was undone.", 130);
  const counts: Record<Undone, number> = { restored: 0, nothing: 0 };
  const tellEnd = async (): Promise<void> => {
    await screen.record("summary", {
      command: "undo",
      function: deployment.functionName,
      looked,
      ...counts,
      stopped: stopped(),
    });
    if (counts.restored > 0)
      await screen.say(`${counted(counts.restored, "secret")} restored. ${lasts(counts.restored)}`);
  };
  if (chosen.length > 0) {
    screen.note(
      `${counted(chosen.length, "deletion")} of this mover in the last ${since}: ${named(chosen.map(({ name }) => name))}.\n  RestoreSecret and TagResource ${stateTag}${chosen.length === 1 ? "" : " for each"}. ${lasts(chosen.length)}`,
    );
    await ask(screen, `Restore ${counted(chosen.length, "secret")}?`, chosen.length, options.yes === true);
  }
  const one = async (source: Source): Promise<void> => {
    const undone = await undo(source, settings, deps);
    counts[undone] += 1;
    await tell(session, source, undone);
  };
  const arns = chosen.map(({ arn }) => arn);
  await eachOf(arns, session, one, tellEnd);
  if (counts.restored === 0) await screen.say(`No deletion of this mover in the last ${since} is left to undo.`);
  return 0;
}

export async function undoCommand(session: Session, options: UndoCommandOptions, home?: string): Promise<number> {
  if (home !== undefined && options.since === undefined) return undoOne(session, home, options.yes === true);
  if (home === undefined && options.since !== undefined) return undoSince(session, options, options.since);
  throw new Failure("Say one secret (its name, ARN or home), or --since with a time, for example --since 2h.");
}
