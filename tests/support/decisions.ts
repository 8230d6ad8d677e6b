/** What `decide` is given, and what it may answer, in the words of its tests. */
import { absentHome } from "../../runtime/model/home";
import type { Home } from "../../runtime/model/home";
import type { VersionLabel } from "../../runtime/model/labels";
import type { Source } from "../../runtime/model/source";
import { ownerOf, placeOf, stateTag, timeKey, writeStateTag } from "../../runtime/model/stateTag";
import type { Proof, StateTag } from "../../runtime/model/stateTag";
import { decide } from "../../runtime/mover/decide";
import type { Decision } from "../../runtime/mover/decision";
import { consistencyMs, readFacts } from "../../runtime/mover/facts";
import type { Facts } from "../../runtime/mover/facts";
import type { MoverSettings } from "../../runtime/shared/environment";
import { anonymousVersion, entityId, homeVersionOf, moverSettings, sourceOf, startTime, versionIdOf } from "./builders";

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
export const longAgo = startTime - consistencyMs - 1_000;

/** The tag of a deletion of version 1, which KV version 1 of {@link homeOf} holds. */
export const tagOf = (over: Partial<StateTag> = {}): StateTag => ({
  owner: ownerOf(entityId),
  place: placeOf(moverSettings()),
  state: "d",
  suffix: "AbCdEf",
  versionId: v1,
  homeVersion: 1,
  created: timeKey(homeVersionOf().createdTime),
  taggedAt: Math.floor(longAgo / 1_000) * 1_000,
  windowDays: 30,
  replicas: [],
  ...over,
});

/** A source's tags with that tag. */
export const tagged = (over: Partial<StateTag> = {}): Record<string, string> => ({
  [stateTag]: writeStateTag(tagOf(over)) ?? "",
});

/** Labels that tell of a deletion of version 1. */
export const deletionLabels = (time = longAgo, versionId = v1, suffix = "AbCdEf"): Record<string, string> => {
  const text = `1;${suffix};${versionId};${new Date(time).toISOString()}`;
  return { deleting: text, deleted: text };
};
export const restore = (cause: string, state: "b" | "u", over: Partial<StateTag> = {}) => ({
  act: "restore",
  cause,
  then: { tag: tagOf(over), state },
});
