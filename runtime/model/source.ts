/** A secret in Secrets Manager, as far as the decision needs it. Never its value. */
import { parseSecretArn } from "./arn";

/** A region to which a secret is replicated. */
export interface Replica {
  readonly region: string;
  /** Id of a customer managed key of the secret's own account; absent for the key that AWS manages. */
  readonly keyId?: string;
}

/** A replica as DescribeSecret shows it. */
export interface SourceReplica extends Replica {
  /** `foreign`: a key of another account, or an alias, which nothing binds to one key. */
  readonly key: "aws" | "own" | "foreign";
  readonly status: "in-sync" | "in-progress" | "failed";
}

export interface Source {
  readonly arn: string;
  readonly name: string;
  /** The ARN's six last characters. */
  readonly suffix: string;
  /** The version that carries AWSCURRENT; absent before the first value. */
  readonly currentVersionId?: string;
  /** Another version carries a staging label besides AWSPREVIOUS. */
  readonly staged: boolean;
  /** A version that is not the current one carries AWSPENDING. */
  readonly pending: boolean;
  /** All versions that carry a label. */
  readonly versionIds: readonly string[];
  /** It is scheduled for deletion. */
  readonly scheduled: boolean;
  /** DeletedDate, milliseconds since the epoch; absent unless scheduled. {@link earliestEnd} says what it tells. */
  readonly deletedDate?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Empty when it has none. */
  readonly description: string;
  readonly rotating: boolean;
  /** The AWS service that owns it, or the type of a managed external secret. */
  readonly owningService?: string;
  /** Set on replicas only: another region holds the primary. */
  readonly primaryRegion?: string;
  readonly replicas: readonly SourceReplica[];
  /** Which end of a replication between two accounts it is. AWS refuses to delete either as long as that lasts. */
  readonly crossAccount?: "primary" | "replica";
}

/** What DescribeSecret answers, in the SDK's names. */
export interface SecretDescription {
  readonly ARN?: string | undefined;
  readonly Name?: string | undefined;
  readonly Description?: string | undefined;
  readonly Type?: string | undefined;
  readonly OwningService?: string | undefined;
  readonly PrimaryRegion?: string | undefined;
  /** On a replica of another account's secret. Of any form: the SDK does not know it yet. */
  readonly CrossAccountPrimary?: unknown;
  /** On a secret that has replicas in other accounts. */
  readonly CrossAccountReplicas?: unknown;
  readonly RotationEnabled?: boolean | undefined;
  readonly DeletedDate?: Date | undefined;
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
  readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
  readonly ReplicationStatus?:
    | readonly {
        readonly Region?: string | undefined;
        readonly KmsKeyId?: string | undefined;
        readonly Status?: string | undefined;
      }[]
    | undefined;
}

export const dayMs = 24 * 60 * 60_000;
/** AWS takes no shorter window. */
const shortestWindowMs = 7 * dayMs;
/** So near to the end of a recovery window somebody has to care about a deletion that nobody stands for. */
export const lastDaysMs = 3 * dayMs;

/**
 * When the recovery window of somebody else's deletion ends, at the earliest. AWS's documentation calls DeletedDate the
 * moment when the secret goes in one place and the moment of the request in another: one that has passed is the second.
 */
export const earliestEnd = (deletedDate: number, now: number): number =>
  deletedDate > now ? deletedDate : deletedDate + shortestWindowMs;

type KeyOf = Pick<SourceReplica, "key" | "keyId">;

/** Whose key a replica is encrypted with. A key's id alone is one of the secret's own account. */
function keyOf(kmsKeyId: string | undefined, account: string): KeyOf {
  if (kmsKeyId === undefined || kmsKeyId.endsWith("alias/aws/secretsmanager")) return { key: "aws" };
  const [, owner = account, keyId] =
    /^(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}):key\/)?([A-Za-z0-9-]+)$/.exec(kmsKeyId) ?? [];
  return keyId !== undefined && owner === account ? { key: "own", keyId } : { key: "foreign" };
}

const statusOf = (status: string | undefined): SourceReplica["status"] => {
  if (status === "InSync") return "in-sync";
  return status === "Failed" ? "failed" : "in-progress";
};

/** Whatever AWS puts there, an empty list or null is nothing. */
const isThere = (field: unknown): boolean =>
  field !== undefined && field !== null && !(Array.isArray(field) && field.length === 0);

function crossAccountOf({
  CrossAccountPrimary,
  CrossAccountReplicas,
}: SecretDescription): Pick<Source, "crossAccount"> {
  if (isThere(CrossAccountPrimary)) return { crossAccount: "replica" };
  return isThere(CrossAccountReplicas) ? { crossAccount: "primary" } : {};
}

/**
 * Reads DescribeSecret's answer. AWS leaves out every field that has no value: no DeletedDate unless scheduled, no
 * VersionIdsToStages before the first value, no RotationEnabled when rotation was never set up.
 */
export function readDescription(
  description: SecretDescription & { readonly ARN: string; readonly Name: string },
  region: string,
): Source {
  const stages = Object.entries(description.VersionIdsToStages ?? {}).map(([versionId, labels]) => ({
    versionId,
    labels: labels ?? [],
  }));
  const current = stages.find(({ labels }) => labels.includes("AWSCURRENT"))?.versionId;
  const others = stages.filter(({ versionId }) => versionId !== current);
  const primary = description.PrimaryRegion;
  const account = parseSecretArn(description.ARN)?.account ?? "";
  const owner = description.OwningService ?? description.Type;
  return {
    arn: description.ARN,
    name: description.Name,
    suffix: description.ARN.slice(-6),
    ...(current === undefined ? {} : { currentVersionId: current }),
    staged: others.some(({ labels }) => labels.some((label) => label !== "AWSPREVIOUS")),
    pending: others.some(({ labels }) => labels.includes("AWSPENDING")),
    versionIds: stages.map(({ versionId }) => versionId),
    scheduled: description.DeletedDate !== undefined,
    ...(description.DeletedDate === undefined ? {} : { deletedDate: description.DeletedDate.getTime() }),
    tags: Object.fromEntries(
      (description.Tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])),
    ),
    description: description.Description ?? "",
    rotating: description.RotationEnabled === true,
    ...(owner === undefined ? {} : { owningService: owner }),
    ...(primary === undefined || primary === region ? {} : { primaryRegion: primary }),
    ...crossAccountOf(description),
    replicas: (description.ReplicationStatus ?? []).flatMap(({ Region, KmsKeyId, Status }) =>
      Region === undefined ? [] : [{ region: Region, ...keyOf(KmsKeyId, account), status: statusOf(Status) }],
    ),
  };
}
