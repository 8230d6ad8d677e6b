/** The ports of commands that change something, over the sides in memory. */
import * as assert from "node:assert/strict";

import type { HomePort, SourcePort } from "../../../runtime/model/ports";
import type { Source } from "../../../runtime/model/source";
import { stateTag } from "../../../runtime/model/stateTag";
import { fakeHomePort } from "../../support/fakeHome";
import { change, fakeSourcePort, stateOf } from "../../support/fakeSource";
import type { FakeSecret } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import type { World } from "../../support/world";

export interface Sides {
  readonly source: SourcePort;
  readonly home: HomePort;
  readonly untag: (arn: string) => Promise<void>;
  readonly now: () => number;
}

export const secretOf = (world: World, name: string): FakeSecret =>
  world.source.secrets.find((secret) => secret.name === name) ?? assert.fail(`no secret ${name}`);

/** A person's rights: DeleteSecret and RestoreSecret without regard to the mover's tag. */
export function sidesOf(world: World, hook: Hook = () => undefined, author?: string): Sides {
  const clock = (): number => world.time;
  const byArn = (arn: string): FakeSecret =>
    world.source.secrets.find((secret) => secret.arn === arn) ?? assert.fail(arn);
  return {
    source: fakeSourcePort(world.source, { hook, clock, owners: "any-tag" }),
    home: fakeHomePort(world.home, { hook, clock, ...(author === undefined ? {} : { author }) }),
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
