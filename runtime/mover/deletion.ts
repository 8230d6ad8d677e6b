/** The last part of a move: from the proven copy to the scheduled deletion, and the look at both sides after it. */
import { deletionLabel } from "../model/labels";
import type { DeletionLabel, LabelPatch } from "../model/labels";
import type { Source } from "../model/source";
import { stateTag, writeStateTag } from "../model/stateTag";
import type { Proof, StateTag } from "../model/stateTag";
import { isRetryableError, retryableError } from "../shared/errors";
import { decide } from "./decide";
import { remainsOf } from "./homeFacts";
import { inParallel } from "./inParallel";
import { putReplicasBack, restoreSource } from "./restore";
import type { Result, Run } from "./run";
import { giveBack, outcomeOf, tagOf, writeTag } from "./tagging";

/** The time a delete needs: with less of it left, the function could be stopped before its second look. */
const deleteNeedsMs = 30_000;
/** DeleteSecret follows its tag within this time: what was proven longer ago may have changed, on a machine that slept. */
const deleteWithinMs = 60_000;
/** Secrets Manager allows 50 tags on a secret, those that AWS sets not counted. */
const maxTags = 50;
const looks = 4;
/** A tag may not be visible to IAM at once: a denial right after it is tried again so often. */
const deniedTries = 4;
/** How often DescribeSecret is asked whether the replicas are gone, a second apart. */
const removalLooks = 20;

/** Whether there is room for the mover's tag. */
export const hasTagRoom = ({ tags }: Source): boolean =>
  tags[stateTag] !== undefined || Object.keys(tags).filter((key) => !key.startsWith("aws:")).length < maxTags;

/** The label that announces a deletion. */
export const announce = (label: DeletionLabel): LabelPatch => deletionLabel("deleting", label);

/** @throws a RetryableError when the run could end between its delete and its second look */
function checkTime(run: Run): void {
  if (run.remainingMs() >= deleteNeedsMs) return;
  throw retryableError("out-of-time", "delete", "less than 30 seconds are left; nothing was tagged or deleted");
}

/**
 * Whether a proven copy may be deleted now: it has settled, there is room for the tag, time is left, and it is this
 * container's turn.
 *
 * @param createdTime when Vault stored the copy
 * @returns how the run ends; undefined when it may go on
 */
export async function gate(run: Run, source: Source, createdTime: string): Promise<Result | undefined> {
  const { deps, settings, trace } = run;
  // Without a settle time the clocks are not compared: Vault's may be ahead, and the move would be deferred as settling
  // although nothing has to settle.
  const settled = Date.parse(createdTime) + settings.settleMinutes * 60_000;
  if (settings.settleMinutes > 0 && !(settled <= deps.now())) return trace.end("deferred", "settling");
  if (!hasTagRoom(source)) return trace.end("refused", "tags-full");
  checkTime(run);
  await deps.rateLimit();
  checkTime(run);
  return undefined;
}

/** `stale`: it is scheduled already, or gone. */
type Sent = "scheduled" | "stale" | "has-replicas" | { readonly end: Result };

/** Sends the delete, within its time. What is known to have failed is tagged as taken back. */
async function schedule(run: Run, tag: StateTag): Promise<Sent> {
  const { deps, settings, arn } = run;
  for (let tried = 1; ; tried += 1) {
    if (run.remainingMs() < deleteNeedsMs || Math.abs(deps.now() - tag.taggedAt) > deleteWithinMs) {
      await giveBack(run, tag);
      throw retryableError("out-of-time", "delete", "its tag is too old, or time is short; the delete comes later");
    }
    let sent: Awaited<ReturnType<typeof deps.source.schedule>>;
    try {
      sent = await deps.source.schedule(arn, settings.recoveryWindowDays);
    } catch (error) {
      // Throttled, it had no effect. Of any other failure nobody knows: the tag stays, and the next look decides.
      if (isRetryableError(error) && error.code === "source-throttled") await giveBack(run, tag);
      throw error;
    }
    if (sent.is === "has-replicas") return "has-replicas";
    if (sent.is === "refused" && sent.reason === "access-denied" && tried < deniedTries) {
      await deps.sleep(500 * 2 ** tried);
      continue;
    }
    if (sent.is === "refused") {
      await giveBack(run, tag);
      return { end: run.trace.end(sent.outcome, sent.reason) };
    }
    return sent.is === "done" ? "scheduled" : "stale";
  }
}

/** Whether two secrets have the same replicas. */
const sameRegions = (one: Source, other: Source): boolean =>
  JSON.stringify(one.replicas.map(({ region }) => region).sort()) ===
  JSON.stringify(other.replicas.map(({ region }) => region).sort());

/**
 * Takes the replicas apart, once a delete was refused because of them and of nothing else. The tag `t` has their regions
 * before the first one goes.
 *
 * @returns the tag, which says `d` again, when no replica is left; otherwise how the run ends
 */
async function takeApart(run: Run, source: Source, tag: StateTag): Promise<Result | StateTag> {
  const { deps, arn, trace } = run;
  const found = await deps.source.describe(arn, "describe");
  if (found.is !== "found" || source.replicas.length === 0 || !sameRegions(source, found.source)) {
    await giveBack(run, tag);
    return found.is === "refused" ? trace.end(found.outcome, found.reason) : "again";
  }
  const taking: StateTag = { ...tag, state: "t", taggedAt: deps.now() };
  const tagged = await writeTag(run, taking);
  if (tagged !== undefined) return tagged;
  const removed = outcomeOf(
    run,
    await deps.source.removeReplicas(
      arn,
      source.replicas.map(({ region }) => region),
    ),
  );
  if (removed !== undefined) {
    await putReplicasBack(run, taking);
    return removed;
  }
  for (let look = 1; look <= removalLooks; look += 1) {
    const now = await deps.source.describe(arn, "describe");
    if (now.is !== "found") break;
    if (now.source.replicas.length === 0) {
      const deleting: StateTag = { ...tag, state: "d", taggedAt: deps.now() };
      return (await writeTag(run, deleting)) ?? deleting;
    }
    if (run.remainingMs() < deleteNeedsMs) break;
    await deps.sleep(1_000);
  }
  return putReplicasBack(run, taking);
}

const isTag = (result: Result | StateTag): result is StateTag => typeof result === "object" && "owner" in result;

/**
 * Reads both sides again after the delete and decides anew. Whatever it decides, it writes no value: only labels, or a
 * restore. So the order of the two reads does not matter, and they are sent in parallel.
 */
async function verifyDeletion(run: Run, tag: StateTag, proof: Proof): Promise<Result> {
  const { deps, settings, trace, arn, path } = run;
  for (let look = 1; look <= looks; look += 1) {
    const [home, found] = await inParallel(deps.home.metadata(path), deps.source.describe(arn, "describe"));
    if (found.is === "refused") return trace.end(found.outcome, found.reason);
    if (found.is === "absent") {
      // Somebody deleted the secret without a recovery window, so only the home is left to look at.
      const remains = remainsOf(tag, home, settings);
      return remains === "sound" ? trace.end("moved", "proven") : trace.end("refused", "home-deleted");
    }
    const decision = decide(found.source, home, settings, { now: deps.now(), proof });
    if (decision.act === "restore") return restoreSource(run, home, decision);
    if (decision.act === "stop" && decision.outcome === "unchanged") return trace.end("moved", "proven");
    await deps.sleep(250 * look);
  }
  return trace.end("deferred", "deletion-unseen");
}

/**
 * Deletes the source of a proven copy, with the recovery window, and verifies the deletion. The delete under its tag is
 * itself the question whether it may be deleted: nothing of the source is taken apart before AWS has answered it.
 */
export async function deleteSource(run: Run, source: Source, proof: Proof): Promise<Result> {
  const { deps, trace, path } = run;
  let tag = tagOf(run, source, proof, "d");
  if (writeStateTag(tag) === undefined) return trace.end("refused", "regions-no-room");
  const told = { suffix: source.suffix, versionId: proof.versionId, time: tag.taggedAt };
  const announced = await deps.home.label(path, announce(told));
  if (announced.is === "gone") return "again";
  if (announced.is === "rejected") return trace.end("refused", "label-no-room");
  const tagged = await writeTag(run, tag);
  if (tagged !== undefined) return tagged;

  let sent = await schedule(run, tag);
  if (sent === "has-replicas") {
    const apart = await takeApart(run, source, tag);
    if (!isTag(apart)) return apart;
    tag = apart;
    try {
      sent = await schedule(run, tag);
    } catch (error) {
      if (isRetryableError(error) && error.code === "source-throttled") await putReplicasBack(run, tag);
      throw error;
    }
    if (sent === "has-replicas" || typeof sent === "object") {
      await putReplicasBack(run, tag);
      return sent === "has-replicas" ? trace.end("failed", "source-rejected") : sent.end;
    }
  }
  if (typeof sent === "object") return sent.end;
  if (sent === "scheduled") {
    trace.mark("deleted");
    await deps.home.label(path, deletionLabel("deleted", told));
  }
  // Where another run was first, the tag names this run's proof all the same, so this run has to look.
  return verifyDeletion(run, tag, proof);
}
