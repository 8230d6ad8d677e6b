/**
 * Secrets Manager in memory, behind the mover's port. Its state is plain data (`structuredClone` copies it), every
 * effect is synchronous and nothing runs by a timer. What AWS refuses, it refuses with the same meaning.
 */
import { letsServiceIn } from "../../runtime/aws/resourcePolicy";
import type { Reason } from "../../runtime/model/outcome";
import type { MutationResult, Refusal, SourcePort } from "../../runtime/model/ports";
import { readDescription } from "../../runtime/model/source";
import type { Replica, Source, SourceReplica } from "../../runtime/model/source";
import { ownerOf, readStateTag, stateTag } from "../../runtime/model/stateTag";
import type { SourceValue } from "../../runtime/model/value";
import { account, arnOf, entityId, region, startTime, versionIdOf } from "./builders";
import { hooked } from "./hook";
import type { Effects, Hook } from "./hook";

export interface FakeSecretVersion {
  readonly versionId: string;
  readonly value: SourceValue;
  readonly stages: readonly string[];
}

/** All of a secret that a call can change; replaced as a whole, so that an older look stays whole. */
export interface FakeSecretState {
  readonly versions: readonly FakeSecretVersion[];
  readonly tags: Readonly<Record<string, string>>;
  readonly description?: string;
  /** Days of the recovery window; absent unless scheduled for deletion. */
  readonly window?: number;
  /** When it was scheduled for deletion, in milliseconds since the epoch; the start of all tests unless told. */
  readonly scheduledAt?: number;
  readonly rotating: boolean;
  readonly replicas: readonly SourceReplica[];
  readonly owningService?: string;
  readonly primaryRegion?: string;
  readonly policy?: string;
  readonly keyDisabled?: boolean;
}

export interface FakeSecret {
  readonly arn: string;
  readonly name: string;
  /** Newest last. */
  history: FakeSecretState[];
}

export interface SourceState {
  secrets: FakeSecret[];
}

export interface FakeSourceOptions {
  readonly hook?: Hook;
  /** Milliseconds since the epoch; the start of all tests unless told. */
  readonly clock?: () => number;
  /** How many changes DescribeSecret is behind this time; 0 when it is consistent. */
  readonly lag?: (secret: FakeSecret) => number;
  /** Entities whose tags let DeleteSecret and RestoreSecret through, as the function's role has it. Default the mover's. */
  readonly owners?: readonly string[] | "any-tag";
  /** Whether new replicas are in sync at once. Default `at-once`; `later` leaves them in progress, `never` fails them. */
  readonly sync?: "at-once" | "later" | "never";
}

const dayMs = 24 * 60 * 60_000;

const text = (string: string): SourceValue => ({ type: "string", string });

export const stateOf = (secret: FakeSecret): FakeSecretState => {
  const state = secret.history.at(-1);
  if (state === undefined) throw new Error("a fake secret without a state");
  return state;
};

/** The state of the mover's tag on a secret, or what else there is of it. */
export const stateIn = (secret: FakeSecret): string => {
  const read = readStateTag(stateOf(secret).tags);
  return read.is === "known" ? read.tag.state : read.is;
};

/** Changes a secret; older states are kept for lagging describes. */
export function change(secret: FakeSecret, over: Partial<FakeSecretState>): void {
  const { window, ...rest } = { ...stateOf(secret), ...over };
  secret.history.push(window === undefined ? rest : { ...rest, window });
}

/** CreateSecret with one value, given as text or as it is; `undefined` creates it without a value. */
export function createSecret(
  state: SourceState,
  name: string,
  value: string | SourceValue | undefined,
  over: Partial<FakeSecretState> & { readonly suffix?: string; readonly versionId?: string } = {},
): FakeSecret {
  const { suffix, versionId, ...rest } = over;
  const given = typeof value === "string" ? text(value) : value;
  const secret: FakeSecret = {
    arn: arnOf(name, suffix),
    name,
    history: [
      {
        versions:
          given === undefined ? [] : [{ versionId: versionId ?? versionIdOf(1), value: given, stages: ["AWSCURRENT"] }],
        tags: {},
        rotating: false,
        replicas: [],
        ...rest,
      },
    ],
  };
  state.secrets.push(secret);
  return secret;
}

/** PutSecretValue by a person: a new version becomes AWSCURRENT. False when it is scheduled for deletion. */
export function putValue(secret: FakeSecret, value: string | SourceValue, versionId: string): boolean {
  if (stateOf(secret).window !== undefined) return false;
  const given = typeof value === "string" ? text(value) : value;
  const older = stateOf(secret).versions.filter((version) => version.versionId !== versionId);
  change(secret, {
    versions: [
      ...older.map((version) => {
        const stages = version.stages.filter((stage) => stage !== "AWSPREVIOUS");
        return { ...version, stages: stages.map((stage) => (stage === "AWSCURRENT" ? "AWSPREVIOUS" : stage)) };
      }),
      { versionId, value: given, stages: ["AWSCURRENT"] },
    ],
  });
  return true;
}

/** UpdateSecretVersionStage by a person: an older version becomes AWSCURRENT again. */
export function rollBack(secret: FakeSecret, versionId: string): boolean {
  if (stateOf(secret).window !== undefined) return false;
  change(secret, {
    versions: stateOf(secret).versions.map((version) => {
      const stages = version.stages.filter((stage) => stage !== "AWSPREVIOUS" && stage !== "AWSCURRENT");
      if (version.versionId === versionId) return { ...version, stages: [...stages, "AWSCURRENT"] };
      return version.stages.includes("AWSCURRENT")
        ? { ...version, stages: [...stages, "AWSPREVIOUS"] }
        : { ...version, stages };
    }),
  });
  return true;
}

/** RestoreSecret by a person. */
export const restoreByPerson = (secret: FakeSecret): void => {
  change(secret, { window: undefined });
};

export const isScheduled = (secret: FakeSecret): boolean => stateOf(secret).window !== undefined;

export const currentOf = (secret: FakeSecret): FakeSecretVersion | undefined =>
  stateOf(secret).versions.find(({ stages }) => stages.includes("AWSCURRENT"));

/** By name, full ARN, or ARN without its suffix, as DescribeSecret finds it. */
const find = (state: SourceState, id: string): FakeSecret | undefined =>
  state.secrets.find(
    ({ arn, name }) => arn === id || name === id || (id.startsWith("arn:") && arn.slice(0, -7) === id),
  );

const statusText = { "in-sync": "InSync", "in-progress": "InProgress", failed: "Failed" } as const;

/** A replica in sync, on the key that AWS manages unless told. */
export const replicaIn = (region: string, over: Partial<SourceReplica> = {}): SourceReplica => ({
  region,
  key: over.keyId === undefined ? "aws" : "own",
  status: "in-sync",
  ...over,
});

function describe(secret: FakeSecret, behind: number): Source {
  const {
    versions,
    tags,
    description,
    window,
    scheduledAt = startTime,
    rotating,
    replicas,
    owningService,
    primaryRegion,
  } = secret.history.at(-1 - behind) ?? stateOf(secret);
  const staged = versions.filter(({ stages }) => stages.length > 0);
  return readDescription(
    {
      ARN: secret.arn,
      Name: secret.name,
      ...(description === undefined ? {} : { Description: description }),
      ...(staged.length === 0
        ? {}
        : { VersionIdsToStages: Object.fromEntries(staged.map(({ versionId, stages }) => [versionId, stages])) }),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ...(window === undefined ? {} : { DeletedDate: new Date(scheduledAt + window * dayMs) }),
      ...(rotating ? { RotationEnabled: true } : {}),
      ...(owningService === undefined ? {} : { OwningService: owningService }),
      ...(primaryRegion === undefined ? {} : { PrimaryRegion: primaryRegion }),
      ReplicationStatus: replicas.map(({ region: Region, key, keyId = "alias/of-somebody", status }) => ({
        Region,
        ...(key === "aws" ? {} : { KmsKeyId: key === "own" ? `arn:aws:kms:${Region}:${account}:key/${keyId}` : keyId }),
        Status: statusText[status],
      })),
    },
    region,
  );
}

const refused = (reason: Reason, outcome: Refusal["outcome"] = "refused"): Refusal => ({
  is: "refused",
  outcome,
  reason,
});
const done: MutationResult = { is: "done" };
const changed = { is: "stale" } as const;

/** What each call does and answers, at once. */
export function sourceEffects(state: SourceState, options: Omit<FakeSourceOptions, "hook"> = {}): Effects<SourcePort> {
  const { clock = () => startTime, lag = () => 0, owners = [entityId], sync = "at-once" } = options;

  /** Whether the role's condition on the tag lets a call through. */
  const isTagged = ({ tags }: FakeSecretState): boolean =>
    owners === "any-tag" || owners.some((id) => tags[stateTag]?.startsWith(`1/${ownerOf(id)}/`) === true);

  /** A write: refused on what is absent, a replica, another service's, or scheduled. */
  const onLive = (
    arn: string,
    effect: (secret: FakeSecret, now: FakeSecretState) => MutationResult,
  ): MutationResult => {
    const secret = find(state, arn);
    if (secret === undefined) return changed;
    const now = stateOf(secret);
    if (now.owningService !== undefined) return refused("service-owned", "skipped");
    if (now.primaryRegion !== undefined && now.primaryRegion !== region) return refused("replica", "skipped");
    if (now.window !== undefined) return changed;
    return effect(secret, now);
  };

  return {
    describe: (id) => {
      const secret = find(state, id);
      return secret === undefined ? { is: "absent" } : { is: "found", source: describe(secret, lag(secret)) };
    },

    isReadByService: (arn) => {
      const secret = find(state, arn);
      const policy = secret === undefined ? undefined : stateOf(secret).policy;
      return { is: "known", read: policy !== undefined && letsServiceIn(policy) };
    },

    read: (arn, versionId) => {
      const secret = find(state, arn);
      if (secret === undefined || isScheduled(secret)) return changed;
      const version = stateOf(secret).versions.find((other) => other.versionId === versionId);
      if (version === undefined) return changed;
      return stateOf(secret).keyDisabled === true ? refused("undecryptable") : { is: "value", value: version.value };
    },

    tag: (arn, value) =>
      onLive(arn, (secret, now) => {
        const tags = { ...now.tags, [stateTag]: value };
        const own = Object.keys(tags).filter((key) => !key.startsWith("aws:"));
        if (own.length > 50) return refused("source-rejected", "failed");
        change(secret, { tags });
        return done;
      }),

    schedule: (arn, windowDays) => {
      if (!Number.isInteger(windowDays) || windowDays < 7 || windowDays > 30) {
        return refused("source-rejected", "failed");
      }
      const there = find(state, arn);
      if (there !== undefined && !isTagged(stateOf(there))) return refused("access-denied");
      if (there !== undefined && !isScheduled(there) && stateOf(there).replicas.length > 0)
        return { is: "has-replicas" };
      return onLive(arn, (secret) => {
        change(secret, { window: windowDays, scheduledAt: clock() });
        return done;
      });
    },

    restore: (arn) => {
      const secret = find(state, arn);
      if (secret === undefined) return changed;
      if (!isTagged(stateOf(secret))) return refused("access-denied");
      if (isScheduled(secret)) restoreByPerson(secret);
      return done;
    },

    removeReplicas: (arn, regions) =>
      onLive(arn, (secret, now) => {
        change(secret, { replicas: now.replicas.filter((replica) => !regions.includes(replica.region)) });
        return done;
      }),

    replicate: (arn, replicas) =>
      onLive(arn, (secret, now) => {
        if (now.replicas.some((old) => replicas.some((added) => added.region === old.region))) {
          return refused("source-rejected", "failed");
        }
        const status = { "at-once": "in-sync", later: "in-progress", never: "failed" } as const;
        const made = replicas.map(({ region: there, keyId }: Replica) =>
          replicaIn(there, { status: status[sync], ...(keyId === undefined ? {} : { keyId }) }),
        );
        change(secret, { replicas: [...now.replicas, ...made] });
        return done;
      }),
  };
}

export const fakeSourcePort = (state: SourceState, options: FakeSourceOptions = {}): SourcePort =>
  hooked<SourcePort>("source", sourceEffects(state, options), options.hook ?? (() => undefined));
