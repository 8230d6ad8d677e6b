import type { Callers } from "./callerIdentity";
import type { Emulator } from "./emulator";
import { isObject, jsonObject, textMember } from "./message";
import type { Answer, ClientRequest, JsonObject } from "./message";
import type { RolePolicies } from "./rolePolicies";
import { withBody } from "./signature";

/** One call of a client to Secrets Manager. */
export interface SecretCall {
  readonly action: string;
  readonly region: string;
  readonly request: ClientRequest;
  readonly input: JsonObject;
  readonly requestId: string;
  /** What root sees of the secret that the call names; asked once, undefined when there is none. */
  describe(): Promise<JsonObject | undefined>;
}

/** What the checks of a call may use. */
export interface Surroundings {
  readonly emulator: Emulator;
  readonly callers: Callers;
  readonly policies: RolePolicies;
  /** ARNs of secrets whose rotation was cancelled here. */
  readonly rotationCancelled: Set<string>;
}

const FULL_ARN = /^arn:[^:]+:secretsmanager:([^:]+):(\d{12}):secret:(.+)-[A-Za-z0-9]{6}$/;

/** The name inside a full ARN; undefined for anything else. */
export function nameInArn(secretId: string, region: string, account: string): string | undefined {
  const [, arnRegion, arnAccount, name] = FULL_ARN.exec(secretId) ?? [];
  return arnRegion === region && arnAccount === account ? name : undefined;
}

/** Reads the call out of a request; undefined when its body is no JSON object, which the emulator refuses by itself. */
export function secretCall(
  emulator: Emulator,
  request: ClientRequest,
  about: { readonly action: string; readonly region: string; readonly account: string; readonly requestId: string },
): SecretCall | undefined {
  const { action, region, account, requestId } = about;
  const input = request.body.length === 0 ? {} : jsonObject(request.body.toString("utf8"));
  if (input === undefined) return undefined;
  let description: Promise<JsonObject | undefined> | undefined;

  async function ask(): Promise<JsonObject | undefined> {
    const secretId = textMember(input, "SecretId");
    if (secretId === undefined) return undefined;
    const byId = async (id: string) => emulator.rootJson(region, "secretsmanager.DescribeSecret", { SecretId: id });
    // By name the emulator answers at once; by ARN it walks through all secrets.
    const name = nameInArn(secretId, region, account);
    if (name !== undefined) {
      const named = await byId(name);
      if (named.status === 200 && named.body["ARN"] === secretId) return named.body;
    }
    const found = await byId(secretId);
    return found.status === 200 ? found.body : undefined;
  }

  return { action, region, request, input, requestId, describe: () => (description ??= ask()) };
}

/** Calls that change nothing, whose answer carries the ARN. */
const READS_WITH_ARN: ReadonlySet<string> = new Set([
  "DescribeSecret",
  "GetSecretValue",
  "ListSecretVersionIds",
  "GetResourcePolicy",
]);

/**
 * Sends the call on. A full ARN is replaced by the name inside it, because the emulator looks names up in constant time
 * and ARNs by walking through every secret: 55 ms with 5,000 of them. The signature stays the caller's. A read is
 * believed only when the answer is about the asked ARN; a write is sent by name only after root saw that ARN there.
 */
export async function sendByName(emulator: Emulator, call: SecretCall, account: string): Promise<Answer> {
  const secretId = textMember(call.input, "SecretId");
  const name = secretId === undefined ? undefined : nameInArn(secretId, call.region, account);
  if (secretId === undefined || name === undefined) return emulator.send(call.request);
  const renamed = withBody(call.request, JSON.stringify({ ...call.input, SecretId: name }));
  if (READS_WITH_ARN.has(call.action)) {
    const answer = await emulator.send(renamed);
    if (answer.status === 200 && bodyOf(answer)["ARN"] === secretId) return answer;
    return emulator.send(call.request);
  }
  const description = await call.describe();
  return emulator.send(description?.["ARN"] === secretId && description["Name"] === name ? renamed : call.request);
}

/** The members of a JSON answer; none when it is anything else. */
export const bodyOf = (answer: Answer): JsonObject => jsonObject(answer.body.toString("utf8")) ?? {};

/** The objects in a member that is a list. */
export function objectsIn(object: JsonObject | undefined, name: string): JsonObject[] {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
