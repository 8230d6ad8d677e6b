/** Lets a secret move again whose deletion was taken back, by the one word that any mover takes for an order. */
import type { SourcePort } from "../runtime/model/ports";
import type { Source } from "../runtime/model/source";
import { againTag, readStateTag } from "../runtime/model/stateTag";
import type { MoverSettings } from "../runtime/shared/environment";
import { consistencyMs } from "../runtime/mover/facts";
import { Failure } from "./failure";
import { ownTag } from "./undo";

/**
 * Why a secret can't be released, in words; undefined when it can. `scheduled`: its deletion stands · `no-tag`: nothing
 * holds it back · `at-work`: a run may be at it · `replicas`: they are not back · `another`: another deployment's.
 */
export type Held = "scheduled" | "no-tag" | "at-work" | "replicas" | "another";

export const heldTexts: Readonly<Record<Held, string>> = {
  scheduled: "it is scheduled for deletion: homing undo takes that back first",
  "no-tag": "it has no tag of a mover, so nothing holds it back",
  "at-work": "its tag is less than five minutes old, and a run may be at work on it: try again in five minutes",
  replicas: "its replicas are not back yet: the mover puts them back first",
  another: "its tag belongs to another deployment: say --from-another-mover if that one will never come back",
};

/** Whether a secret can be released, and if not, why. */
export function heldBy(source: Source, settings: MoverSettings, now: number, fromAnother: boolean): Held | undefined {
  const read = readStateTag(source.tags);
  if (read.is === "absent" || read.is === "again") return "no-tag";
  if (source.scheduled) return "scheduled";
  const own = ownTag(source, settings);
  if (own === undefined) return fromAnother ? undefined : "another";
  if (own.state === "t") return "replicas";
  return own.state === "d" && Math.abs(now - own.taggedAt) < consistencyMs ? "at-work" : undefined;
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
