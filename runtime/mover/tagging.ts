/** The mover's tag on a source, as a run writes it. */
import type { MutationResult } from "../model/ports";
import type { Source } from "../model/source";
import { missingReplicas, namesProof, ownerOf, placeOf, stateTag, timeKey, writeStateTag } from "../model/stateTag";
import type { Proof, StateTag, TagState } from "../model/stateTag";
import type { Result, Run } from "./run";

/** Turns a call's result into the run's; undefined means that the run goes on. */
export function outcomeOf(run: Run, change: MutationResult): Result | undefined {
  switch (change.is) {
    case "done":
      return undefined;
    case "stale":
      return "again";
    case "refused":
      return run.trace.end(change.outcome, change.reason);
    default:
      return change satisfies never;
  }
}

/** The tag that remembers a proof. */
export const tagOf = ({ settings, deps }: Run, source: Source, proof: Proof, state: TagState): StateTag => ({
  owner: ownerOf(settings.entityId),
  place: placeOf(settings),
  state,
  suffix: source.suffix,
  versionId: proof.versionId,
  homeVersion: proof.homeVersion,
  created: timeKey(proof.createdTime),
  taggedAt: deps.now(),
  windowDays: settings.recoveryWindowDays,
  // An undone deletion has nothing to put back any more.
  replicas: state === "u" ? [] : source.replicas,
});

/** Writes a tag. @returns how the run ends; undefined when the tag is there */
export async function writeTag(run: Run, tag: StateTag): Promise<Result | undefined> {
  const text = writeStateTag(tag);
  if (text === undefined) return run.trace.end("refused", "regions-no-room");
  return outcomeOf(run, await run.deps.source.tag(run.arn, text));
}

/** After an undo the tag follows each value that is proven, so that it tells whether a person's deletion is safe. */
export async function rememberProof(
  run: Run,
  source: Source,
  undone: StateTag,
  proof: Proof,
): Promise<Result | undefined> {
  if (undone.state === "u" && namesProof(undone, proof)) return undefined;
  return writeTag(run, tagOf(run, source, proof, "u"));
}

/** Whether the source still carries this very tag, and nobody's since. By its text: the tag's time is in whole seconds. */
export const isTagged = ({ tags }: Source, tag: StateTag): boolean => tags[stateTag] === writeStateTag(tag);

/**
 * Tags a deletion that is known to have failed as taken back, so that the secret can move again, and then removes the
 * labels that announced it. A tag that somebody has changed since stays: it may tell of a person's undo. So does one whose
 * replicas another run took apart meanwhile: the next look puts them back. A secret that is scheduled after all takes no
 * tag: then nothing is changed.
 */
export async function giveBack(run: Run, tag: StateTag): Promise<void> {
  const { deps, arn, path } = run;
  const found = await deps.source.describe(arn, "describe");
  if (found.is !== "found" || !isTagged(found.source, tag)) return;
  if (missingReplicas(tag, found.source).length > 0) return;
  const tagged = await writeTag(run, { ...tag, state: "b", taggedAt: deps.now() });
  if (tagged !== undefined) return;
  await deps.home.label(path, { deleting: null, deleted: null });
}
