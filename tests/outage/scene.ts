/** Two hundred secrets that appear while something is broken, and how they are looked at afterwards. */
import { readVersionLabel } from "../../runtime/model/labels";
import { homePath } from "../../runtime/model/path";
import { readStateTag } from "../../runtime/model/stateTag";
import { moverSettings, startTime, versionIdOf } from "../support/builders";
import { currentData } from "../support/fakeHome";
import { createSecret, isScheduled, stateOf } from "../support/fakeSource";
import type { FakeSecret } from "../support/fakeSource";
import { homeHoldsCurrent, labelsOf, makeWorld } from "../support/world";
import type { World } from "../support/world";
import type { SimulatedQueue } from "./simulatedQueue";

export const minute = 60_000;
export const hour = 60 * minute;
export const secretCount = 200;

const nameOf = (index: number): string => `outage/${index}`;

export function plantSecrets(): World {
  const world = makeWorld();
  for (let index = 0; index < secretCount; index += 1) {
    createSecret(world.source, nameOf(index), JSON.stringify({ index, password: `p${index}` }), {
      versionId: versionIdOf(index),
    });
  }
  return world;
}

/**
 * An event for every secret: three quarters in the first minute, the rest over the hours; every tenth is told twice,
 * as CloudTrail and the native event do.
 */
export function sendEvents(world: World, queue: SimulatedQueue, overMs: number): void {
  const early = (secretCount * 3) / 4;
  world.source.secrets.forEach(({ arn }, index) => {
    const at =
      startTime + (index < early ? (index * minute) / early : ((index - early) * overMs) / (secretCount - early));
    const body = JSON.stringify({ secretId: arn });
    queue.send(body, at);
    if (index % 10 === 0) queue.send(body, at + 2_000);
  });
}

/** What the mover's tag says of a secret. */
function tagOf(secret: FakeSecret): string {
  const read = readStateTag(stateOf(secret).tags);
  return read.is === "known" ? `${read.tag.state} ${read.tag.versionId} ${read.tag.homeVersion}` : read.is;
}

/** What is left of each secret on both sides, without times. */
export const endState = (world: World) =>
  world.source.secrets.map((secret) => {
    const path = homePath(moverSettings(), secret.name);
    return {
      name: secret.name,
      scheduled: isScheduled(secret),
      tagged: tagOf(secret),
      holdsCurrent: homeHoldsCurrent(world, secret),
      version: world.home.entries[path]?.current,
      data: currentData(world.home, path, world.time),
      label: readVersionLabel(labelsOf(world, secret.name), world.home.entries[path]?.current ?? 0),
      deleted: labelsOf(world, secret.name)["deleted"]?.split(";").slice(0, 3),
    };
  });

/** The most receives in any such span of time. */
export function mostWithin(times: readonly number[], spanMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  sorted.forEach((time, last) => {
    while ((sorted[first] ?? time) <= time - spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}
