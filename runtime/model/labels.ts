/**
 * The mover's labels, which are custom metadata of the KV entry. Vault keeps at most 64 keys of 1-128 bytes with values of
 * 1-512 bytes, and refuses a whole PATCH when one label does not fit.
 */
import type { ValueKind } from "./value";

/** A change of custom metadata: `null` removes a key (JSON merge patch). */
export type LabelPatch = Readonly<Record<string, string | null>>;

/** Which source version a KV version holds. */
export interface VersionLabel {
  /** The source's ARN suffix. */
  readonly suffix: string;
  readonly kind: ValueKind;
  readonly versionId: string;
}

export type ReadLabel =
  | { readonly is: "absent" }
  | { readonly is: "ours"; readonly label: VersionLabel }
  /** Another format: written by a newer version of this program, or by somebody else. */
  | { readonly is: "unknown" };

const labelFormat = "1";
const versionKey = (version: number): string => `v${version.toString()}`;
const keptLabels = 20;
const maxKeys = 64;

export function readVersionLabel(labels: Readonly<Record<string, string>>, version: number): ReadLabel {
  const text = labels[versionKey(version)];
  if (text === undefined) return { is: "absent" };
  const [format, suffix, kind, versionId, ...rest] = text.split(";");
  const known = kind === "fields" || kind === "text" || kind === "binary";
  if (format !== labelFormat || !suffix || !known || !versionId || rest.length > 0) return { is: "unknown" };
  return { is: "ours", label: { suffix, kind, versionId } };
}

/** KV versions that carry a label, newest first. */
export const labelledVersions = (labels: Readonly<Record<string, string>>): readonly number[] =>
  Object.keys(labels)
    .filter((key) => /^v[1-9]\d*$/.test(key))
    .map((key) => Number(key.slice(1)))
    .sort((a, b) => b - a);

/** Clears the markers, which are the labels that tell how far a deletion went. A move that starts anew clears them all. */
export const clearedMarkers: LabelPatch = { deleting: null, deleted: null, restoring: null, checked: null };

/** The part of {@link clearedMarkers} whose labels are there. */
export const markersToClear = (labels: Readonly<Record<string, string>>): LabelPatch =>
  Object.fromEntries(Object.entries(clearedMarkers).filter(([key]) => labels[key] !== undefined));

/**
 * The patch that labels a KV version. It also removes the labels of versions that Vault no longer keeps, and all but the
 * newest {@link keptLabels}.
 */
export function versionLabelPatch(
  labels: Readonly<Record<string, string>>,
  oldestVersion: number,
  version: number,
  label: VersionLabel,
): LabelPatch {
  const patch: Record<string, string | null> = {
    [versionKey(version)]: [labelFormat, label.suffix, label.kind, label.versionId].join(";"),
  };
  const others = labelledVersions(labels).filter((other) => other !== version);
  for (const [index, other] of others.entries()) {
    if (other < oldestVersion || index >= keptLabels - 1) patch[versionKey(other)] = null;
  }
  return patch;
}

/** `deleting=<VersionId>/<time>`, written before DeleteSecret is sent. */
export interface DeletingLabel {
  readonly versionId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export const deletingLabel = (label: DeletingLabel): string =>
  `${label.versionId}/${new Date(label.time).toISOString()}`;

export function readDeletingLabel(labels: Readonly<Record<string, string>>): DeletingLabel | undefined {
  const [versionId, iso] = (labels["deleting"] ?? "").split("/");
  const time = Date.parse(iso ?? "");
  return versionId && !Number.isNaN(time) ? { versionId, time } : undefined;
}

/**
 * The version whose deletion a mover saw succeed. The label `deleted` counts only beside a label `deleting` of the same
 * version. Without it, a slow mover wrote `deleted` after a restore had already cleared both.
 */
export function readDeletedLabel(labels: Readonly<Record<string, string>>): string | undefined {
  const deleted = labels["deleted"];
  return deleted === readDeletingLabel(labels)?.versionId ? deleted : undefined;
}

const regionPrefix = "region.";
/** Stands in a label's value for the key that AWS manages for Secrets Manager. */
const awsManagedKey = "aws/secretsmanager";

export interface Replica {
  readonly region: string;
  /** Absent for the key that AWS manages. */
  readonly kmsKeyId?: string;
}

/** Labels for the regions to which a secret is replicated, one each. They are written before the replicas are removed. */
export const replicaLabels = (replicas: readonly Replica[]): LabelPatch =>
  Object.fromEntries(replicas.map(({ region, kmsKeyId }) => [regionPrefix + region, kmsKeyId ?? awsManagedKey]));

export const readReplicaLabels = (labels: Readonly<Record<string, string>>): readonly Replica[] =>
  Object.entries(labels)
    .filter(([key]) => key.startsWith(regionPrefix))
    .map(([key, value]) => ({
      region: key.slice(regionPrefix.length),
      ...(value === awsManagedKey ? {} : { kmsKeyId: value }),
    }));

/** Removes the labels of all regions, once the replicas are back. */
export const clearedReplicas = (labels: Readonly<Record<string, string>>): LabelPatch =>
  Object.fromEntries(readReplicaLabels(labels).map(({ region }) => [regionPrefix + region, null]));

const tagPrefix = "tag.";

/** The tag that the mover sets before it schedules a deletion. It is not copied to the home. */
export const stateTag = "vault-mover";
/** The tag by which a person requests a lower mode for one secret. */
export const modeTag = "vault-mover-mode";

const bytes = (text: string): number => Buffer.byteLength(text, "utf8");
const printable = (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text) && !/[^\S ]/u.test(text);

/**
 * Copies the source's tags into labels `tag.<key>`. Tags that do not fit are dropped and counted. A label stays when its
 * tag is gone, since a person may have written that label.
 */
export function tagPatch(
  labels: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
): { readonly patch: LabelPatch; readonly dropped: number } {
  const patch: Record<string, string | null> = {};
  const own = new Set([...labelledVersions(labels).map(versionKey), ...Object.keys(clearedMarkers)]);
  const staying = Object.keys(labels).filter((key) =>
    key.startsWith(tagPrefix) ? tags[key.slice(tagPrefix.length)] === undefined : !own.has(key),
  ).length;
  // Keep room for the labels that the rest of this move and later versions add.
  let room = maxKeys - staying - keptLabels - Object.keys(clearedMarkers).length;
  let dropped = 0;
  for (const [key, value] of Object.entries(tags)) {
    if (key === stateTag) continue;
    const name = tagPrefix + key;
    const fits = room > 0 && bytes(name) <= 128 && printable(name) && bytes(value) <= 512 && printable(value);
    if (!fits) {
      dropped += 1;
      continue;
    }
    room -= 1;
    if (labels[name] !== value) patch[name] = value;
  }
  return { patch, dropped };
}
