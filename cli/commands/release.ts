/** `homing release`: lets secrets move again whose deletion was taken back, one of them or all that a filter names. */
import type { Source } from "../../runtime/model/source";
import { againTag, readStateTag, stateTag } from "../../runtime/model/stateTag";
import { ask } from "../ask";
import { eachOf, eachSecret } from "../eachSecret";
import { Failure } from "../failure";
import { readDuration } from "../filter";
import type { FilterOptions } from "../filter";
import { heldBy, heldTexts, release } from "../release";
import { counted, named } from "../screen";
import type { Session } from "../session";
import { describeTarget } from "./undo";

export interface ReleaseCommandOptions extends FilterOptions {
  readonly all?: boolean;
  readonly since?: string;
  readonly fromAnotherMover?: boolean;
  readonly yes?: boolean;
}

/** Whether the mover's tag was written since then. */
function isTaggedSince(source: Source, from: number): boolean {
  const read = readStateTag(source.tags);
  return read.is === "known" && read.tag.taggedAt >= from;
}

const does = (secrets: number): string => {
  const them = secrets === 1 ? "it as any other secret" : "them as any other secrets";
  return `TagResource ${stateTag}=${againTag}. The mover then treats ${them}; homing plan shows what that comes to.`;
};

export async function releaseCommand(session: Session, options: ReleaseCommandOptions, home?: string): Promise<number> {
  const { screen, deployment, now, stopped } = session;
  const fromAnother = options.fromAnotherMover === true;
  const held = (source: Source) => heldBy(source, deployment.settings, now(), fromAnother);
  const hasFilter = [options.name, options.tag, options.olderThan, options.newerThan, options.since].some(
    (given) => given !== undefined && given.length > 0,
  );
  if ((home === undefined) === (options.all !== true && !hasFilter)) {
    throw new Failure("Say one secret (its name, ARN or home), a filter such as --name 'dev/*', or --all.");
  }
  const from = options.since === undefined ? -Infinity : now() - readDuration("--since", options.since);
  const chosen: Source[] = [];
  if (home === undefined) {
    await eachSecret(session, options, (source) => {
      if (held(source) === undefined && isTaggedSince(source, from)) chosen.push(source);
      return Promise.resolve();
    });
    if (stopped()) throw new Failure("Stopped: nothing was released.", 130);
  } else {
    const source = await describeTarget(session, home);
    if (source === undefined) throw new Failure(`Secrets Manager has no secret ${home}: there is nothing to release.`);
    const why = held(source);
    if (why !== undefined) throw new Failure(`${source.name} can't be released: ${heldTexts[why]}.`);
    chosen.push(source);
  }
  let released = 0;
  const tellEnd = async (): Promise<void> => {
    await screen.record("summary", {
      command: "release",
      function: deployment.functionName,
      released,
      stopped: stopped(),
    });
    if (released === 0) return;
    await screen.say(
      `${counted(released, "secret")} released. The mover goes on with ${released === 1 ? "it" : "them"} at the next event or sweep; homing move does it now.`,
    );
  };
  if (chosen.length > 0) {
    screen.note(
      `${counted(chosen.length, "secret")}: ${named(chosen.map(({ name }) => name))}.\n  ${does(chosen.length)}`,
    );
    await ask(screen, `Release ${counted(chosen.length, "secret")}?`, chosen.length, options.yes === true);
  }
  const one = async (source: Source): Promise<void> => {
    if (held(source) !== undefined) return;
    await release(source, session.source);
    released += 1;
    await screen.record("release", { secret: source.name, arn: source.arn });
  };
  const arns = chosen.map(({ arn }) => arn);
  await eachOf(arns, session, one, tellEnd);
  if (released === 0) await screen.say("There is nothing to release.");
  return 0;
}
