import { PROBE_PREFIX } from "./callerIdentity";
import { errorAnswer, isObject, jsonAnswer, textMember, withJson } from "./message";
import type { Answer, JsonObject } from "./message";
import { bodyOf, objectsIn } from "./secretCall";
import type { SecretCall, Surroundings } from "./secretCall";

/** Something that AWS answers differently from the emulator. */
export interface Amendment {
  readonly name: string;
  /** What AWS does, with its source. */
  readonly aws: string;
  readonly actions: readonly string[];
  /** The answer that AWS would give, out of the emulator's. */
  amend(call: SecretCall, answer: Answer, around: Surroundings): Promise<Answer> | Answer;
}

/** Gaps of the emulator that the proxy leaves open, and why. */
export const openGaps: readonly { readonly name: string; readonly aws: string; readonly why: string }[] = [
  {
    name: "the request token of CreateSecret and UpdateSecret",
    aws: "becomes the VersionId of the version, and makes a repeated call a success.",
    why: "The emulator chooses the VersionId; putting the value a second time under the token would emit a label event that AWS may not emit.",
  },
  {
    name: "StopReplicationToReplica",
    aws: "makes a replica a secret of its own.",
    why: "Nothing in the emulator turns a replica into a secret with the same ARN and value.",
  },
  {
    name: "a partial ARN, an ARN inside BatchGetSecretValue, a name that is not there (so every CreateSecret)",
    aws: "found, or not, in constant time.",
    why: "Passed on as they are; the emulator walks through its secrets for them, about 5 ms with 2,000.",
  },
  {
    name: "the queue policy's aws:SourceArn, and a rule target's retries and dead-letter queue",
    aws: "EventBridge may send only where the queue's policy lets the rule.",
    why: "Events are delivered as the account's root.",
  },
  {
    name: "conditions on sts:IdentityTokenAudience, sts:DurationSeconds, sts:SigningAlgorithm; request tags",
    aws: "evaluated on GetWebIdentityToken.",
    why: "The emulator's IAM does not know these keys, so an Allow that needs a plain one never matches. Tags are refused.",
  },
];

const noValue: Amendment = {
  name: "a secret without a value has no version",
  aws: "CreateSecret without a value makes no version, and answers no VersionId (CreateSecret API reference).",
  actions: ["CreateSecret"],
  async amend(call, answer, { emulator }) {
    if (answer.status !== 200 || "SecretString" in call.input || "SecretBinary" in call.input) return answer;
    const { VersionId: versionId, ...rest } = bodyOf(answer);
    // Without its label the version is deprecated: nobody can read it by label, and lists leave it out.
    const { status } = await emulator.rootJson(call.region, "secretsmanager.UpdateSecretVersionStage", {
      SecretId: rest["Name"],
      VersionStage: "AWSCURRENT",
      RemoveFromVersionId: versionId,
    });
    if (status !== 200) throw new Error(`The empty version of a new secret could not be removed (status ${status}).`);
    return withJson(answer, rest);
  },
};

const isEmpty = (value: unknown): boolean => value === null || (isObject(value) && Object.keys(value).length === 0);

const withoutEmpty = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)));

const onlyFieldsWithValue: Amendment = {
  name: "only fields that have a value",
  aws: "DescribeSecret and ListSecrets leave out what a secret does not have (DescribeSecret API reference).",
  actions: ["DescribeSecret", "ListSecrets"],
  amend(call, answer, { rotationCancelled }) {
    if (answer.status !== 200) return answer;
    const body = bodyOf(answer);
    const secret = (one: JsonObject): JsonObject =>
      withoutEmpty(rotationCancelled.has(String(one["ARN"])) ? { ...one, RotationEnabled: false } : one);
    if (call.action === "DescribeSecret") return withJson(answer, secret(body));
    const visible = objectsIn(body, "SecretList").filter(
      (one) => textMember(one, "Name")?.startsWith(PROBE_PREFIX) !== true,
    );
    return withJson(answer, { ...body, SecretList: visible.map(secret) });
  },
};

const deprecatedVersions: Amendment = {
  name: "deprecated versions are left out",
  aws: "ListSecretVersionIds shows versions without a label only with IncludeDeprecated (ListSecretVersionIds API reference).",
  actions: ["ListSecretVersionIds"],
  amend(call, answer) {
    if (answer.status !== 200 || call.input["IncludeDeprecated"] === true) return answer;
    const body = bodyOf(answer);
    const labelled = (one: JsonObject): boolean =>
      Array.isArray(one["VersionStages"]) && one["VersionStages"].length > 0;
    return withJson(answer, { ...body, Versions: objectsIn(body, "Versions").filter(labelled) });
  },
};

const CANT_FIND = "Secrets Manager can't find the specified secret ";

const wording: Amendment = {
  name: "words of errors",
  aws: "As seen on AWS; clients tell cases apart by them.",
  actions: ["*"],
  amend(call, answer) {
    if (answer.status < 400) return answer;
    const message = textMember(bodyOf(answer), "message") ?? "";
    const [, stage] = /value for staging label: (.+)\.$/.exec(message) ?? [];
    const [, version] = /find the specified secret version: (.+)\.$/.exec(message) ?? [];
    const say = (code: string, text: string): Answer => errorAnswer(call.requestId, code, text);
    if (stage !== undefined) return say("ResourceNotFoundException", `${CANT_FIND}value for staging label: ${stage}`);
    if (version !== undefined) return say("ResourceNotFoundException", `${CANT_FIND}value for VersionId: ${version}`);
    if (message === "You can't perform this operation on a replica secret.") {
      const where = "Call must be made in primary secret's region.";
      return say("InvalidParameterException", `Operation not permitted on a replica secret. ${where}`);
    }
    return answer;
  },
};

// The emulator refuses an action that it lacks only after it has let the caller through.
const lacks = (call: SecretCall, answer: Answer): boolean =>
  answer.status === 400 && textMember(bodyOf(answer), "message") === `Unknown action: ${call.action}`;

const notFound = (call: SecretCall): Answer =>
  errorAnswer(call.requestId, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

const marked = (call: SecretCall): Answer =>
  errorAnswer(
    call.requestId,
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
  );

const cancelRotation: Amendment = {
  name: "CancelRotateSecret",
  aws: "Turns rotation off until RotateSecret turns it on again (CancelRotateSecret API reference).",
  actions: ["CancelRotateSecret", "RotateSecret"],
  async amend(call, answer, { rotationCancelled }) {
    const arn = String((await call.describe())?.["ARN"]);
    if (call.action === "RotateSecret") {
      if (answer.status === 200) rotationCancelled.delete(arn);
      return answer;
    }
    const description = await call.describe();
    if (!lacks(call, answer)) return answer;
    if (description === undefined) return notFound(call);
    if ("DeletedDate" in description) return marked(call);
    rotationCancelled.add(arn);
    return jsonAnswer(200, call.requestId, { ARN: arn, Name: description["Name"] });
  },
};

// A region of no one, where the proxy may make a secret of the same name.
const SCRATCH_REGION = "xx-proxy-1";

const removeRegions: Amendment = {
  name: "RemoveRegionsFromReplication",
  aws: "Deletes the replicas in the given regions at once (RemoveRegionsFromReplication API reference).",
  actions: ["RemoveRegionsFromReplication"],
  async amend(call, answer, { emulator }) {
    if (!lacks(call, answer)) return answer;
    const description = await call.describe();
    if (description === undefined) return notFound(call);
    if ("DeletedDate" in description) return marked(call);
    const asked = call.input["RemoveReplicaRegions"];
    const has = objectsIn(description, "ReplicationStatus").map((status) => String(status["Region"]));
    const regions = (Array.isArray(asked) ? asked.map(String) : []).filter((region) => has.includes(region));
    const root = async (action: string, input: JsonObject): Promise<JsonObject> => {
      const { status, body } = await emulator.rootJson(SCRATCH_REGION, `secretsmanager.${action}`, input);
      if (status !== 200) throw new Error(`${action} failed with status ${status} while a replica was removed.`);
      return body;
    };
    if (regions.length > 0) {
      // A secret of the same name takes the regions over, which unlinks the replicas there, and leaves with them.
      const SecretId = String(description["Name"]);
      await root("CreateSecret", { Name: SecretId, SecretString: "{}" });
      const AddReplicaRegions = regions.map((Region) => ({ Region }));
      await root("ReplicateSecretToRegions", { SecretId, AddReplicaRegions, ForceOverwriteReplicaSecret: true });
      await root("DeleteSecret", { SecretId, ForceDeleteWithoutRecovery: true });
    }
    const left = objectsIn(description, "ReplicationStatus").filter(
      (status) => !regions.includes(String(status["Region"])),
    );
    return jsonAnswer(200, call.requestId, { ARN: description["ARN"], ReplicationStatus: left });
  },
};

/** Each has its test against the emulator. */
export const amendments: readonly Amendment[] = [
  noValue,
  onlyFieldsWithValue,
  deprecatedVersions,
  cancelRotation,
  removeRegions,
  wording,
];

/** The answer that AWS would give, out of the emulator's. */
export async function amended(call: SecretCall, answer: Answer, around: Surroundings): Promise<Answer> {
  let current = answer;
  for (const amendment of amendments) {
    const { actions } = amendment;
    if (actions.includes(call.action) || actions.includes("*")) current = await amendment.amend(call, current, around);
  }
  return current;
}
