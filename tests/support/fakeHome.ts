/**
 * Vault's KV version 2 in memory, behind the mover's port, and what a person can do there. Its state is plain data
 * (`structuredClone` copies it), every effect is synchronous and nothing runs by a timer.
 */
import { visit } from "jsonc-parser";

import { absentHome } from "../../runtime/model/home";
import type { Home, HomeVersion } from "../../runtime/model/home";
import type { LabelPatch } from "../../runtime/model/labels";
import type { HomePort } from "../../runtime/model/ports";
import { entityId } from "./builders";
import { hooked } from "./hook";
import type { Effects, Hook } from "./hook";

export interface FakeVersion {
  /** JSON text of the data, as Vault prints it. */
  readonly data: string;
  readonly createdTime: string;
  readonly deletionTime: string;
  readonly destroyed: boolean;
  readonly author: string;
}

export interface FakeEntry {
  current: number;
  versions: Record<number, FakeVersion>;
  labels: Record<string, string>;
}

export interface HomeState {
  entries: Record<string, FakeEntry>;
  /** KV versions kept of each entry. */
  maxVersions: number;
  /** The mount's `delete_version_after`, in milliseconds; 0 for none. */
  deleteVersionAfter: number;
  /** Whether the server records `created_by` (Vault from 1.21 on). */
  recordsAuthor: boolean;
  /** Numbers every write, so that no two have the same time. */
  serial: number;
}

export const emptyHome = (over: Partial<HomeState> = {}): HomeState => ({
  entries: {},
  maxVersions: 10,
  deleteVersionAfter: 0,
  recordsAuthor: true,
  serial: 0,
  ...over,
});

export interface FakeHomeOptions {
  readonly hook?: Hook;
  /** Milliseconds since the epoch, by Vault's clock. */
  readonly clock: () => number;
  /** The identity entity behind the port. */
  readonly author?: string;
  /** What a broken server makes of the data on its way back. */
  readonly garble?: (data: string) => string;
}

/** JSON as Go prints it: members sorted, `<`, `>`, `&`, U+2028 and U+2029 escaped, numbers by float64. */
export function vaultPrints(text: string): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
  };
  return JSON.stringify(sorted(JSON.parse(text))).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether Vault's parser refuses a body: duplicate keys, lone surrogates, too deep, too many entries, huge numbers. */
function isRefused(body: string): boolean {
  let refused = false;
  let depth = 0;
  const keys: Set<string>[] = [];
  const counts: number[] = [];
  const open = (): void => {
    if ((depth += 1) > 298) refused = true;
    keys.push(new Set());
    counts.push(0);
  };
  const close = (): void => {
    depth -= 1;
    keys.pop();
    if ((counts.pop() ?? 0) > 10_000) refused = true;
  };
  visit(body, {
    onObjectBegin: open,
    onArrayBegin: open,
    onObjectEnd: close,
    onArrayEnd: close,
    onSeparator: () => {
      const last = counts.length - 1;
      counts[last] = (counts[last] ?? 0) + 1;
    },
    onObjectProperty: (key) => {
      const seen = keys.at(-1);
      if (seen?.has(key) === true || !key.isWellFormed()) refused = true;
      seen?.add(key);
    },
    onLiteralValue: (value: unknown) => {
      if (typeof value === "string" && !value.isWellFormed()) refused = true;
      if (typeof value === "number" && !Number.isFinite(value)) refused = true;
    },
  });
  return refused;
}

const isoWithSerial = (time: number, serial: number): string =>
  new Date(time).toISOString().replace("Z", `${serial.toString().padStart(6, "0")}Z`);

/** Stores a version, whoever asks: check-and-set is the caller's. */
function store(state: HomeState, path: string, data: string, author: string, now: number): number {
  const entry = (state.entries[path] ??= { current: 0, versions: {}, labels: {} });
  state.serial += 1;
  entry.current += 1;
  entry.versions[entry.current] = {
    data,
    createdTime: isoWithSerial(now, state.serial),
    deletionTime: state.deleteVersionAfter === 0 ? "" : new Date(now + state.deleteVersionAfter).toISOString(),
    destroyed: false,
    author,
  };
  Reflect.deleteProperty(entry.versions, entry.current - state.maxVersions);
  return entry.current;
}

/** A person writes a value in Vault. */
export const writeByPerson = (state: HomeState, path: string, data: string, now: number, author = "somebody"): number =>
  store(state, path, vaultPrints(data), author, now);

const over = (state: HomeState, path: string, version: number, changes: Partial<FakeVersion>): void => {
  const entry = state.entries[path];
  const old = entry?.versions[version];
  if (entry !== undefined && old !== undefined) entry.versions[version] = { ...old, ...changes };
};

/** `vault kv delete`: a soft delete of the current version. */
export const softDelete = (state: HomeState, path: string, now: number): void => {
  over(state, path, state.entries[path]?.current ?? 0, { deletionTime: new Date(now).toISOString() });
};

/** `vault kv undelete` of the current version. */
export const undelete = (state: HomeState, path: string): void => {
  over(state, path, state.entries[path]?.current ?? 0, { deletionTime: "" });
};

/** `vault kv destroy` of the current version. */
export const destroy = (state: HomeState, path: string): void => {
  over(state, path, state.entries[path]?.current ?? 0, { destroyed: true, data: "null" });
};

/** `vault kv metadata delete`: the entry is gone, and its versions will count from 1 again. */
export const deleteMetadata = (state: HomeState, path: string): void => {
  Reflect.deleteProperty(state.entries, path);
};

const isGone = (version: FakeVersion, now: number): boolean =>
  version.destroyed || (version.deletionTime !== "" && Date.parse(version.deletionTime) <= now);

/** The text of an entry's current data; undefined when there is none or it is deleted. */
export function currentData(state: HomeState, path: string, now: number): string | undefined {
  const entry = state.entries[path];
  const version = entry?.versions[entry.current];
  return version === undefined || isGone(version, now) ? undefined : version.data;
}

/** Merges a patch into labels as Vault does; undefined when its validation refuses. */
function merge(labels: Readonly<Record<string, string>>, patch: LabelPatch): Record<string, string> | undefined {
  const merged: Record<string, string> = { ...labels };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = value;
  }
  const bytes = (text: string): number => Buffer.byteLength(text);
  const printable = (text: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text);
  const fits = Object.entries(merged).every(
    ([key, value]) =>
      bytes(key) >= 1 &&
      bytes(key) <= 128 &&
      bytes(value) >= 1 &&
      bytes(value) <= 512 &&
      printable(key) &&
      printable(value),
  );
  return fits && Object.keys(merged).length <= 64 ? merged : undefined;
}

/** What each call does and answers, at once. */
export function homeEffects(state: HomeState, options: Omit<FakeHomeOptions, "hook">): Effects<HomePort> {
  const { clock, author = entityId, garble = (data: string) => data } = options;

  return {
    metadata: (path): Home => {
      const entry = state.entries[path];
      if (entry === undefined) return absentHome;
      const kept = Object.keys(entry.versions).map(Number);
      return {
        currentVersion: entry.current,
        oldestVersion: entry.current > state.maxVersions ? Math.min(...kept) : 0,
        versions: Object.fromEntries(
          Object.entries(entry.versions).map(([number, { createdTime, deletionTime, destroyed, author: by }]) => {
            const version: HomeVersion = {
              createdTime,
              deletionTime,
              destroyed,
              ...(state.recordsAuthor ? { authorEntityId: by } : {}),
            };
            return [number, version];
          }),
        ),
        labels: { ...entry.labels },
      };
    },

    write: (path, body) => {
      if (isRefused(body)) return { is: "rejected" };
      const { options: sent, data } = JSON.parse(body) as { options: { cas: number }; data: unknown };
      if (typeof data !== "object" || data === null) return { is: "rejected" };
      if (sent.cas !== (state.entries[path]?.current ?? 0)) return { is: "mismatch" };
      return { is: "written", version: store(state, path, vaultPrints(JSON.stringify(data)), author, clock()) };
    },

    label: (path, patch) => {
      const entry = state.entries[path];
      if (entry === undefined) return { is: "gone" };
      const merged = merge(entry.labels, patch);
      if (merged === undefined) return { is: "rejected" };
      entry.labels = merged;
      return { is: "done" };
    },

    read: (path) => {
      const entry = state.entries[path];
      const version = entry?.versions[entry.current];
      if (entry === undefined || version === undefined || isGone(version, clock())) return { is: "gone" };
      const { createdTime, deletionTime, data } = version;
      return { is: "value", version: entry.current, createdTime, deletionTime, data: garble(data) };
    },
  };
}

export const fakeHomePort = (state: HomeState, options: FakeHomeOptions): HomePort =>
  hooked<HomePort>("home", homeEffects(state, options), options.hook ?? (() => undefined));
