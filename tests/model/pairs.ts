/** Every pair of acts with one mover and a crash: what two of them do together, one of them alone need not show. */
import { region } from "../support/builders";
import { replicaIn } from "../support/fakeSource";
import { acts } from "./acts";
import type { Configuration } from "./configuration";
import { accepted } from "./configurations";

/** Beside the acts, what others run: `homing undo`, an operator's mover, that of a second stack. */
const companions = ["undo", "operator", "second stack"] as const;
type Companion = (typeof companions)[number];

const isCompanion = (name: string): name is Companion => companions.some((one) => one === name);

/** Acts that concern replicas need a secret that has some. */
const needsReplicas = (name: string): boolean => /replica/i.test(name) || name === "forge-region";

const replicated = {
  source: { replicas: [replicaIn("us-east-1")], primaryRegion: region },
  settings: { replicas: "remove", replicaRegions: ["us-east-1"] },
} as const;

export const allActs: readonly string[] = [...Object.keys(acts), ...companions];

/** A configuration in which each of these may happen once, beside a mover that may be stopped once. */
export function together(names: readonly string[], movers = 1): Configuration {
  const once = names.filter((name) => !isCompanion(name));
  return {
    name: `${movers === 1 ? "one mover" : "two movers"} and ${names.join(", ")}`,
    ...(names.some(needsReplicas) ? replicated : {}),
    messages: [...Array.from({ length: movers }, () => "arn" as const), ...names.filter(isCompanion)],
    receives: 2,
    acts: Object.fromEntries(once.map((name) => [name, 1])),
    crashes: 1,
    stale: 0,
    ticks: 1,
    mustMove: false,
    accepted,
  };
}

/** The configuration of a line that the pairs or the threes printed; undefined for another's. */
export function togetherBy(name: string): Configuration | undefined {
  const [, movers, names] = /^(one mover|two movers) and (.+)$/.exec(name) ?? [];
  return names === undefined ? undefined : together(names.split(", "), movers === "one mover" ? 1 : 2);
}

/** Acts of those who delete, restore, or change what a deletion is remembered by. */
export const touchesDeletion = (name: string): boolean =>
  isCompanion(name) ||
  ["restore", "schedule", "untag", "release", "cut-tag", "other-tag", "copied-tag", "recreate"].includes(name) ||
  /^(deny|forge|lose|rewind|delete-metadata|destroy|soft-delete)/.test(name);

/** All pairs of different acts. */
export const pairs: readonly (readonly [string, string])[] = allActs.flatMap((one, index) =>
  allActs.slice(index + 1).map((other) => [one, other] as const),
);

/** All threes of different acts of which one at least touches a deletion. */
export const triples: readonly (readonly [string, string, string])[] = pairs.flatMap(([one, other]) =>
  allActs
    .slice(allActs.indexOf(other) + 1)
    .map((third) => [one, other, third] as const)
    .filter((three) => three.some(touchesDeletion)),
);
