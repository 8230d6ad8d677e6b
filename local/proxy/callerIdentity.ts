import { createHash, randomUUID } from "node:crypto";
import type { Emulator } from "./emulator";
import { headerOf, jsonObject, textMember } from "./message";
import type { Answer, ClientRequest } from "./message";
import { claimOf, withBody } from "./signature";
import { xmlTexts } from "./xml";

/** A role as IAM describes it. */
export interface Role {
  readonly name: string;
  /** With the role's path: `arn:aws:iam::<account>:role/<path><name>`. */
  readonly arn: string;
  readonly id: string;
}

/** A caller that the emulator has authenticated. */
export type Caller =
  | { readonly type: "Root"; readonly arn: string; readonly accessKeyId: string }
  | { readonly type: "IAMUser"; readonly arn: string; readonly accessKeyId: string; readonly userName: string }
  | {
      readonly type: "AssumedRole";
      readonly arn: string;
      readonly accessKeyId: string;
      readonly sessionName: string;
      readonly role: Role;
    };

/** Finds out who sent a request. */
export interface Callers {
  /**
   * Who signed this Secrets Manager request. The emulator itself checks the signature.
   * @returns the caller, or the emulator's refusal to be passed on
   */
  authenticate(request: ClientRequest): Promise<Caller | Answer>;
  /** As `authenticate`, but a request under an access key that was authenticated before is believed. */
  recognise(request: ClientRequest): Promise<Caller | Answer>;
  /** Who signed this STS request; the emulator checks the signature. */
  authenticateSts(request: ClientRequest): Promise<Caller | Answer>;
  /** The function whose own session this caller is, or undefined when it is no function's. */
  functionOf(caller: Caller, region: string): Promise<string | undefined>;
}

/** Names of secrets that the proxy makes for an instant; `~` can occur in no client's secret. */
export const PROBE_PREFIX = "~proxy/";

const PROBE_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "secretsmanager:*", Resource: "*" }],
});

const ROLE_AGE_MS = 5_000;
const MOST_CALLERS = 10_000;

export const isAnswer = (value: Caller | Answer): value is Answer => "status" in value;

/** @param account the twelve digits of the account whose root has the access key `test` */
export function knowCallers(emulator: Emulator, account: string, now: () => number = Date.now): Callers {
  const arnOfKey = new Map<string, string>();
  const roles = new Map<string, { readonly role: Role; readonly until: number }>();

  async function roleNamed(name: string): Promise<Role> {
    const known = roles.get(name);
    if (known !== undefined && known.until > now()) return known.role;
    const { xml } = await emulator.rootQuery("iam", { Action: "GetRole", Version: "2010-05-08", RoleName: name });
    const [arn] = xmlTexts(xml, "Arn");
    const [id] = xmlTexts(xml, "RoleId");
    if (arn === undefined || id === undefined) throw new Error(`The role ${name} of a session is not known to IAM.`);
    const role = { name, arn, id };
    roles.set(name, { role, until: now() + ROLE_AGE_MS });
    return role;
  }

  async function callerOf(accessKeyId: string, arn: string): Promise<Caller> {
    const session = /^arn:[^:]+:sts::\d{12}:assumed-role\/([^/]+)\/(.+)$/.exec(arn);
    const [, roleName, sessionName] = session ?? [];
    if (roleName !== undefined && sessionName !== undefined) {
      return { type: "AssumedRole", arn, accessKeyId, sessionName, role: await roleNamed(roleName) };
    }
    if (arn.endsWith(":root")) return { type: "Root", arn, accessKeyId };
    return { type: "IAMUser", arn, accessKeyId, userName: arn.slice(arn.lastIndexOf("/") + 1) };
  }

  const rootOf = (accessKeyId: string): string | undefined =>
    accessKeyId === "test" || /^\d{12}$/.test(accessKeyId)
      ? `arn:aws:iam::${accessKeyId === "test" ? account : accessKeyId}:root`
      : undefined;

  /**
   * No API tells whose an access key is. So the client's own signed request is sent on with the name of a secret that
   * nobody may touch: the emulator checks the signature first and then refuses, naming the caller.
   */
  async function askByRefusal(request: ClientRequest, region: string): Promise<string | Answer> {
    const name = `${PROBE_PREFIX}${randomUUID()}`;
    await emulator.rootJson(region, "secretsmanager.CreateSecret", { Name: name, SecretString: "{}" });
    try {
      await emulator.rootJson(region, "secretsmanager.PutResourcePolicy", {
        SecretId: name,
        ResourcePolicy: PROBE_POLICY,
      });
      const answer = await emulator.send(withBody(request, JSON.stringify({ SecretId: name })));
      const message = textMember(jsonObject(answer.body.toString("utf8")), "message") ?? "";
      const arn = /^User: (\S+) is not authorized to perform: /.exec(message)?.[1];
      return arn ?? answer;
    } finally {
      const removal = { SecretId: name, ForceDeleteWithoutRecovery: true };
      await emulator.rootJson(region, "secretsmanager.DeleteSecret", removal);
    }
  }

  async function authenticate(request: ClientRequest): Promise<Caller | Answer> {
    const claim = claimOf(request);
    const accessKeyId = claim?.accessKeyId ?? "";
    const root = rootOf(accessKeyId);
    if (root !== undefined) return { type: "Root", arn: root, accessKeyId };
    // Without a signature of the known kind there is nobody to ask for: the emulator says what is wrong.
    const arn = claim === undefined ? await emulator.send(request) : await askByRefusal(request, claim.region);
    if (typeof arn !== "string") return arn;
    if (arnOfKey.size >= MOST_CALLERS) arnOfKey.clear();
    arnOfKey.set(accessKeyId, arn);
    return callerOf(accessKeyId, arn);
  }

  async function recognise(request: ClientRequest): Promise<Caller | Answer> {
    const accessKeyId = claimOf(request)?.accessKeyId ?? "";
    const known = arnOfKey.get(accessKeyId);
    return known === undefined ? authenticate(request) : callerOf(accessKeyId, known);
  }

  async function authenticateSts(request: ClientRequest): Promise<Caller | Answer> {
    const answer = await emulator.send(withBody(request, "Action=GetCallerIdentity&Version=2011-06-15&Ignored="));
    const [arn] = xmlTexts(answer.body.toString("utf8"), "Arn");
    if (answer.status !== 200 || arn === undefined) return answer;
    return callerOf(claimOf(request)?.accessKeyId ?? "", arn);
  }

  /** A function's session name alone proves nothing, but the emulator derives the session's key from function and role. */
  async function functionOf(caller: Caller, region: string): Promise<string | undefined> {
    if (caller.type !== "AssumedRole") return undefined;
    const path = `/2015-03-31/functions/${encodeURIComponent(caller.sessionName)}/configuration`;
    const { status, body } = await emulator.rootGet(region, "lambda", path);
    const functionArn = textMember(body, "FunctionArn");
    if (status !== 200 || functionArn === undefined) return undefined;
    const digest = createHash("sha256")
      .update(`${functionArn}:${textMember(body, "Role") ?? ""}`)
      .digest("hex");
    return caller.accessKeyId === `ASIA${digest.slice(0, 16).toUpperCase()}` ? functionArn : undefined;
  }

  return { authenticate, recognise, authenticateSts, functionOf };
}

/** The id under which the emulator answered, which AWS calls the request id. */
export const requestIdOf = (answer: Answer): string => headerOf(answer.rawHeaders, "x-amzn-requestid") ?? randomUUID();
