/** The moves that the faults meet: how each begins, what happens meanwhile, and how it must end. */
import { isDeepStrictEqual } from "node:util";

import type { FakeAws, StoredSecret } from "../../bundle/support/fakeAws";
import { deleteMetadata, writeByPerson } from "../../support/fakeHome";
import type { FakeEntry, HomeState } from "../../support/fakeHome";
import { canary } from "./faultTable";
import type { AwsCall, CallName, VaultCall } from "./calls";

/** One secret on its way, with all that a scenario looks at. */
export interface Subject {
  readonly secret: StoredSecret;
  /** Path of the home below the mount. */
  readonly path: string;
  readonly homes: HomeState;
  readonly entityId: string;
}

/** Where a secret of a scenario comes into being. */
export interface Start {
  readonly name: string;
  readonly aws: FakeAws;
  readonly homes: HomeState;
  /** Path of the home below the mount. */
  readonly path: string;
  readonly entityId: string;
}

export interface Scenario {
  readonly name: string;
  readonly begin: (start: Start) => StoredSecret;
  /** What somebody else does when the source was deleted for the first time. */
  readonly onDeleted?: (subject: Subject) => void;
  /** The calls to be faulted, in the protocol's order. */
  readonly calls: readonly CallName[];
  /** Whether the secret's current value must be in Vault at every moment at which the source is scheduled. */
  readonly keepsHome: boolean;
  /** What is not as after a move without faults; empty when all is. */
  readonly missing: (subject: Subject) => readonly string[];
}

/** A move over a home with versions. */
const moveCalls: readonly CallName[] = [
  "resolve",
  "read-home",
  "describe",
  "policy",
  "get-value",
  "write",
  "label",
  "label-tags",
  "read-back",
  "prove-home",
  "tag",
  "mark-deleting",
  "delete",
  "mark-deleted",
  "look-home",
  "look-source",
] satisfies readonly (AwsCall | VaultCall)[];

/** Over a home without any, what was found first is enough. */
const firstMoveCalls = moveCalls.filter((call) => call !== "describe");

export const homeEntry = ({ homes, path }: Pick<Subject, "homes" | "path">): FakeEntry | undefined =>
  homes.entries[path];

/** The value of a secret as its home holds it, by this file's own reckoning. */
const kept = ({ value }: StoredSecret): unknown => {
  if (typeof value !== "string") return { value_base64: Buffer.from(value).toString("base64") };
  return value.startsWith("{") ? (JSON.parse(value) as unknown) : { value };
};

/** Whether the home's current version holds the secret's value and is not deleted. */
export function holdsValueNow(subject: Pick<Subject, "secret" | "homes" | "path">): boolean {
  const entry = homeEntry(subject);
  const version = entry?.versions[entry.current];
  if (version === undefined || version.destroyed || version.deletionTime !== "") return false;
  return isDeepStrictEqual(JSON.parse(version.data), kept(subject.secret));
}

/** What a finished move leaves. */
function missingOfMove(subject: Subject): readonly string[] {
  const { secret, entityId } = subject;
  const entry = homeEntry(subject);
  const { labels = {}, current = 0, versions = {} } = entry ?? {};
  const kind = typeof secret.value === "string" ? (secret.value.startsWith("{") ? "fields" : "text") : "binary";
  const expected: Readonly<Record<string, boolean>> = {
    "the home holds the value": holdsValueNow(subject),
    "its current version is the mover's": versions[current]?.author === entityId,
    "its label names the source's version":
      labels[`v${current.toString()}`] === `1;${secret.arn.slice(-6)};${kind};${secret.versionId}`,
    "its deletion is labelled as announced": labels["deleting"]?.startsWith(`${secret.versionId}/`) === true,
    "its deletion is labelled as seen": labels["deleted"] === secret.versionId,
    "no restore is open": labels["restoring"] === undefined,
    "a person's label stands": labels["note"] === undefined || labels["note"] === "a person's",
    "the source is scheduled": secret.deletedDate !== undefined,
    "the source is tagged": secret.tags.some(
      ({ Key, Value }) => Key === "vault-mover" && Value.startsWith(`${secret.versionId}/`),
    ),
    "the source keeps its own tag": secret.tags.some(({ Key, Value }) => Key === "team" && Value === "payments"),
  };
  return Object.entries(expected).flatMap(([name, holds]) => (holds ? [] : [name]));
}

const put = (aws: FakeAws, name: string, value: string | Uint8Array): StoredSecret => {
  const secret = aws.put(name, value);
  secret.tags = [{ Key: "team", Value: "payments" }];
  return secret;
};

const fieldsWith = (name: string): string => JSON.stringify({ user: name, password: canary });

/** A secret that is new. */
export const create: Scenario = {
  name: "create",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  calls: firstMoveCalls,
  keepsHome: true,
  missing: missingOfMove,
};

/** A secret that was moved before, restored and given a new value; its home carries the marks of the first move. */
const update: Scenario = {
  name: "update",
  begin: ({ name, aws, homes, path, entityId }) => {
    const secret = put(aws, name, `${canary} of ${name}`);
    const former = "00000000-0000-4000-9000-000000000000";
    homes.entries[path] = {
      current: 1,
      versions: {
        1: {
          data: '{"value":"of yesterday"}',
          createdTime: "2026-01-01T00:00:00.000000001Z",
          deletionTime: "",
          destroyed: false,
          author: entityId,
        },
      },
      labels: {
        v1: `1;${secret.arn.slice(-6)};text;${former}`,
        deleting: `${former}/2026-01-01T00:00:01.000Z`,
        deleted: former,
        checked: "2026-01-01T00:20:00.000Z",
        note: "a person's",
      },
    };
    return secret;
  },
  calls: moveCalls,
  keepsHome: true,
  missing: missingOfMove,
};

/** Somebody deletes the home, with its metadata, right after the source was deleted: it is restored and moved again. */
const homeVanishes: Scenario = {
  name: "home-vanishes",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  onDeleted: ({ homes, path }) => {
    deleteMetadata(homes, path);
  },
  calls: ["mark-deleted", "look-home", "look-source", "mark-restoring", "restore"],
  keepsHome: false,
  missing: missingOfMove,
};

const personsValue = '{"value":"a person\'s"}';

/** Somebody writes a newer value in Vault right after the source was deleted: the person's value stands. */
const homeEdited: Scenario = {
  name: "home-edited",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  onDeleted: ({ homes, path }) => {
    writeByPerson(homes, path, personsValue, Date.now());
  },
  calls: ["mark-deleted", "look-home", "look-source", "mark-restoring", "restore", "restore-again", "clear-markers"],
  keepsHome: false,
  missing: (subject) => {
    const entry = homeEntry(subject);
    const version = entry?.versions[entry.current];
    const { labels = {} } = entry ?? {};
    const scheduled = subject.secret.deletedDate !== undefined;
    const expected: Readonly<Record<string, boolean>> = {
      "the person's value is the current one": version?.data === personsValue && version.author === "somebody",
      // The second look takes the deletion back. When it did not come to that, the late check finds a home whose
      // labelled version a person replaced by a newer one, which is a sound end as well.
      "the source is restored, or its deletion is claimed": scheduled
        ? labels["deleted"] === subject.secret.versionId
        : labels["deleted"] === undefined && labels["deleting"] === undefined,
      "no restore is open": labels["restoring"] === undefined,
    };
    return Object.entries(expected).flatMap(([name, holds]) => (holds ? [] : [name]));
  },
};

export const scenarios: readonly Scenario[] = [create, update, homeVanishes, homeEdited];
