/** Gives every request on the wire the name that it has in the protocol of one move. */
import type { Request } from "../../bundle/support/server";

/** The calls of the protocol at Vault. */
export const vaultCalls = [
  "login",
  "record-read",
  "record-write",
  "record-reread",
  "read-home",
  "write",
  "label",
  "label-tags",
  "read-back",
  "prove-home",
  "mark-deleting",
  "mark-deleted",
  "look-home",
  "clear-labels",
  "relabel",
] as const;
/** The calls of the protocol at AWS. */
export const awsCalls = [
  "web-identity",
  "resolve",
  "describe",
  "policy",
  "get-value",
  "tag",
  "delete",
  "look-source",
  "restore",
  "confirm",
  "look-refused",
  "tag-back",
  "tag-undone",
  "tag-apart",
  "remove-replicas",
  "look-replicas",
  "tag-again",
  "delete-apart",
  "replicate",
  "rest",
  "bury",
] as const;
export type VaultCall = (typeof vaultCalls)[number];
export type AwsCall = (typeof awsCalls)[number];
export type CallName = VaultCall | AwsCall;

/** Calls that are under way at the same time as the one before them in the protocol's order. */
export const besideOthers: readonly CallName[] = ["read-home", "label-tags", "read-back", "prove-home", "look-source"];

export const isVaultCall = (name: CallName): name is VaultCall => (vaultCalls as readonly string[]).includes(name);

/** Names of the secrets of these tests: by them a request shows which combination it belongs to. */
export const secretName = (number: number): string => `fault/${number.toString().padStart(4, "0")}`;
const secretIn = (text: string): string | undefined => /fault\/\d{4}/.exec(text)?.[0];

export interface Named {
  readonly name: CallName;
  /** The secret that it is about; absent for logins and the like. */
  readonly secret?: string;
}

/** What was seen of one delivery of one message so far: some calls look alike and differ by what came before. */
export interface Progress {
  last?: CallName;
  /** Whether the replicas were being taken apart. */
  apart?: boolean;
  /** Names of AWS calls by their invocation, which stays the same when the SDK tries again. */
  readonly invocations: Map<string, CallName>;
}

export const freshProgress = (): Progress => ({ invocations: new Map() });

/** From the value's read to its proof. */
const proving: readonly (CallName | undefined)[] = [
  "get-value",
  "write",
  "label",
  "label-tags",
  "read-back",
  "prove-home",
];
/** From the delete's label to the look at both sides. */
const looking: readonly (CallName | undefined)[] = ["mark-deleted", "look-home", "look-source"];

function homeRead({ last }: Progress): VaultCall {
  if (proving.includes(last)) return "prove-home";
  return looking.includes(last) ? "look-home" : "read-home";
}

function patchName(body: string): VaultCall {
  const { custom_metadata: patch } = JSON.parse(body) as { custom_metadata: Record<string, string | null> };
  const sets = (key: string): boolean => typeof patch[key] === "string";
  if (sets("deleting")) return sets("deleted") ? "relabel" : "mark-deleting";
  if (sets("deleted")) return "mark-deleted";
  const keys = Object.keys(patch);
  if (keys.some((key) => /^v\d+$/.test(key))) return "label";
  if (keys.some((key) => key.startsWith("tag."))) return "label-tags";
  return "clear-labels";
}

/** Names a request to Vault; undefined for one that the protocol does not have. */
export function nameVaultCall(
  { method, path, body }: Request,
  progressOf: (secret: string) => Progress,
  records: Progress,
): Named | undefined {
  if (method === "POST" && /^\/v1\/auth\/[^/]+\/login$/.test(path)) return { name: "login" };
  if (/^\/v1\/[^/]+\/data\/~homing\/\d{12}\/[^/]+$/.test(path)) {
    const reread = records.last === "record-write" || records.last === "record-reread";
    const name = method === "POST" ? "record-write" : reread ? "record-reread" : "record-read";
    records.last = name;
    return { name };
  }
  const [, api] = /^\/v1\/[^/]+\/(data|metadata)\/[^/]+\/\d{12}\/[^/]+\/fault\/\d{4}$/.exec(path) ?? [];
  const secret = secretIn(path);
  if (api === undefined || secret === undefined) return undefined;
  const progress = progressOf(secret);
  const nameOf = (): VaultCall | undefined => {
    switch (`${method} ${api}`) {
      case "GET metadata":
        return homeRead(progress);
      case "POST data":
        return "write";
      case "GET data":
        return "read-back";
      case "PATCH metadata":
        return patchName(body);
      default:
        return undefined;
    }
  };
  const name = nameOf();
  if (name === undefined) return undefined;
  progress.last = name;
  return { name, secret };
}

const actions: Readonly<Record<string, AwsCall>> = {
  GetResourcePolicy: "policy",
  GetSecretValue: "get-value",
  RestoreSecret: "restore",
  RemoveRegionsFromReplication: "remove-replicas",
  ReplicateSecretToRegions: "replicate",
  ChangeMessageVisibility: "rest",
  SendMessage: "bury",
};

/** Names a tag by the state that it tells. */
const tagNames: Readonly<Record<string, AwsCall>> = { b: "tag-back", u: "tag-undone", t: "tag-apart" };

function tagName(body: string, progress: Progress): AwsCall | undefined {
  const { Tags = [] } = JSON.parse(body) as { Tags?: { Value: string }[] };
  const state = Tags[0]?.Value.split("/")[3] ?? "";
  if (state === "t") progress.apart = true;
  if (state === "d") return progress.apart === true ? "tag-again" : "tag";
  return tagNames[state];
}

/** What a run describes after its own delete was refused, and after it took a deletion back. */
const describesAfter: Readonly<Partial<Record<CallName, AwsCall>>> = {
  delete: "look-refused",
  "delete-apart": "look-refused",
  restore: "confirm",
};
/** After these it asks which replicas there are. */
const besideReplicas: readonly (CallName | undefined)[] = [
  "tag-apart",
  "remove-replicas",
  "look-replicas",
  "replicate",
];

/** Names a request to AWS; undefined for one that the protocol does not have. */
export function nameAwsCall({ headers, body }: Request, progressOf: (secret: string) => Progress): Named | undefined {
  const action = String(headers["x-amz-target"] ?? "").split(".")[1];
  if (action === undefined) return body.includes("Action=GetWebIdentityToken&") ? { name: "web-identity" } : undefined;
  const secret = secretIn(body);
  if (secret === undefined) return undefined;
  const progress = progressOf(secret);
  const invocation = String(headers["amz-sdk-invocation-id"]);
  const known = progress.invocations.get(invocation);
  if (known !== undefined) return { name: known, secret };
  const nameOf = (): AwsCall | undefined => {
    if (action === "DescribeSecret") {
      if (![...progress.invocations.values()].includes("resolve")) return "resolve";
      const after = progress.last === undefined ? undefined : describesAfter[progress.last];
      if (after !== undefined) return after;
      if (besideReplicas.includes(progress.last)) return "look-replicas";
      return looking.includes(progress.last) ? "look-source" : "describe";
    }
    if (action === "TagResource") return tagName(body, progress);
    if (action === "DeleteSecret") return progress.apart === true ? "delete-apart" : "delete";
    return actions[action];
  };
  const name = nameOf();
  if (name === undefined) return undefined;
  progress.invocations.set(invocation, name);
  // What the batch does at its end says nothing about where the move was.
  if (name !== "rest") progress.last = name;
  return { name, secret };
}
