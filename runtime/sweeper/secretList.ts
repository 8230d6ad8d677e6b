/** The list of all secrets, through the SDK: names, dates and tags, never a value. */
import { ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import type { SecretListEntry, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { stateTag } from "../model/stateTag";
import { sweepError } from "./sweep";
import type { Entry } from "./entry";
import type { SweepPorts } from "./sweep";

/** Secrets Manager's largest page. */
const pageSize = 100;
/** Calls of ListSecrets a second that Secrets Manager allows an account in a region (its quotas, not adjustable). */
export const listsPerSecond = 100;

/** An entry that names no secret can't be asked for. */
function readEntry(entry: SecretListEntry): readonly Entry[] {
  const { ARN: secretId, Name: name, LastChangedDate: changed, DeletedDate, Tags, OwningService, Type } = entry;
  if (secretId === undefined || name === undefined) return [];
  const tag = Tags?.find(({ Key }) => Key === stateTag)?.Value;
  return [
    {
      secretId,
      name,
      ...(changed === undefined ? {} : { changedAt: changed.getTime() }),
      scheduled: DeletedDate !== undefined,
      ...(tag === undefined ? {} : { tag }),
      tags: (Tags ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])),
      serviceOwned: OwningService !== undefined || Type !== undefined,
    },
  ];
}

/**
 * Makes the list of a region's secrets.
 *
 * @param namePrefix lets the server leave out other names, unless it starts with `!`, which would negate the filter
 * @param pace resolves when the next call may be made
 */
export function makeSecretList(
  client: SecretsManagerClient,
  namePrefix: string,
  pace: () => Promise<void>,
): SweepPorts["list"] {
  const names =
    namePrefix === "" || namePrefix.includes("!") ? {} : { Filters: [{ Key: "name" as const, Values: [namePrefix] }] };
  const all = { IncludePlannedDeletion: true };
  const asked = {
    recent: { ...names, SortBy: "last-changed-date" as const, SortOrder: "desc" as const },
    all: { ...names, ...all },
    // Whatever its name: the filter by prefix would hide what a narrower prefix left behind.
    tagged: { Filters: [{ Key: "tag-key" as const, Values: [stateTag] }], ...all },
  };
  return async (kind, token) => {
    await pace();
    try {
      const { SecretList = [], NextToken } = await client.send(
        new ListSecretsCommand({
          MaxResults: pageSize,
          ...asked[kind],
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      return { entries: SecretList.flatMap(readEntry), ...(NextToken ? { next: NextToken } : {}) };
    } catch (error) {
      throw sweepError("ListSecrets", error);
    }
  };
}
