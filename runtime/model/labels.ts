/**
 * The mover's labels, which are custom metadata of the KV entry. Vault keeps at most 64 keys of 1-128 bytes with values of
 * 1-512 bytes, and refuses a whole PATCH when one label does not fit.
 */
import { stateTag } from "./stateTag";
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

/** The deletion of a source, as its home tells people of it. What the mover may do about it, the source's tag decides. */
export interface DeletionLabel {
  /** The source's ARN suffix. */
  readonly suffix: string;
  readonly versionId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** `deleting` is written before DeleteSecret is sent, `deleted` once it succeeded. */
const deletionKeys = ["deleting", "deleted"] as const;
type DeletionKey = (typeof deletionKeys)[number];

/** A patch with one of the labels of a deletion. */
export const deletionLabel = (key: DeletionKey, { suffix, versionId, time }: DeletionLabel): LabelPatch => ({
  [key]: [labelFormat, suffix, versionId, new Date(time).toISOString()].join(";"),
});

export type ReadDeletion =
  | { readonly is: "none" }
  /** Another format: written by another version of this program, or by somebody else. */
  | { readonly is: "unknown" }
  | { readonly is: "announced" | "deleted"; readonly label: DeletionLabel };

function readDeletionLabel(text: string): DeletionLabel | undefined {
  const [format, suffix, versionId, iso, ...rest] = text.split(";");
  const time = Date.parse(iso ?? "");
  const fits = format === labelFormat && suffix && versionId && !Number.isNaN(time) && rest.length === 0;
  return fits ? { suffix, versionId, time } : undefined;
}

/** What the home says of a deletion of the source with this suffix; labels of an earlier secret of the name say nothing. */
export function readDeletion(labels: Readonly<Record<string, string>>, suffix: string): ReadDeletion {
  for (const key of deletionKeys.toReversed()) {
    const text = labels[key];
    if (text === undefined) continue;
    const label = readDeletionLabel(text);
    if (label === undefined) return { is: "unknown" };
    if (label.suffix === suffix) return { is: key === "deleted" ? "deleted" : "announced", label };
  }
  return { is: "none" };
}

/** Removes the labels of a deletion that was taken back. */
export const clearedDeletion = (labels: Readonly<Record<string, string>>): LabelPatch =>
  Object.fromEntries(deletionKeys.filter((key) => labels[key] !== undefined).map((key) => [key, null]));

const tagPrefix = "tag.";

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
  const own = new Set([...labelledVersions(labels).map(versionKey), ...deletionKeys]);
  const staying = Object.keys(labels).filter((key) =>
    key.startsWith(tagPrefix) ? tags[key.slice(tagPrefix.length)] === undefined : !own.has(key),
  ).length;
  // Keep room for the labels that the rest of this move and later versions add.
  let room = maxKeys - staying - keptLabels - deletionKeys.length;
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
