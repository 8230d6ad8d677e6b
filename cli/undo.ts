/** Takes a mover's scheduled deletion back for good: the secret is copied and not moved, until it is released. */
import type { MutationResult, SourcePort } from "../runtime/model/ports";
import type { Source } from "../runtime/model/source";
import { isOwnedBy, readStateTag, writeStateTag } from "../runtime/model/stateTag";
import type { Owners, StateTag } from "../runtime/model/stateTag";
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";

export interface UndoDeps {
  readonly source: Pick<SourcePort, "describe" | "restore" | "tag">;
  readonly now: () => number;
}

/** `restored`: its deletion is taken back · `nothing`: this mover has no deletion of it that could be. */
export type Undone = "restored" | "nothing";

/** How often the tag is read again after it was written. */
const rereads = 3;

/** The tag of a deletion that this deployment's mover, or one before it, sent; undefined for any other secret. */
export function ownTag(source: Source, owners: Owners): StateTag | undefined {
  const read = readStateTag(source.tags);
  if (read.is !== "known" || read.tag.suffix !== source.suffix) return undefined;
  return isOwnedBy(read.tag, owners) ? read.tag : undefined;
}

const needs = "docs/command-line.md lists what undo needs";

/** @param refused what a refusal means, for whoever reads it at night */
function check(change: MutationResult, name: string, refused: string): void {
  if (change.is === "done") return;
  if (change.is === "stale")
    throw new Failure(`${name} changed while it was being restored: run the same command again.`);
  throw new Failure(`${refused} (${change.reason}): ${needs}.`);
}

/**
 * Undoes one deletion: restores the secret, writes into its tag that the deletion was undone, and reads the tag again,
 * since a mover may be taking the same deletion back at this moment. Where replicas were removed, the tag says so, and
 * the mover puts them back: nothing that this command does follows from a label.
 *
 * @throws a {@link Failure} when AWS refuses a call, or a mover keeps writing over the tag
 */
export async function undo(source: Source, settings: MoverSettings, deps: UndoDeps): Promise<Undone> {
  const { arn, name } = source;
  const tag = ownTag(source, settings);
  if (tag === undefined || (!source.scheduled && tag.state !== "d")) return "nothing";
  if (source.scheduled) {
    check(await deps.source.restore(arn), name, `${name} is not restored, since AWS refuses RestoreSecret`);
  }
  const undone: StateTag = {
    ...tag,
    state: tag.replicas.length === 0 ? "u" : "t",
    taggedAt: deps.now(),
  };
  for (let written = 1; written <= rereads; written += 1) {
    check(
      await deps.source.tag(arn, writeStateTag(undone) ?? ""),
      name,
      `${name} is restored, and the mover leaves it undone by itself within minutes, but AWS refuses TagResource`,
    );
    const found = await deps.source.describe(arn, "describe");
    if (found.is !== "found") throw new Failure(`${name} is gone: somebody deleted it without a window.`);
    const now = readStateTag(found.source.tags);
    if (now.is === "known" && (now.tag.state === "u" || now.tag.state === "t")) return "restored";
  }
  throw new Failure(`A mover keeps writing the tag of ${name}: run the same command again.`);
}
