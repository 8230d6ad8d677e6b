import { membersOf } from "../shared/members";

/** A home's metadata in Vault's KV version 2. */
export interface HomeVersion {
  readonly createdTime: string;
  /** Empty when it has none. In the future it is an expiry, in the past a soft delete. */
  readonly deletionTime: string;
  readonly destroyed: boolean;
  /** `created_by.entity_id`; absent on servers that don't record it (OpenBao, Vault before 1.21). */
  readonly authorEntityId?: string;
}

export interface Home {
  /** 0 when only metadata was ever written. */
  readonly currentVersion: number;
  readonly oldestVersion: number;
  readonly versions: Readonly<Record<number, HomeVersion>>;
  /** The entry's custom metadata. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A path that was never written. */
export const absentHome: Home = { currentVersion: 0, oldestVersion: 0, versions: {}, labels: {} };

const string = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Reads the `data` member of Vault's answer to `GET <mount>/metadata/<path>`; undefined when it has another form. */
export function readHome(data: unknown): Home | undefined {
  const { current_version, oldest_version, versions, custom_metadata } = membersOf(data);
  if (typeof current_version !== "number") return undefined;
  return {
    currentVersion: current_version,
    oldestVersion: count(oldest_version),
    versions: Object.fromEntries(
      Object.entries(membersOf(versions)).map(([version, value]) => {
        const { created_time, deletion_time, destroyed, created_by } = membersOf(value);
        const author = created_by === undefined ? undefined : string(membersOf(created_by)["entity_id"]);
        const home: HomeVersion = {
          createdTime: string(created_time),
          deletionTime: string(deletion_time),
          destroyed: destroyed === true,
          ...(author === undefined ? {} : { authorEntityId: author }),
        };
        return [Number(version), home];
      }),
    ),
    labels: Object.fromEntries(Object.entries(membersOf(custom_metadata)).map(([key, value]) => [key, string(value)])),
  };
}

/** Whether somebody deleted or destroyed this version. An expiry in the future is no deletion yet. */
export const isDeleted = (version: HomeVersion, now: number): boolean =>
  version.destroyed || (version.deletionTime !== "" && Date.parse(version.deletionTime) <= now);
