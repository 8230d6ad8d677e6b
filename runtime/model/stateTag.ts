/**
 * The mover's tag on a source: the memory of a deletion. A scheduled source can't be read, so what was proven before the
 * delete is what its tag says. Its form is
 *
 *     1/<owner>/<place>/<state>/<suffix>/<VersionId>/<KV version>/<created>/<tagged>/<window>[/<region>[=<key>]+…]
 *
 * or the one word `again`, with which a person lets any mover move a secret once more.
 */
import { createHash } from "node:crypto";

import { dayMs } from "./source";
import type { Replica } from "./source";

/** The key of the tag. It is not copied to the home. */
export const stateTag = "vault-mover";
/** The whole tag, written by a person or `homing release`. */
export const againTag = "again";

const tagFormat = "1";
/** Secrets Manager allows 256 characters for a tag's value. */
const maxLength = 255;

/**
 * `d`: deleting, written right before DeleteSecret · `t`: taking its replicas apart, or putting them back · `b`: back, the
 * deleting run itself took its deletion back · `u`: undone, by a person or by a late look: copied, not moved.
 */
export const tagStates = ["d", "t", "b", "u"] as const;
export type TagState = (typeof tagStates)[number];

/** What was proven: a version of the source was read back equal from a version of its home. */
export interface Proof {
  /** The source's VersionId. */
  readonly versionId: string;
  readonly homeVersion: number;
  /** `created_time` of that KV version as Vault gives it, to the nanosecond. */
  readonly createdTime: string;
}

/** Whose tag it is, and where that mover's homes are. */
export interface Deployment {
  /** First eight characters of the mover's entity id. */
  readonly owner: string;
  /** See {@link placeOf}. */
  readonly place: string;
}

export interface StateTag extends Deployment {
  readonly state: TagState;
  /** The ARN's six last characters. Tags can be copied to another secret; the suffix can't. */
  readonly suffix: string;
  readonly versionId: string;
  readonly homeVersion: number;
  /** {@link timeKey} of the KV version's `created_time`. */
  readonly created: string;
  /** When the tag was written, in milliseconds since the epoch, to the second. */
  readonly taggedAt: number;
  /** Days of the recovery window. */
  readonly windowDays: number;
  /** The regions to which the source was replicated. */
  readonly replicas: readonly Replica[];
}

export type ReadTag =
  | { readonly is: "absent" }
  | { readonly is: "again" }
  /** Cut off, or in the format of another version of this program: it is left alone. */
  | { readonly is: "unknown" }
  | { readonly is: "known"; readonly tag: StateTag };

/** The first eight characters of an entity's id stand for the deployment. */
export const ownerOf = (entityId: string): string => entityId.slice(0, 8);

/** When the recovery window of the deletion ends that was sent right after this tag, in milliseconds since the epoch. */
export const windowEndOf = ({ taggedAt, windowDays }: StateTag): number => taggedAt + windowDays * dayMs;

/** The mover's entity, and those that were the mover's before. */
export interface Owners {
  readonly entityId: string;
  readonly formerEntityIds: readonly string[];
}

/** Whether a tag is of this deployment's mover, or of one before it. */
export const isOwnedBy = ({ owner }: Deployment, { entityId, formerEntityIds }: Owners): boolean =>
  [entityId, ...formerEntityIds].map(ownerOf).includes(owner);

interface PlaceSettings {
  readonly account: string;
  readonly region: string;
  readonly vaultNamespace: string;
  readonly mount: string;
  readonly homeTemplate: string;
}

/** The folder of an account's and a region's homes below the mount: the template without the name. */
export const homeFolder = ({
  account,
  region,
  homeTemplate,
}: Omit<PlaceSettings, "vaultNamespace" | "mount">): string =>
  homeTemplate
    .replace(/\/\{name\}$/, "")
    .replaceAll("{account}", () => account)
    .replaceAll("{region}", () => region);

/** Eight hexadecimal digits that stand for where the homes are: namespace, mount and folder. */
export const placeOf = (settings: PlaceSettings): string =>
  createHash("sha256")
    .update([settings.vaultNamespace, settings.mount, homeFolder(settings)].join("\n"))
    .digest("hex")
    .slice(0, 8);

/** A time of Vault to the nanosecond, in few characters; times that Vault prints differently but are equal, are equal. */
export function timeKey(time: string): string {
  const [, seconds, fraction = ""] = /^([^.Z]+)(?:\.(\d{1,9}))?Z$/.exec(time) ?? [];
  const ms = Date.parse(`${seconds ?? ""}Z`);
  if (seconds === undefined || Number.isNaN(ms)) return "";
  return (BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"))).toString(36);
}

/** A region as the tag names it: `us-east-1`, or `us-east-1=<key id>` for a customer managed key. */
const replicaText = ({ region, keyId }: Replica): string => (keyId === undefined ? region : `${region}=${keyId}`);

/** @returns the tag's text; undefined when it has no room for the regions */
export function writeStateTag(tag: StateTag): string | undefined {
  const parts = [
    tagFormat,
    tag.owner,
    tag.place,
    tag.state,
    tag.suffix,
    tag.versionId,
    tag.homeVersion.toString(),
    tag.created,
    Math.floor(tag.taggedAt / 1_000).toString(36),
    tag.windowDays.toString(),
    ...(tag.replicas.length === 0 ? [] : [tag.replicas.map(replicaText).join("+")]),
  ];
  const text = parts.join("/");
  return text.length <= maxLength ? text : undefined;
}

const form = new RegExp(
  [
    `^${tagFormat}`,
    "(?<owner>[A-Za-z0-9-]{1,8})",
    "(?<place>[0-9a-f]{8})",
    `(?<state>[${tagStates.join("")}])`,
    "(?<suffix>[A-Za-z0-9]{6})",
    "(?<versionId>[A-Za-z0-9-]+)",
    "(?<homeVersion>[1-9][0-9]{0,8})",
    "(?<created>[0-9a-z]{1,13})",
    "(?<tagged>[0-9a-z]{1,8})",
    "(?<window>7|8|9|[12][0-9]|30)(?:/(?<replicas>[A-Za-z0-9+=-]+))?$",
  ].join("/"),
);
const replicaForm = /^([a-z]{2,}(?:-[a-z]+)+-[1-9]\d?)(?:=([A-Za-z0-9-]+))?$/;

function readReplicas(text: string): readonly Replica[] | undefined {
  const replicas: Replica[] = [];
  for (const part of text.split("+")) {
    const [, region, keyId] = replicaForm.exec(part) ?? [];
    if (region === undefined) return undefined;
    replicas.push({ region, ...(keyId === undefined ? {} : { keyId }) });
  }
  return replicas;
}

/** Reads the tag of a source. It claims nothing about who wrote it: whoever may tag secrets can write any. */
export function readStateTag(tags: Readonly<Record<string, string>>): ReadTag {
  const text = tags[stateTag];
  if (text === undefined) return { is: "absent" };
  if (text === againTag) return { is: "again" };
  const parts = form.exec(text)?.groups;
  if (parts === undefined) return { is: "unknown" };
  const replicas = parts["replicas"] === undefined ? [] : readReplicas(parts["replicas"]);
  if (replicas === undefined) return { is: "unknown" };
  const { owner = "", place = "", state, suffix = "", versionId = "", created = "" } = parts;
  return {
    is: "known",
    tag: {
      owner,
      place,
      state: state as TagState,
      suffix,
      versionId,
      homeVersion: Number(parts["homeVersion"]),
      created,
      taggedAt: Number.parseInt(parts["tagged"] ?? "", 36) * 1_000,
      windowDays: Number(parts["window"]),
      replicas,
    },
  };
}

/** The replicas that a tag names and a secret no longer has. Only the tag knows their regions then. */
export const missingReplicas = (tag: StateTag, source: { readonly replicas: readonly Replica[] }): readonly Replica[] =>
  tag.replicas.filter(({ region }) => !source.replicas.some((there) => there.region === region));

/** Whether a tag names this proof. */
export const namesProof = (tag: StateTag, proof: Proof): boolean =>
  tag.versionId === proof.versionId &&
  tag.homeVersion === proof.homeVersion &&
  tag.created === timeKey(proof.createdTime);
