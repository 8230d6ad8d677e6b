/** The last part of a move: from the proven copy to the scheduled deletion, and how a deletion is taken back. */
import type { Home } from "../model/home";
import {
  clearedMarkers,
  clearedReplicas,
  deletingLabel,
  readDeletedLabel,
  readReplicaLabels,
  replicaLabels,
  stateTag,
} from "../model/labels";
import type { RestoreCause } from "../model/outcome";
import type { MutationResult } from "../model/ports";
import type { Source } from "../model/source";
import { retryableError } from "../shared/errors";
import { decide } from "./decide";
import type { Proof } from "./decision";
import { holdsProof } from "./homeFacts";
import type { Result, Run } from "./run";
import { inParallel } from "./inParallel";

/** The time a delete needs: with less of it left, the function could be stopped between the delete and its label. */
const deleteNeedsMs = 30_000;
/** Secrets Manager allows 50 tags on a secret, those that AWS sets not counted. */
const maxTags = 50;
const looks = 4;
const dayMs = 24 * 60 * 60_000;

/** Turns a call's result into the run's; undefined means that the run goes on. */
function outcomeOf(run: Run, change: MutationResult): Result | undefined {
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

/** Whether there is room for the mover's tag. */
export const hasTagRoom = ({ tags }: Source): boolean =>
  tags[stateTag] !== undefined || Object.keys(tags).filter((key) => !key.startsWith("aws:")).length < maxTags;

/** Makes the source deletable: cancels its rotation, records its replicas in labels and removes them. */
async function detachReplicasAndRotation(run: Run, source: Source): Promise<Result | undefined> {
  const { deps, arn, path, trace } = run;
  if (source.rotating) {
    const cancelled = outcomeOf(run, await deps.source.cancelRotation(arn));
    if (cancelled !== undefined) return cancelled;
  }
  if (source.replicas.length === 0) return undefined;
  const labelled = await deps.home.label(path, replicaLabels(source.replicas));
  if (labelled.is === "gone") return "again";
  if (labelled.is === "rejected") return trace.end("refused", "label-no-room");
  const regions = source.replicas.map(({ region }) => region);
  return outcomeOf(run, await deps.source.removeReplicas(arn, regions));
}

/** Makes the replicas again that a move removed; undefined means that none is missing any more. */
async function replicateAgain(run: Run, home: Home, source?: Source): Promise<Result | undefined> {
  const present = new Set(source?.replicas.map(({ region }) => region));
  const missing = readReplicaLabels(home.labels).filter(({ region }) => !present.has(region));
  return missing.length === 0 ? undefined : outcomeOf(run, await run.deps.source.replicate(run.arn, missing));
}

/**
 * Takes a scheduled deletion back. The label `restoring` is written first, so that any mover can finish the restore if
 * this one stops. The label stays until DescribeSecret no longer shows the secret as scheduled.
 */
export async function restoreSource(run: Run, home: Home, versionId: string, cause: RestoreCause): Promise<Result> {
  const { deps, arn, path, trace } = run;
  // A home that is gone can't carry the label. Restore all the same: the secret matters more than the label.
  await deps.home.label(path, { restoring: versionId });
  const restored = outcomeOf(run, await deps.source.restore(arn));
  if (restored !== undefined) return restored;
  trace.note({ restored: cause });
  // Set the label again. Another mover may have finished this restore and deleted the secret anew before our
  // RestoreSecret arrived: our call then undid that deletion, and without the label it would look like a person's undo.
  await deps.home.label(path, { restoring: versionId });
  return (await replicateAgain(run, home)) ?? "again";
}

/**
 * Finishes a restore once DescribeSecret no longer shows the secret as scheduled, and clears its labels. While Secrets
 * Manager may only not show the deletion yet, RestoreSecret is sent once more: after the labels are cleared, nobody would
 * finish the restore of a secret that is scheduled after all. It does nothing to one that is not scheduled.
 */
export async function finishRestore(
  run: Run,
  home: Home,
  source: Source,
  deletionMayBePending: boolean,
): Promise<Result> {
  const { deps, arn, path } = run;
  if (deletionMayBePending) {
    const restored = outcomeOf(run, await deps.source.restore(arn));
    if (restored !== undefined) return restored;
  }
  const replicated = await replicateAgain(run, home, source);
  if (replicated !== undefined) return replicated;
  await deps.home.label(path, { ...clearedMarkers, ...clearedReplicas(home.labels) });
  return "again";
}

/**
 * Reads both sides again after the delete and decides anew. Whatever it decides, it writes no value: only labels, or a
 * restore. So the order of the two reads does not matter, and they are sent in parallel.
 */
async function verifyDeletion(run: Run, proof: Proof, deleting: string): Promise<Result> {
  const { deps, settings, trace, arn, path } = run;
  let relabelled = false;
  for (let look = 1; look <= looks; look += 1) {
    const [home, found] = await inParallel(deps.home.metadata(path), deps.source.describe(arn, "describe"));
    if (found.is === "refused") return trace.end(found.outcome, found.reason);
    if (found.is === "absent") {
      // Somebody deleted the secret without a recovery window, so only the home is left to look at.
      return holdsProof(home, proof, deps.now()) ? trace.end("moved", "proven") : trace.end("refused", "home-deleted");
    }
    const decision = decide(found.source, home, settings, { now: deps.now(), proof });
    if (decision.act === "restore") return restoreSource(run, home, decision.versionId, decision.cause);
    const scheduled = decision.act === "stop" && decision.outcome === "unchanged";
    if (scheduled && readDeletedLabel(home.labels) === proof.versionId) return trace.end("moved", "proven");
    if (scheduled && !relabelled) {
      // Another mover finished an earlier restore and cleared this deletion's labels with it. Write both again: a
      // person's undo is recognised by them.
      await deps.home.label(path, { deleting, deleted: proof.versionId });
      relabelled = true;
      continue;
    }
    if (relabelled) break;
    await deps.sleep(250 * look);
  }
  if (relabelled) {
    // Another mover had taken the deletion back before those labels were written. They would make its restore look like
    // a person's undo; the label `restoring` says that it was a mover's.
    await deps.home.label(path, { restoring: proof.versionId });
    return "again";
  }
  return trace.end("deferred", "deletion-unseen");
}

/** @throws a RetryableError when a delete could be cut off before its label is written */
function checkTime(run: Run): void {
  if (run.remainingMs() >= deleteNeedsMs) return;
  throw retryableError(
    "out-of-time",
    "delete",
    "less than 30 seconds are left; the copy is proven, the delete comes later",
  );
}

/** Deletes the source of a proven copy, with the recovery window, and verifies the deletion. */
export async function deleteSource(run: Run, source: Source, proof: Proof): Promise<Result> {
  const { deps, settings, trace, arn, path } = run;
  const { versionId } = proof;
  // Without a settle time the clocks are not compared: Vault's may be ahead, and the move would be deferred as settling
  // although nothing has to settle.
  const settled = Date.parse(proof.createdTime) + settings.settleMinutes * 60_000;
  if (settings.settleMinutes > 0 && !(settled <= deps.now())) {
    return trace.end("deferred", "settling");
  }
  if (!hasTagRoom(source)) return trace.end("refused", "tags-full");
  checkTime(run);
  const released = await detachReplicasAndRotation(run, source);
  if (released !== undefined) return released;
  await deps.rateLimit();
  checkTime(run);
  const windowEnd = new Date(deps.now() + settings.recoveryWindowDays * dayMs).toISOString();
  const tagged = outcomeOf(run, await deps.source.tag(arn, `${versionId}/${windowEnd}`));
  if (tagged !== undefined) return tagged;
  const deleting = deletingLabel({ versionId, time: deps.now() });
  const marked = await deps.home.label(path, {
    deleting,
    deleted: null,
    checked: null,
    restoring: null,
  });
  if (marked.is === "gone") return "again";
  if (marked.is === "rejected") return trace.end("refused", "label-no-room");
  const scheduled = outcomeOf(run, await deps.source.schedule(arn, settings.recoveryWindowDays));
  if (scheduled !== undefined) return scheduled;
  trace.mark("deleted");
  await deps.home.label(path, { deleted: versionId });
  return verifyDeletion(run, proof, deleting);
}
