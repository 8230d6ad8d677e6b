import { isAnswer } from "./callerIdentity";
import { errorAnswer, textMember } from "./message";
import type { Answer } from "./message";
import { bodyOf, objectsIn } from "./secretCall";
import type { SecretCall, Surroundings } from "./secretCall";
import { withBody } from "./signature";

/** Something that AWS refuses and the emulator does not. */
export interface Refusal {
  readonly name: string;
  /** What AWS does, with its source. */
  readonly aws: string;
  readonly actions: readonly string[];
  /**
   * AWS's refusal, or undefined when it has none. A caller whom the emulator would not have let through gets the
   * emulator's own answer, so that a refusal tells a stranger nothing.
   */
  check(call: SecretCall, around: Surroundings): Promise<Answer | undefined>;
}

const NAME = /^[A-Za-z0-9/_+=.@!-]+$/;
const MOST_BYTES = 65_536;

/** The violated limit of CreateSecret, PutSecretValue or UpdateSecret as code and message; never quotes a value. */
export function limitBroken(input: SecretCall["input"]): readonly [code: string, message: string] | undefined {
  const member = (name: string, rule: string) =>
    [
      "ValidationException",
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${rule}`,
    ] as const;
  const atMost = (count: number) => `Member must have length less than or equal to ${count}`;
  const atLeast = "Member must have length greater than or equal to 1";
  const name = textMember(input, "Name");
  if (name !== undefined && name.length > 512) return member("name", atMost(512));
  if (name === "") return member("name", atLeast);
  if (name !== undefined && !NAME.test(name)) {
    const allowed = "Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";
    return ["ValidationException", `Invalid name. ${allowed}`];
  }
  const text = textMember(input, "SecretString");
  if (text === "") return member("secretString", atLeast);
  if (text !== undefined && text.length > MOST_BYTES) return member("secretString", atMost(MOST_BYTES));
  if (text !== undefined && Buffer.byteLength(text) > MOST_BYTES) {
    return ["InvalidParameterException", `The secret value must be at most ${MOST_BYTES} bytes long.`];
  }
  const base64 = textMember(input, "SecretBinary");
  if (base64 === "") return member("secretBinary", atLeast);
  if (base64 !== undefined && Buffer.from(base64, "base64").length > MOST_BYTES)
    return member("secretBinary", atMost(MOST_BYTES));
  return undefined;
}

/** The emulator's answer to the caller's call made harmless; undefined when nothing but the harm was missing. */
async function notLetThrough(
  { emulator }: Surroundings,
  { request, input }: SecretCall,
  harmless: { readonly input: object; readonly letThrough: (message: string) => boolean },
): Promise<Answer | undefined> {
  const body = JSON.stringify({ SecretId: input["SecretId"], ...harmless.input });
  const answer = await emulator.send(withBody(request, body));
  return harmless.letThrough(textMember(bodyOf(answer), "message") ?? "") ? undefined : answer;
}

// Too short a window is the last thing that the emulator looks at before it deletes.
const HARMLESS_DELETE = {
  input: { RecoveryWindowInDays: 0 },
  letThrough: (message: string) => message.includes("between 7 and 30"),
};
// A token that is no text breaks the emulator's own lookup right before it stores the version.
const HARMLESS_PUT = {
  input: { ClientRequestToken: [] },
  letThrough: (message: string) => message.includes("unhashable"),
};

const limits: Refusal = {
  name: "limits of names and values",
  aws: "Names of 1 to 512 characters out of a fixed set, values of 1 to 65,536 bytes (Secrets Manager API reference, quotas).",
  actions: ["CreateSecret", "PutSecretValue", "UpdateSecret"],
  async check(call, { callers }) {
    const broken = limitBroken(call.input);
    if (broken === undefined) return undefined;
    const caller = await callers.authenticate(call.request);
    return isAnswer(caller) ? caller : errorAnswer(call.requestId, ...broken);
  },
};

const deleteConditions: Refusal = {
  name: "condition keys of DeleteSecret",
  aws:
    "secretsmanager:ForceDeleteWithoutRecovery and secretsmanager:RecoveryWindowInDays are set from the call, so a Deny " +
    "can forbid them (Service Authorization Reference). Supplied here for a role's inline and attached policies.",
  actions: ["DeleteSecret"],
  async check(call, { callers, policies }) {
    const { ForceDeleteWithoutRecovery: force, RecoveryWindowInDays: days } = call.input;
    const keys = {
      ...(typeof force === "boolean" ? { "secretsmanager:forcedeletewithoutrecovery": String(force) } : {}),
      ...(typeof days === "number" ? { "secretsmanager:recoverywindowindays": String(days) } : {}),
    };
    if (Object.keys(keys).length === 0) return undefined;
    const caller = await callers.recognise(call.request);
    if (isAnswer(caller) || caller.type !== "AssumedRole") return undefined;
    const resource = textMember(await call.describe(), "ARN") ?? textMember(call.input, "SecretId") ?? "*";
    const action = "secretsmanager:DeleteSecret";
    if (!(await policies.denies(caller.role.name, { action, resource, keys }))) return undefined;
    // Believed so far, because most deletes are allowed; a refusal is for the real owner of the key only.
    const proven = await callers.authenticate(call.request);
    if (isAnswer(proven)) return proven;
    const on = `${action} on resource: ${resource}`;
    const message = `User: ${proven.arn} is not authorized to perform: ${on} with an explicit deny in an identity-based policy`;
    return errorAnswer(call.requestId, "AccessDeniedException", message);
  },
};

const replicas: Refusal = {
  name: "a secret with replicas stays",
  aws: "DeleteSecret is InvalidParameterException while replicas exist (DeleteSecret API reference; seen on AWS).",
  actions: ["DeleteSecret"],
  async check(call, around) {
    const description = await call.describe();
    const regions = objectsIn(description, "ReplicationStatus").map((status) => String(status["Region"]));
    if (regions.length === 0) return undefined;
    const refused = await notLetThrough(around, call, HARMLESS_DELETE);
    const message = `You can't delete secret ${String(description?.["ARN"])} that still has replica regions [${regions.join(", ")}].`;
    return refused ?? errorAnswer(call.requestId, "InvalidParameterException", message);
  },
};

const usedToken: Refusal = {
  name: "a request token is used once",
  aws:
    "PutSecretValue with the ClientRequestToken of an existing version changes nothing: the same value is a success, " +
    "another is ResourceExistsException (PutSecretValue API reference).",
  actions: ["PutSecretValue"],
  async check(call, around) {
    const token = textMember(call.input, "ClientRequestToken");
    const description = token === undefined ? undefined : await call.describe();
    const versions = description?.["VersionIdsToStages"];
    const arn = textMember(description, "ARN");
    if (token === undefined || arn === undefined || typeof versions !== "object" || versions === null) return undefined;
    if (!(token in versions)) return undefined;
    const refused = await notLetThrough(around, call, HARMLESS_PUT);
    if (refused !== undefined) return refused;
    const stored = await around.emulator.rootJson(call.region, "secretsmanager.GetSecretValue", {
      SecretId: String(description?.["Name"]),
      VersionId: token,
    });
    const same = (member: string) => textMember(stored.body, member) === textMember(call.input, member);
    if (same("SecretString") && same("SecretBinary")) {
      const { ARN, Name, VersionId, VersionStages } = stored.body;
      return okAnswer(call.requestId, { ARN, Name, VersionId, VersionStages });
    }
    const message = `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`;
    return errorAnswer(call.requestId, "ResourceExistsException", message);
  },
};

const okAnswer = (requestId: string, body: object): Answer => {
  const bytes = Buffer.from(JSON.stringify(body));
  const type = ["content-type", "application/x-amz-json-1.1", "x-amzn-requestid", requestId];
  return { status: 200, rawHeaders: [...type, "content-length", String(bytes.length)], body: bytes };
};

/** In the order in which AWS looks: shape of the call, permission, state. Each has its test against the emulator. */
export const refusals: readonly Refusal[] = [limits, deleteConditions, replicas, usedToken];

/** The first refusal of the table for this call, or undefined. */
export async function refusalOf(call: SecretCall, around: Surroundings): Promise<Answer | undefined> {
  for (const refusal of refusals) {
    if (!refusal.actions.includes(call.action)) continue;
    const answer = await refusal.check(call, around);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
