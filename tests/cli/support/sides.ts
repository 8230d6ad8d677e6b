/** The ports of commands that change something, over the sides in memory. */
import * as assert from "node:assert/strict";

import { modeTag, stateTag } from "../../../runtime/model/labels";
import type { HomePort, SourcePort } from "../../../runtime/model/ports";
import type { Source } from "../../../runtime/model/source";
import { fakeHomePort } from "../../support/fakeHome";
import { change, fakeSourcePort, stateOf } from "../../support/fakeSource";
import type { FakeSecret } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import type { World } from "../../support/world";

export interface Sides {
  readonly source: SourcePort;
  readonly home: HomePort;
  readonly tagMode: (arn: string, mode: "copy") => Promise<void>;
  readonly untag: (arn: string) => Promise<void>;
  readonly now: () => number;
}

export const secretOf = (world: World, name: string): FakeSecret =>
  world.source.secrets.find((secret) => secret.name === name) ?? assert.fail(`no secret ${name}`);

/** A person's rights: RestoreSecret without regard to the mover's tag. */
export function sidesOf(world: World, hook: Hook = () => undefined, author?: string): Sides {
  const clock = (): number => world.time;
  const byArn = (arn: string): FakeSecret =>
    world.source.secrets.find((secret) => secret.arn === arn) ?? assert.fail(arn);
  return {
    source: fakeSourcePort(world.source, { hook, clock, restoreNeedsTag: false }),
    home: fakeHomePort(world.home, { hook, clock, ...(author === undefined ? {} : { author }) }),
    tagMode: (arn, mode) => {
      const secret = byArn(arn);
      change(secret, { tags: { ...stateOf(secret).tags, [modeTag]: mode } });
      return Promise.resolve();
    },
    untag: (arn) => {
      const secret = byArn(arn);
      change(secret, {
        tags: Object.fromEntries(Object.entries(stateOf(secret).tags).filter(([key]) => key !== stateTag)),
      });
      return Promise.resolve();
    },
    now: clock,
  };
}

export async function described(world: World, name: string): Promise<Source> {
  const found = await sidesOf(world).source.describe(name, "describe");
  return found.is === "found" ? found.source : assert.fail(`no secret ${name}`);
}
