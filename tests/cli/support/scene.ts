/** Both sides in memory, as the command line's ports see them. */
import type { ListSecretsCommandInput, SecretListEntry } from "@aws-sdk/client-secrets-manager";

import { makeFilter } from "../../../cli/filter";
import type { FilterOptions } from "../../../cli/filter";
import { makeListing } from "../../../cli/listing";
import type { ListSecrets } from "../../../cli/listing";
import { makePlan } from "../../../cli/plan";
import type { Totals, Planned } from "../../../cli/plan";
import type { MoverSettings } from "../../../runtime/shared/environment";
import { moverSettings, region } from "../../support/builders";
import { fakeHomePort } from "../../support/fakeHome";
import { fakeSourcePort, stateOf } from "../../support/fakeSource";
import type { FakeSecret } from "../../support/fakeSource";
import type { Hook } from "../../support/hook";
import type { World } from "../../support/world";

const dayMs = 24 * 60 * 60_000;

/** What ListSecrets shows: no replicas, and of a deletion when it was asked for, not when it comes. */
function entryOf(secret: FakeSecret, world: World): SecretListEntry {
  const { versions, tags, window, rotating, owningService, primaryRegion, scheduledAt } = stateOf(secret);
  return {
    ARN: secret.arn,
    Name: secret.name,
    SecretVersionsToStages: Object.fromEntries(versions.map(({ versionId, stages }) => [versionId, [...stages]])),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    LastChangedDate: new Date(world.time - dayMs),
    ...(window === undefined ? {} : { DeletedDate: new Date(scheduledAt ?? world.time) }),
    ...(rotating ? { RotationEnabled: true } : {}),
    ...(owningService === undefined ? {} : { OwningService: owningService }),
    ...(primaryRegion === undefined ? {} : { PrimaryRegion: primaryRegion }),
  };
}

/** ListSecrets over the world's secrets, in pages of `pageSize`. */
export function fakeList(world: World, pageSize = 100): ListSecrets & { readonly inputs: ListSecretsCommandInput[] } {
  const inputs: ListSecretsCommandInput[] = [];
  const list: ListSecrets = (input) => {
    inputs.push(input);
    const from = Number(input.NextToken ?? 0);
    const page = world.source.secrets.slice(from, from + pageSize);
    const more = from + pageSize < world.source.secrets.length;
    return Promise.resolve({
      SecretList: page.map((secret) => entryOf(secret, world)),
      ...(more ? { NextToken: (from + pageSize).toString() } : {}),
    });
  };
  return Object.assign(list, { inputs });
}

export interface PlanSceneOptions {
  readonly settings?: Partial<MoverSettings>;
  readonly filter?: FilterOptions;
  readonly hook?: Hook;
  readonly stopped?: () => boolean;
  readonly pageSize?: number;
}

/** Plans the world. */
export async function planWorld(
  world: World,
  options: PlanSceneOptions = {},
): Promise<{ readonly totals: Totals; readonly planned: readonly Planned[] }> {
  const settings = moverSettings(options.settings);
  const hook: Hook = options.hook ?? (() => undefined);
  const source = fakeSourcePort(world.source, { hook, clock: () => world.time });
  const home = fakeHomePort(world.home, { hook, clock: () => world.time });
  const planned: Planned[] = [];
  const totals = await makePlan(
    {
      list: makeListing(fakeList(world, options.pageSize), {
        region,
        namePrefix: settings.namePrefix,
        pace: () => Promise.resolve(),
        async describe(arn) {
          const found = await source.describe(arn, "describe");
          return found.is === "found" ? found.source : undefined;
        },
      }),
      home: (path) => home.metadata(path),
      async isReadByService(arn) {
        const answer = await source.isReadByService(arn);
        return answer.is === "known" && answer.read;
      },
      now: () => world.time,
    },
    {
      settings,
      filter: makeFilter(options.filter ?? {}, world.time),
      atOnce: 4,
      stopped: options.stopped ?? (() => false),
    },
    (one) => {
      planned.push(one);
    },
  );
  return { totals, planned };
}
