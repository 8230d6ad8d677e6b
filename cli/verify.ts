/** Looks at a moved or copied secret again, on both sides. */
import type { Home } from "../runtime/model/home";
import { readVersionLabel } from "../runtime/model/labels";
import type { VersionLabel } from "../runtime/model/labels";
import type { Reason, RestoreCause } from "../runtime/model/outcome";
import { homePath } from "../runtime/model/path";
import type { HomePort, SourcePort } from "../runtime/model/ports";
import type { Source } from "../runtime/model/source";
import type { StateTag } from "../runtime/model/stateTag";
import { holdsValue, readValue } from "../runtime/model/value";
import { decide } from "../runtime/mover/decide";
import { consistencyMs } from "../runtime/mover/facts";
import { authorOf, liveVersion } from "../runtime/mover/homeFacts";
import type { MoverSettings } from "../runtime/shared/environment";
import { ownTag } from "./undo";

/**
 * `moved`: scheduled by the mover, and its home is there and readable · `equal`: copied, and both sides hold the same ·
 * `newer`: moved, and a person wrote a newer value in Vault · `other`: not this mover's, or changed since it was copied.
 */
export type Verified =
  | { readonly result: "moved" | "equal" | "newer" }
  | { readonly result: "other" }
  | { readonly result: "wrong"; readonly reason: Reason | RestoreCause | "unequal" | "unreadable" };

export interface VerifyDeps {
  readonly source: Pick<SourcePort, "read">;
  readonly home: Pick<HomePort, "metadata" | "read">;
  readonly now: () => number;
}

/** Whether the home's current version, so labelled, is this version of the source, and nobody else is known to have written it. */
function holdsCurrent(source: Source, home: Home, label: VersionLabel, settings: MoverSettings, now: number): boolean {
  const live = liveVersion(home, now);
  if (live === undefined || authorOf(live, settings) === "foreign") return false;
  return label.suffix === source.suffix && label.versionId === source.currentVersionId;
}

async function verifyCopied(source: Source, settings: MoverSettings, deps: VerifyDeps): Promise<Verified> {
  const path = homePath(settings, source.name);
  const home = await deps.home.metadata(path);
  const read = readVersionLabel(home.labels, home.currentVersion);
  if (read.is !== "ours" || !holdsCurrent(source, home, read.label, settings, deps.now())) return { result: "other" };
  const { versionId, kind } = read.label;
  const [value, answer] = await Promise.all([deps.source.read(source.arn, versionId), deps.home.read(path)]);
  // Something changed in between; the next event or sweep takes care of it.
  if (value.is === "stale" || answer.is === "gone" || answer.version !== home.currentVersion)
    return { result: "other" };
  if (value.is === "refused") return { result: "wrong", reason: value.reason };
  return holdsValue(answer.data, kind, value.value) ? { result: "equal" } : { result: "wrong", reason: "unequal" };
}

/** A scheduled secret can't be read: its tag tells what its home was proven to hold. */
async function verifyMoved(
  source: Source,
  tag: StateTag,
  settings: MoverSettings,
  deps: VerifyDeps,
): Promise<Verified> {
  const path = homePath(settings, source.name);
  const home = await deps.home.metadata(path);
  // In a deletion's first minutes a mover leaves what is wrong to the run that sent it; a person asks what is wrong now.
  const now = Math.max(deps.now(), tag.taggedAt + consistencyMs);
  // In mode audit a mover only reports that it would restore, and not why.
  const decision = decide(source, home, { ...settings, mode: "copy", modeRules: [] }, { now });
  if (decision.act === "restore") return { result: "wrong", reason: decision.cause };
  if (decision.act === "stop" && decision.outcome === "skipped") return { result: "other" };
  if (decision.act === "stop" && decision.outcome !== "unchanged") return { result: "wrong", reason: decision.reason };
  // Sound by the tag, and yet not its version: a person or a rotation wrote a newer one.
  if (home.currentVersion !== tag.homeVersion) return { result: "newer" };
  const answer = await deps.home.read(path);
  const label = readVersionLabel(home.labels, home.currentVersion);
  const readable =
    answer.is === "value" &&
    answer.version === home.currentVersion &&
    answer.deletionTime === "" &&
    label.is === "ours" &&
    readValue(answer.data, label.label.kind) !== undefined;
  return readable ? { result: "moved" } : { result: "wrong", reason: "unreadable" };
}

/** Verifies one secret, by its value, or by its tag where it is scheduled for deletion. */
export async function verify(source: Source, settings: MoverSettings, deps: VerifyDeps): Promise<Verified> {
  if (!source.scheduled) return verifyCopied(source, settings, deps);
  const tag = ownTag(source, settings);
  return tag === undefined ? { result: "other" } : verifyMoved(source, tag, settings, deps);
}
