/** Takes a mover's scheduled deletion back for good: the secret stays in `copy` until its vault-mover tag is removed. */
import type { Home } from "../runtime/model/home";
import {
  clearedReplicas,
  deletingLabel,
  modeTag,
  readDeletingLabel,
  readReplicaLabels,
  stateTag,
} from "../runtime/model/labels";
import { homePath } from "../runtime/model/path";
import type { MutationResult, HomePort, SourcePort } from "../runtime/model/ports";
import type { Source } from "../runtime/model/source";
import { isOfAnother } from "../runtime/mover/homeFacts";
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";

export interface UndoDeps {
  readonly source: Pick<SourcePort, "restore" | "replicate">;
  readonly home: Pick<HomePort, "metadata" | "label">;
  /** Sets the tag with which a person lowers the mode of a secret. */
  readonly tagMode: (arn: string, mode: "copy") => Promise<void>;
  readonly now: () => number;
}

/** `restored`: its deletion is taken back · `replicated`: only its replicas were missing · `nothing`: neither. */
export type Undone = "restored" | "replicated" | "nothing";

const dayMs = 24 * 60 * 60_000;

/** The version whose deletion the mover's tag announces; undefined for a secret that no mover deleted. */
const taggedVersion = ({ tags }: Source): string | undefined => tags[stateTag]?.split("/")[0];

/** When the deletion was sent: by the home's label, else by the window's end. */
export function deletedAt(source: Source, home: Home, settings: MoverSettings): number {
  const deleting = isOfAnother(source, home) ? undefined : readDeletingLabel(home.labels);
  return deleting?.time ?? (source.windowEnd ?? 0) - settings.recoveryWindowDays * dayMs;
}

const missingReplicas = (source: Source, home: Home) => {
  const present = new Set(source.replicas.map(({ region }) => region));
  return isOfAnother(source, home) ? [] : readReplicaLabels(home.labels).filter(({ region }) => !present.has(region));
};

function check(change: MutationResult, call: string, name: string): void {
  if (change.is === "done") return;
  if (change.is === "stale")
    throw new Failure(`${name} changed while it was being restored: run the same command again.`);
  throw new Failure(`AWS refuses ${call} of ${name} (${change.reason}): docs/command-line.md lists what undo needs.`);
}

/**
 * Undoes one deletion. The home's labels are written first. From them the mover knows that a person restored the secret;
 * without them it would move the secret again.
 */
export async function undo(source: Source, settings: MoverSettings, deps: UndoDeps): Promise<Undone> {
  const { arn, name } = source;
  const path = homePath(settings, name);
  const tagged = taggedVersion(source);
  const home = await deps.home.metadata(path);
  const replicas = missingReplicas(source, home);
  if (tagged === undefined || (!source.scheduled && replicas.length === 0)) return "nothing";
  if (source.scheduled) {
    const deleting = readDeletingLabel(home.labels) ?? { versionId: tagged, time: deps.now() };
    const labelled = isOfAnother(source, home)
      ? { is: "gone" as const }
      : await deps.home.label(path, {
          deleting: deletingLabel(deleting),
          deleted: deleting.versionId,
          restoring: null,
        });
    if (labelled.is === "rejected") throw new Failure(`The home of ${name} has no room for labels: nothing is undone.`);
    check(await deps.source.restore(arn), "RestoreSecret", name);
    // No home can carry the labels: a tag keeps the mover from deleting it again.
    if (labelled.is === "gone") await deps.tagMode(arn, "copy");
  }
  if (replicas.length > 0) {
    check(await deps.source.replicate(arn, replicas), "ReplicateSecretToRegions", name);
    await deps.home.label(path, clearedReplicas(home.labels));
  }
  return source.scheduled ? "restored" : "replicated";
}

/** The tag that {@link UndoDeps.tagMode} sets. */
export const modeTagOf = (mode: "copy" | "exempt"): { readonly Key: string; readonly Value: string } => ({
  Key: modeTag,
  Value: mode,
});
