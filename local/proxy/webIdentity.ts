import { randomUUID } from "node:crypto";
import { isAnswer, requestIdOf } from "./callerIdentity";
import type { Caller, Callers } from "./callerIdentity";
import type { Emulator } from "./emulator";
import { withoutHeaders } from "./message";
import type { Answer, ClientRequest, JsonObject } from "./message";
import { claimOf } from "./signature";
import type { SigningAlgorithm, TokenKeys } from "./tokenKeys";
import { xmlEscaped, xmlTexts } from "./xml";

/** The account's issuer of web identity tokens: STS signs, IAM switches it on and off. */
export interface WebIdentity {
  /** Answers GetWebIdentityToken. */
  token(request: ClientRequest): Promise<Answer>;
  /** Answers Enable-, Disable- and GetOutboundWebIdentityFederation(Info). */
  federation(action: string, request: ClientRequest): Promise<Answer>;
  /** Answers the issuer's two public documents; undefined for any other path. */
  document(path: string): Answer | undefined;
}

export interface WebIdentitySettings {
  readonly emulator: Emulator;
  readonly callers: Callers;
  readonly keys: TokenKeys;
  readonly account: string;
  readonly issuer: string;
  readonly enabled: boolean;
}

export const FEDERATION_ACTIONS: ReadonlySet<string> = new Set([
  "EnableOutboundWebIdentityFederation",
  "DisableOutboundWebIdentityFederation",
  "GetOutboundWebIdentityFederationInfo",
]);

const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

function xmlAnswer(status: number, requestId: string, xml: string): Answer {
  const body = Buffer.from(xml);
  const headers = ["content-type", "text/xml", "x-amzn-requestid", requestId, "content-length", String(body.length)];
  return { status, rawHeaders: headers, body };
}

function xmlError(status: number, namespace: string, code: string, message: string): Answer {
  const id = randomUUID();
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${xmlEscaped(message)}</Message></Error>`;
  const xml = `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${id}</RequestId></ErrorResponse>`;
  return xmlAnswer(status, id, xml);
}

function jsonDocument(value: object): Answer {
  const body = Buffer.from(JSON.stringify(value));
  return { status: 200, rawHeaders: ["content-type", "application/json", "content-length", String(body.length)], body };
}

/** Makes the issuer. Tokens are given only to callers whom the emulator's STS and IAM have let through. */
export function issueWebIdentities(settings: WebIdentitySettings): WebIdentity {
  const { emulator, callers, keys, account, issuer } = settings;
  let enabled = settings.enabled;

  async function claimsFor(caller: Caller, region: string): Promise<JsonObject> {
    const functionArn = await callers.functionOf(caller, region);
    return {
      iss: issuer,
      // A role's session speaks for the role.
      sub: caller.type === "AssumedRole" ? caller.role.arn : caller.arn,
      jti: randomUUID(),
      "https://sts.amazonaws.com/": {
        aws_account: account,
        source_region: region,
        principal_tags: {},
        ...(functionArn === undefined ? {} : { lambda_source_function_arn: functionArn }),
      },
    };
  }

  async function token(request: ClientRequest): Promise<Answer> {
    const form = new URLSearchParams(request.body.toString("utf8"));
    // The emulator checks signature, permission and every parameter; its token, which nobody can verify, is replaced.
    const answer = await emulator.send(request);
    if (answer.status !== 200) return answer;
    if (!enabled) {
      const message = "Outbound web identity federation is not enabled for this account.";
      return xmlError(403, STS_NAMESPACE, "OutboundWebIdentityFederationDisabled", message);
    }
    if ([...form.keys()].some((name) => name.startsWith("Tags."))) {
      return xmlError(400, STS_NAMESPACE, "ValidationError", "The local cloud issues no tokens with request tags.");
    }
    const caller = await callers.authenticateSts(request);
    if (isAnswer(caller)) return caller;
    const xml = answer.body.toString("utf8");
    const expires = Date.parse(xmlTexts(xml, "Expiration")[0] ?? "") / 1000;
    const algorithm = form.get("SigningAlgorithm");
    if (!Number.isInteger(expires) || (algorithm !== "RS256" && algorithm !== "ES384")) {
      throw new Error("The emulator's GetWebIdentityToken answered in a shape that is not understood.");
    }
    const audiences = [...form].filter(([name]) => /^Audience(\.member\.\d+)?$/.test(name)).map(([, value]) => value);
    const claims = {
      ...(await claimsFor(caller, claimOf(request)?.region ?? "")),
      aud: audiences.length === 1 ? audiences[0] : audiences,
      iat: expires - Number(form.get("DurationSeconds") || 300),
      exp: expires,
    };
    return withToken(answer, xml, algorithm, claims);
  }

  function withToken(answer: Answer, xml: string, algorithm: SigningAlgorithm, claims: JsonObject): Answer {
    const element = `<WebIdentityToken>${keys.sign(algorithm, claims)}</WebIdentityToken>`;
    const body = Buffer.from(xml.replace(/<WebIdentityToken>[^<]*<\/WebIdentityToken>/, element));
    const headers = withoutHeaders(answer.rawHeaders, "content-length");
    return { status: 200, rawHeaders: [...headers, "content-length", String(body.length)], body };
  }

  async function federation(action: string, request: ClientRequest): Promise<Answer> {
    const answer = await emulator.send(request);
    // "Unknown" comes after signature and permission were checked; anything else is for the caller to know.
    if (!xmlTexts(answer.body.toString("utf8"), "Message").includes(`Unknown IAM action: ${action}`)) return answer;
    const identifier = `<IssuerIdentifier>${xmlEscaped(issuer)}</IssuerIdentifier>`;
    const done = (result: string): Answer => {
      const id = requestIdOf(answer);
      const metadata = `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
      const content = `<${action}Result>${result}</${action}Result>${metadata}`;
      return xmlAnswer(200, id, `<${action}Response xmlns="${IAM_NAMESPACE}">${content}</${action}Response>`);
    };
    if (action === "EnableOutboundWebIdentityFederation") {
      if (enabled)
        return xmlError(409, IAM_NAMESPACE, "FeatureEnabled", "Outbound web identity federation is already enabled.");
      enabled = true;
      return done(identifier);
    }
    if (!enabled)
      return xmlError(404, IAM_NAMESPACE, "FeatureDisabled", "Outbound web identity federation is not enabled.");
    if (action === "DisableOutboundWebIdentityFederation") {
      enabled = false;
      return done("");
    }
    return done(`${identifier}<JwtVendingEnabled>true</JwtVendingEnabled>`);
  }

  function document(path: string): Answer | undefined {
    const base = new URL(issuer).pathname;
    if (path === `${base}/.well-known/jwks.json`) return jsonDocument(keys.publicKeys);
    if (path !== `${base}/.well-known/openid-configuration`) return undefined;
    return jsonDocument({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "ES384"],
      claims_supported: ["sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"],
    });
  }

  return { token, federation, document };
}
