/** Both sides as they are, read without the command line's code: what AWS describes, and what Vault's API answers. */
import { isDeepStrictEqual } from "node:util";

import { DescribeSecretCommand, GetSecretValueCommand, ListSecretsCommand } from "@aws-sdk/client-secrets-manager";

import type { Bench } from "../../system/support/bench";
import type { HomeMetadata } from "../../system/support/vaultApi";

export type Value = string | Uint8Array;

/** What Vault has at a secret's path. */
export interface Home {
  readonly version: number;
  /** `created_time` of that version. */
  readonly written: string;
  /** The data of that version; undefined where it is deleted. */
  readonly data: unknown;
  readonly labels: Readonly<Record<string, string>>;
  /** The versions that Vault keeps. */
  readonly kept: readonly number[];
}

/** One secret on both sides. */
export interface Sided {
  readonly name: string;
  /** Empty where Secrets Manager has no such secret. */
  readonly arn: string;
  readonly versionId: string;
  /** The end of its recovery window, in milliseconds since the epoch; absent unless it is scheduled for deletion. */
  readonly until?: number;
  readonly replicas: number;
  /** Whether Secrets Manager gives the value that the secret was created with; false where it gives none. */
  readonly held: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly home?: Home;
  /** Whether Vault's current version is the value that the secret was created with, kept as the value contract has it. */
  readonly equal: boolean;
}

/** Both sides at a moment, in milliseconds since the epoch. */
export interface Sides {
  readonly at: number;
  readonly secrets: readonly Sided[];
  /** `<mount>/` and what stands before a name in a home's path. */
  readonly before: string;
  readonly functionName: string;
}

/** How docs/value-and-path.md says that a value is kept. */
function kept(value: Value): object {
  if (typeof value !== "string") return { value_base64: Buffer.from(value).toString("base64") };
  return value.startsWith("{") ? (JSON.parse(value) as object) : { value };
}

async function homeOf({ homes, home }: Bench, name: string): Promise<Home | undefined> {
  const metadata: HomeMetadata | undefined = await homes.metadata(home(name));
  if (metadata === undefined) return undefined;
  const { current_version: version, versions, custom_metadata } = metadata;
  const read = await homes.read(home(name));
  return {
    version,
    written: versions[version]?.created_time ?? "",
    data: read?.data,
    labels: custom_metadata ?? {},
    kept: Object.keys(versions).map(Number),
  };
}

async function holds({ clients: { silent } }: Bench, SecretId: string, value: Value): Promise<boolean> {
  const { SecretString, SecretBinary } = await silent.send(new GetSecretValueCommand({ SecretId }));
  return isDeepStrictEqual(SecretString ?? Buffer.from(SecretBinary ?? []), value);
}

/** What Secrets Manager has of a secret, scheduled or not. */
async function sourceOf(bench: Bench, SecretId: string, value: Value): Promise<Omit<Sided, "home" | "equal">> {
  const described = await bench.clients.silent.send(new DescribeSecretCommand({ SecretId }));
  const { ARN = "", Name = "", VersionIdsToStages = {}, DeletedDate, Tags = [], ReplicationStatus = [] } = described;
  const [versionId = ""] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT")) ?? [];
  return {
    name: Name,
    arn: ARN,
    versionId,
    ...(DeletedDate === undefined ? {} : { until: DeletedDate.getTime() }),
    replicas: ReplicationStatus.length,
    held: DeletedDate === undefined && (await holds(bench, SecretId, value)),
    tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
  };
}

/** @param values what each secret was created with: a scheduled one can't be read */
export async function readSides(bench: Bench, values: Readonly<Record<string, Value>>): Promise<Sides> {
  const { SecretList = [] } = await bench.clients.silent.send(
    new ListSecretsCommand({ IncludePlannedDeletion: true, MaxResults: 100 }),
  );
  const listed = new Set(SecretList.map(({ Name = "" }) => Name));
  const secrets: Sided[] = [];
  for (const [name, value] of Object.entries(values)) {
    const none = { name, arn: "", versionId: "", replicas: 0, held: false, tags: {} };
    const source = listed.has(name) ? await sourceOf(bench, name, value) : none;
    const home = await homeOf(bench, name);
    const equal = isDeepStrictEqual(home?.data, kept(value));
    secrets.push({ ...source, ...(home === undefined ? {} : { home }), equal });
  }
  const { mount, functionName } = bench.system();
  return { at: Date.now(), secrets, before: `${mount}/${bench.home("")}`, functionName };
}
