/** Lets a secret move again whose deletion was taken back, by the one word that any mover takes for an order. */
import type { SourcePort } from "../runtime/model/ports";
import type { Source } from "../runtime/model/source";
import { againTag, missingReplicas, readStateTag } from "../runtime/model/stateTag";
import type { MoverSettings } from "../runtime/shared/environment";
import { consistencyMs } from "../runtime/mover/facts";
import { Failure } from "./failure";
import { ownTag } from "./undo";

/**
 * Why a secret can't be released: `scheduled`: its deletion stands · `no-tag`: no tag of a mover holds it back ·
 * `unknown`: nobody can tell what its tag remembers · `at-work`: a run may be at it · `replicas`: they are not back ·
 * `another`: another deployment's.
 */
export type Held = "scheduled" | "no-tag" | "unknown" | "at-work" | "replicas" | "another";

export const heldTexts: Readonly<Record<Held, string>> = {
  scheduled: "it is scheduled for deletion: homing undo takes that back first",
  "no-tag":
    "no tag of a mover holds it back; docs/undo.md says how to let it move where its home's labels tell of a deletion",
  unknown: "its tag is cut off or of another version of this program: docs/outcomes.md says what to do (tag-format)",
  "at-work": "its tag is less than five minutes old, and a run may be at work on it: try again in five minutes",
  replicas:
    "its replicas are not back yet, and only its tag knows their regions: the mover that took them apart puts them back first",
  another: "its tag belongs to another deployment: say --from-another-mover if that one will never come back",
};

/** Whether a secret can be released, and if not, why. A tag that was copied from another secret counts as none. */
export function heldBy(source: Source, settings: MoverSettings, now: number, fromAnother: boolean): Held | undefined {
  const read = readStateTag(source.tags);
  if (read.is === "unknown") return "unknown";
  if (read.is !== "known" || read.tag.suffix !== source.suffix) return "no-tag";
  if (source.scheduled) return "scheduled";
  if (!fromAnother && ownTag(source, settings) === undefined) return "another";
  const { state, taggedAt } = read.tag;
  if (state === "d" && Math.abs(now - taggedAt) < consistencyMs) return "at-work";
  // A run that stopped before its second delete leaves the replicas apart under a `d`.
  const isApart = state === "t" || (state === "d" && missingReplicas(read.tag, source).length > 0);
  return isApart ? "replicas" : undefined;
}

/** @throws a {@link Failure} when AWS refuses the tag */
export async function release({ arn, name }: Source, source: Pick<SourcePort, "tag">): Promise<void> {
  const tagged = await source.tag(arn, againTag);
  if (tagged.is === "done") return;
  if (tagged.is === "stale")
    throw new Failure(`${name} changed while it was being released: run the same command again.`);
  throw new Failure(
    `AWS refuses TagResource of ${name} (${tagged.reason}): docs/command-line.md lists what release needs.`,
  );
}
