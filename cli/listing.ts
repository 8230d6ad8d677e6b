/** All secrets of a region, a page at a time, as the core sees them: names, dates, versions and tags, never a value. */
import type { ListSecretsCommandInput, SecretListEntry } from "@aws-sdk/client-secrets-manager";

import { readDescription } from "../runtime/model/source";
import type { Source } from "../runtime/model/source";
import { stateTag } from "../runtime/model/stateTag";
import { awsFailure } from "./failure";

/** Secrets Manager's largest page. */
const pageSize = 100;

/** A secret of the list; up to five minutes old, as Secrets Manager documents. */
export interface Listed {
  readonly source: Source;
  /** Milliseconds since the epoch; absent when the list doesn't tell. */
  readonly changedAt?: number;
}

export interface ListedPage {
  /** May be empty although more pages follow. */
  readonly secrets: readonly Listed[];
  /** Absent on the last page. */
  readonly next?: string;
}

export type ListPage = (token: string | undefined) => Promise<ListedPage>;

/** ListSecrets, as far as it is used. */
export type ListSecrets = (
  input: ListSecretsCommandInput,
) => Promise<{ readonly SecretList?: readonly SecretListEntry[] | undefined; readonly NextToken?: string | undefined }>;

function readEntry(entry: SecretListEntry, region: string): readonly Listed[] {
  const { ARN, Name, SecretVersionsToStages, LastChangedDate } = entry;
  if (ARN === undefined || Name === undefined) return [];
  const described = { ...entry, ARN, Name, VersionIdsToStages: SecretVersionsToStages };
  const changedAt = LastChangedDate?.getTime();
  return [{ source: readDescription(described, region), ...(changedAt === undefined ? {} : { changedAt }) }];
}

/**
 * Whether DescribeSecret has to be asked as well. The list leaves out where a secret is replicated to (`PrimaryRegion` is
 * set on replicated secrets only), gives another `DeletedDate` (when it was deleted, not until when it can be
 * restored), and may not show the versions of a young secret yet.
 */
export const needsDescribe = (entry: Pick<SecretListEntry, "PrimaryRegion">, source: Source): boolean =>
  (entry.PrimaryRegion !== undefined && source.primaryRegion === undefined) ||
  (source.scheduled && source.tags[stateTag] !== undefined) ||
  (!source.scheduled && source.currentVersionId === undefined);

export interface ListingOptions {
  readonly region: string;
  /** Leaves out other names already at the server, where it can: a leading `!` would negate the filter. */
  readonly namePrefix: string;
  /** Resolves when the next call may be made. */
  readonly pace: () => Promise<void>;
  readonly describe: (arn: string) => Promise<Source | undefined>;
}

/**
 * Makes the list, scheduled deletions included. What the list itself does not tell is asked of DescribeSecret, one page
 * at a time; a secret that is gone by then is left out.
 */
export function makeListing(list: ListSecrets, { region, namePrefix, pace, describe }: ListingOptions): ListPage {
  const filters =
    namePrefix === "" || namePrefix.includes("!") ? {} : { Filters: [{ Key: "name" as const, Values: [namePrefix] }] };

  async function complete(entry: SecretListEntry): Promise<readonly Listed[]> {
    const [listed] = readEntry(entry, region);
    if (listed === undefined) return [];
    if (!needsDescribe(entry, listed.source)) return [listed];
    const source = await describe(listed.source.arn);
    return source === undefined ? [] : [{ ...listed, source }];
  }

  return async (token) => {
    await pace();
    const answer = await list({
      MaxResults: pageSize,
      IncludePlannedDeletion: true,
      ...filters,
      ...(token === undefined ? {} : { NextToken: token }),
    }).catch((error: unknown) => {
      throw awsFailure("ListSecrets", error);
    });
    const secrets = await Promise.all((answer.SecretList ?? []).map(complete));
    return { secrets: secrets.flat(), ...(answer.NextToken ? { next: answer.NextToken } : {}) };
  };
}
