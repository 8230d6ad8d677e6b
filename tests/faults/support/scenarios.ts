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
  /** Whether Secrets Manager throttles DeleteSecret throughout the first delivery. */
  readonly throttlesDelete?: true;
  /** Whether the deletion is undone without any fault, too. */
  readonly endsUndone?: true;
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
  "mark-deleting",
  "tag",
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

/** To these regions secrets are replicated, and the settings let the mover take that apart. */
export const replicaRegions: readonly string[] = ["eu-central-1", "us-east-1"];

/** The mover's tag on the source, in its parts: state, suffix, VersionId and KV version. */
function stateTagOf({ tags }: StoredSecret): readonly string[] {
  const { Value = "" } = tags.find(({ Key }) => Key === "vault-mover") ?? {};
  return Value.split("/").slice(3, 7);
}

const isTagged = ({ secret }: Subject, state: string, homeVersion: number): boolean =>
  isDeepStrictEqual(stateTagOf(secret), [state, secret.arn.slice(-6), secret.versionId, homeVersion.toString()]);

/** Whether its owner replicated it. */
const isReplicated = ({ tags }: StoredSecret): boolean => tags.some(({ Key }) => Key === "replicated");

const unmet = (expected: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.entries(expected).flatMap(([name, holds]) => (holds ? [] : [name]));

/** What both ends leave: the home is the mover's own, and the source keeps what is not the mover's. */
function missingOfCopy(subject: Subject): readonly string[] {
  const { secret, entityId } = subject;
  const { labels = {}, current = 0, versions = {} } = homeEntry(subject) ?? {};
  const kind = typeof secret.value === "string" ? (secret.value.startsWith("{") ? "fields" : "text") : "binary";
  return unmet({
    "the home holds the value": holdsValueNow(subject),
    "its current version is the mover's": versions[current]?.author === entityId,
    "its label names the source's version":
      labels[`v${current.toString()}`] === `1;${secret.arn.slice(-6)};${kind};${secret.versionId}`,
    "a person's label stands": labels["note"] === undefined || labels["note"] === "a person's",
    "the source keeps its own tag": secret.tags.some(({ Key, Value }) => Key === "team" && Value === "payments"),
  });
}

/** The deletion of the source, as tag and labels tell of it. */
function missingOfDeletion(subject: Subject, homeVersion: number): readonly string[] {
  const { secret } = subject;
  const { labels = {} } = homeEntry(subject) ?? {};
  const told = `1;${secret.arn.slice(-6)};${secret.versionId};`;
  return unmet({
    "its deletion is labelled as announced": labels["deleting"]?.startsWith(told) === true,
    "its deletion is labelled as seen": labels["deleted"]?.startsWith(told) === true,
    "the source is scheduled": secret.deletedDate !== undefined,
    "the source is tagged with what was proven": isTagged(subject, "d", homeVersion),
  });
}

/** What a finished move leaves. */
const missingOfMove = (subject: Subject): readonly string[] => [
  ...missingOfCopy(subject),
  ...missingOfDeletion(subject, homeEntry(subject)?.current ?? 0),
];

/** What a deletion leaves that was undone: a live source, copied, whose tag follows the proven value. */
export const missingOfUndo = (subject: Subject): readonly string[] => [
  ...missingOfCopy(subject),
  ...unmet({
    "the source is live": subject.secret.deletedDate === undefined,
    "the source has the replicas that it had": isDeepStrictEqual(
      [...subject.secret.replicas].sort(),
      isReplicated(subject.secret) ? replicaRegions : [],
    ),
    "the source is tagged as undone": isTagged(subject, "u", homeEntry(subject)?.current ?? 0),
  }),
];

/** Lets an undone secret move again, as `homing release` does. */
export function release({ secret }: Subject): void {
  secret.tags = [...secret.tags.filter(({ Key }) => Key !== "vault-mover"), { Key: "vault-mover", Value: "again" }];
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

/** A secret that was moved before, undone and released with a new value; its home carries the labels of the first move. */
const update: Scenario = {
  name: "update",
  begin: ({ name, aws, homes, path, entityId }) => {
    const secret = put(aws, name, `${canary} of ${name}`);
    secret.tags.push({ Key: "vault-mover", Value: "again" });
    const suffix = secret.arn.slice(-6);
    const former = "00000000-0000-4000-9000-000000000000";
    const deletion = `1;${suffix};${former};2026-01-01T00:00:01.000Z`;
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
        v1: `1;${suffix};text;${former}`,
        deleting: deletion,
        deleted: deletion,
        note: "a person's",
      },
    };
    return secret;
  },
  calls: moveCalls,
  keepsHome: true,
  missing: missingOfMove,
};

/** From the second look on, when it takes the deletion back. */
const takingBack: readonly CallName[] = [
  "mark-deleted",
  "look-home",
  "look-source",
  "restore",
  "confirm",
  "tag-back",
  "clear-labels",
];

/** Somebody deletes the home, with its metadata, right after the source was deleted: it is restored and moved again. */
const homeVanishes: Scenario = {
  name: "home-vanishes",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  onDeleted: ({ homes, path }) => {
    deleteMetadata(homes, path);
  },
  calls: takingBack.filter((call) => call !== "clear-labels"),
  keepsHome: false,
  missing: missingOfMove,
};

/** Somebody put a new value right before the delete: the source is restored and moved again. */
export const sourceChanged: Scenario = {
  name: "source-changed",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  onDeleted: ({ secret }) => {
    secret.versionId = secret.versionId.replace("-8000-", "-9000-");
    secret.value = `${canary}, the newer one`;
  },
  calls: takingBack,
  keepsHome: false,
  missing: missingOfMove,
};

/** Secrets Manager throttles the delete throughout the first delivery: the deletion is tagged as taken back. */
const deleteThrottled: Scenario = {
  name: "delete-throttled",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  throttlesDelete: true,
  calls: ["look-refused", "tag-back", "clear-labels"],
  keepsHome: true,
  missing: missingOfMove,
};

/** A replicated secret: once a delete was refused because of its replicas alone, they are taken apart for a second one. */
export const replicated: Scenario = {
  name: "replicated",
  begin: ({ name, aws }) => {
    const secret = put(aws, name, fieldsWith(name));
    secret.replicas = replicaRegions;
    secret.tags.push({ Key: "replicated", Value: "yes" });
    return secret;
  },
  calls: [
    "delete",
    "look-refused",
    "tag-apart",
    "remove-replicas",
    "look-replicas",
    "tag-again",
    "delete-apart",
    "mark-deleted",
    "look-home",
    "look-source",
  ],
  keepsHome: true,
  missing: missingOfMove,
};

/** The same, and its home is taken away after the delete: the replicas come back with the source. */
const replicatedBack: Scenario = {
  ...replicated,
  name: "replicated-back",
  endsUndone: true,
  onDeleted: ({ homes, path }) => {
    deleteMetadata(homes, path);
  },
  calls: ["restore", "confirm", "replicate", "tag-undone"],
  keepsHome: false,
};

const personsValue = '{"value":"a person\'s"}';

/** Somebody writes a newer value in Vault right after the source was deleted: the person's value and the deletion stand. */
const homeEdited: Scenario = {
  name: "home-edited",
  begin: ({ name, aws }) => put(aws, name, fieldsWith(name)),
  onDeleted: ({ homes, path }) => {
    writeByPerson(homes, path, personsValue, Date.now());
  },
  calls: ["mark-deleted", "look-home", "look-source"],
  keepsHome: false,
  missing: (subject) => {
    const entry = homeEntry(subject);
    const version = entry?.versions[entry.current];
    const isTheirs = version?.data === personsValue && version.author === "somebody";
    return [...unmet({ "the person's value is the current one": isTheirs }), ...missingOfDeletion(subject, 1)];
  },
};

export const scenarios: readonly Scenario[] = [
  create,
  update,
  homeVanishes,
  sourceChanged,
  deleteThrottled,
  homeEdited,
  replicated,
  replicatedBack,
];
