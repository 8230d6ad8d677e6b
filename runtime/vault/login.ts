/** Both logins of the mover at Vault. Neither needs a stored credential. */
import { GetWebIdentityTokenCommand } from "@aws-sdk/client-sts";
import type { STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";

import { sourceError } from "../shared/awsCall";
import type { MoverSettings } from "../shared/environment";
import { retryableError } from "../shared/errors";
import type { Token } from "./token";
import type { Transport } from "./transport";
import { clientError, makeVaultClient, refusalOf } from "./vaultClient";

/** The shortest life of a web identity token that is still long enough for one login, in seconds (STS: 60-3600). */
const webIdentitySeconds = 60;
/** A token is replaced this long before its lease ends, or at half of a short lease. */
const graceMs = 30_000;

/** What a login needs to be told. */
export type LoginSettings = Pick<
  MoverSettings,
  | "region"
  | "vaultAddress"
  | "vaultNamespace"
  | "login"
  | "loginPath"
  | "loginRole"
  | "serverId"
  | "audience"
  | "signingAlgorithm"
>;

export interface LoginDeps {
  readonly transport: Transport;
  readonly sts: STSClient;
  readonly now: () => number;
}

interface SignedCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const callerIdentity = "Action=GetCallerIdentity&Version=2011-06-15";

/**
 * Signs GetCallerIdentity for the region's STS endpoint. Signed by hand with the SDK's own signer, because Vault
 * refuses any `x-amz-*` header beside those of the signature, and the SDK's client adds some.
 */
async function signCallerIdentity(sts: STSClient, settings: LoginSettings, now: number): Promise<SignedCall> {
  const endpoint = stsEndpoint(sts, settings.region);
  const signer = new SignatureV4({
    service: "sts",
    region: settings.region,
    credentials: sts.config.credentials,
    sha256: sts.config.sha256,
  });
  const signed = await signer.sign(
    {
      method: "POST",
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: "/",
      headers: {
        host: endpoint.host,
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        ...(settings.serverId === "" ? {} : { "x-vault-aws-iam-server-id": settings.serverId }),
      },
      body: callerIdentity,
    },
    { signingDate: new Date(now) },
  );
  return { url: `${endpoint.origin}/`, headers: signed.headers };
}

/** The region's own endpoint; Vault asks the one that its `sts_endpoint` names, with the host that was signed. */
const stsEndpoint = (sts: STSClient, region: string): URL =>
  sts.config.endpointProvider({ Region: region, UseGlobalEndpoint: false }, {}).url;

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

async function awsCredentials(
  { sts, now }: LoginDeps,
  settings: LoginSettings,
): Promise<Readonly<Record<string, string>>> {
  const { url, headers } = await signCallerIdentity(sts, settings, now()).catch((error: unknown) => {
    throw sourceError("login", error);
  });
  return {
    iam_http_request_method: "POST",
    iam_request_url: base64(url),
    iam_request_body: base64(callerIdentity),
    iam_request_headers: base64(JSON.stringify(headers)),
  };
}

async function jwtCredentials({ sts }: LoginDeps, settings: LoginSettings): Promise<Readonly<Record<string, string>>> {
  try {
    const { WebIdentityToken } = await sts.send(
      new GetWebIdentityTokenCommand({
        Audience: [settings.audience],
        SigningAlgorithm: settings.signingAlgorithm,
        DurationSeconds: webIdentitySeconds,
      }),
    );
    if (WebIdentityToken === undefined)
      throw retryableError("source-failing", "login", "STS gave no web identity token");
    return { jwt: WebIdentityToken };
  } catch (error) {
    throw sourceError("login", error);
  }
}

interface LoginAnswer {
  readonly auth?: {
    readonly client_token?: unknown;
    readonly lease_duration?: unknown;
    readonly entity_id?: unknown;
  } | null;
}

/**
 * Logs in, and does not check as which entity.
 *
 * @throws a RetryableError `vault-login-failed` when Vault refuses
 */
export async function authenticate(
  settings: LoginSettings,
  deps: LoginDeps,
): Promise<Token & { readonly entityId: unknown }> {
  const credentials =
    settings.login === "aws" ? await awsCredentials(deps, settings) : await jwtCredentials(deps, settings);
  const client = makeVaultClient(deps.transport, "login", {
    address: settings.vaultAddress,
    namespace: settings.vaultNamespace,
  });
  const started = deps.now();
  let answer: LoginAnswer | null | undefined;
  try {
    answer = (await client.write(`auth/${settings.loginPath}/login`, {
      role: settings.loginRole,
      ...credentials,
    })) as LoginAnswer | null | undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.status === 400 || refusal?.status === 403) {
      throw retryableError(
        "vault-login-failed",
        "login",
        `Vault refused the ${settings.login} login of role ${settings.loginRole} at auth/${settings.loginPath} with status ${refusal.status.toString()}; look in Vault's log for why`,
      );
    }
    throw clientError("login", error);
  }
  const { client_token: value, lease_duration: seconds, entity_id: entityId } = answer?.auth ?? {};
  if (typeof value !== "string" || typeof seconds !== "number") {
    throw retryableError("vault-answer-unreadable", "login", "Vault's answer to the login holds no token");
  }
  const lifeMs = seconds * 1_000;
  return { value, deadline: started + Math.max(lifeMs / 2, lifeMs - graceMs), entityId };
}

/**
 * Logs in and checks that the login is the mover's entity, by which it knows its own KV versions again.
 *
 * @throws a RetryableError: `vault-login-failed` when Vault refuses, `vault-entity-mismatch` for another entity
 */
export async function login(settings: MoverSettings, deps: LoginDeps): Promise<Token> {
  const { entityId, ...token } = await authenticate(settings, deps);
  if (entityId !== settings.entityId) {
    throw retryableError(
      "vault-entity-mismatch",
      "login",
      `the login is not entity ${settings.entityId}; run pulumi up`,
    );
  }
  return token;
}
