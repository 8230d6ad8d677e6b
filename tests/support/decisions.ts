/** What `decide` is given, and what it may answer, in the words of its tests. */
import { absentHome } from "../../runtime/model/home";
import type { Home } from "../../runtime/model/home";
import { deletingLabel } from "../../runtime/model/labels";
import type { VersionLabel } from "../../runtime/model/labels";
import type { Source } from "../../runtime/model/source";
import { decide } from "../../runtime/mover/decide";
import type { Decision, Proof } from "../../runtime/mover/decision";
import { consistencyMs, readFacts } from "../../runtime/mover/facts";
import type { Facts } from "../../runtime/mover/facts";
import type { MoverSettings } from "../../runtime/shared/environment";
import { anonymousVersion, homeVersionOf, moverSettings, sourceOf, startTime, versionIdOf } from "./builders";

export const v1 = versionIdOf(1);
export const v2 = versionIdOf(2);
export const label1: VersionLabel = { suffix: "AbCdEf", kind: "fields", versionId: v1 };

export interface Given {
  readonly source?: Source;
  readonly home?: Home;
  readonly settings?: Partial<MoverSettings>;
  readonly now?: number;
  readonly proof?: Proof;
}

export const decideOn = ({
  source = sourceOf(),
  home = absentHome,
  settings,
  now = startTime,
  proof,
}: Given): Decision =>
  decide(source, home, moverSettings(settings), { now, ...(proof === undefined ? {} : { proof }) });

/** Facts of a secret in mode `move` that has no home yet and that nothing speaks against. */
export const factsOf = (over: Partial<Facts> = {}): Facts => ({
  ...readFacts(sourceOf(), absentHome, moverSettings(), { now: startTime }),
  ...over,
});

export const stop = (outcome: string, reason: string) => ({ act: "stop", outcome, reason });
export const write = (base: number, over: object = {}) => ({
  act: "write",
  mode: "move",
  versionId: v1,
  base,
  ...over,
});
export const prove = (over: object = {}) => ({
  act: "prove",
  mode: "move",
  versionId: v1,
  homeVersion: 1,
  label: label1,
  ...over,
});
export const foreign = { versions: { 1: homeVersionOf({ authorEntityId: "somebody" }) } };
export const anonymous = { versions: { 1: anonymousVersion() } };
export const deleting = (versionId: string, time: number): { deleting: string } => ({
  deleting: deletingLabel({ versionId, time }),
});
export const longAgo = startTime - consistencyMs - 1;
export const justDeleted = { ...deleting(v1, startTime), deleted: v1 };
export const restore = (cause: string) => ({ act: "restore", versionId: v1, cause });
