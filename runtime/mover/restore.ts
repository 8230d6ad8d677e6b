/** How a deletion is taken back, and how the replicas that it cost are made again. */
import type { Home } from "../model/home";
import { clearedDeletion } from "../model/labels";
import { missingReplicas } from "../model/stateTag";
import type { StateTag } from "../model/stateTag";
import { retryableError } from "../shared/errors";
import type { Decision } from "./decision";
import type { Result, Run } from "./run";
import { isTagged, outcomeOf, writeTag } from "./tagging";

/** How often DescribeSecret is asked whether the replicas are in sync, a second apart. */
const syncLooks = 10;

/**
 * Makes the replicas again that a move removed. The tag keeps their regions until DescribeSecret shows all of them in
 * sync; then it says `u`: nothing is taken apart a second time without a word.
 *
 * Only regions of the setting `replicaRegions` are replicated to, since whoever may tag a secret can write any region.
 *
 * @throws a RetryableError `replicas-missing` while one is not in sync, which the next look goes on with
 */
export async function putReplicasBack(run: Run, tag: StateTag): Promise<Result> {
  const { deps, arn } = run;
  const { replicaRegions } = run.settings;
  const taken: StateTag = { ...tag, state: "t", taggedAt: tag.state === "t" ? tag.taggedAt : deps.now() };
  if (tag.state !== "t") {
    const tagged = await writeTag(run, taken);
    if (tagged !== undefined) return tagged;
  }
  for (let look = 0; look <= syncLooks; look += 1) {
    const found = await deps.source.describe(arn, "describe");
    if (found.is !== "found") return "again";
    const missing = missingReplicas(tag, found.source);
    const allowed = missing.filter(({ region }) => replicaRegions.includes(region));
    if (allowed.length > 0) {
      const replicated = outcomeOf(run, await deps.source.replicate(arn, allowed));
      if (replicated !== undefined) return replicated;
    } else if (missing.length > 0) {
      return run.trace.end("refused", "replicas-missing");
    } else if (found.source.replicas.every(({ status }) => status === "in-sync")) {
      return (await writeTag(run, { ...taken, state: "u", taggedAt: deps.now(), replicas: [] })) ?? "again";
    }
    await deps.sleep(1_000);
  }
  throw retryableError("replicas-missing", "replicate", "not all replicas are in sync yet");
}

/**
 * Takes a scheduled deletion back. The source is described before its tag is changed: a person may have taken the
 * deletion back at the same moment, and that undo stands.
 *
 * @throws a RetryableError `restore-denied` when AWS denies it: it is tried again, and has an alarm of its own
 */
export async function restoreSource(
  run: Run,
  home: Home,
  { cause, then }: Extract<Decision, { act: "restore" }>,
): Promise<Result> {
  const { deps, arn, path, trace } = run;
  const restored = await deps.source.restore(arn);
  if (restored.is === "refused" && restored.reason === "access-denied") {
    throw retryableError("restore-denied", "restore", "AWS denies RestoreSecret; restore it by hand within its window");
  }
  const end = outcomeOf(run, restored);
  if (end !== undefined) return end;
  trace.note({ restored: cause });
  if (then === undefined) return "again";
  const { tag, state } = then;
  const found = await deps.source.describe(arn, "describe");
  if (found.is !== "found" || !isTagged(found.source, tag)) return "again";
  if (tag.replicas.length > 0) return putReplicasBack(run, tag);
  const tagged = await writeTag(run, { ...tag, state, taggedAt: deps.now() });
  if (tagged !== undefined) return tagged;
  // Only now: with labels that were cleared before the tag, a run that stopped here would leave a live `d` without a word.
  if (state === "b") await deps.home.label(path, clearedDeletion(home.labels));
  return "again";
}
