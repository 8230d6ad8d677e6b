/** Logins of method `aws` made by hand, so that each part of them can be wrong. */
import { STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";

import type { Credentials } from "../../system/support/clients";

export interface LoginRequest {
  readonly credentials: Credentials;
  readonly region: string;
  /** Where the request is signed for. */
  readonly url: string;
  readonly method?: string;
  readonly body?: string;
  readonly signedHeaders?: Readonly<Record<string, string>>;
  /** Added after the signature. */
  readonly unsignedHeaders?: Readonly<Record<string, string>>;
  /** The URL that Vault is told, instead of the signed one. */
  readonly toldUrl?: string;
  readonly signedAt?: Date;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The body of a login at Vault but for the role. */
export async function signedLogin(request: LoginRequest): Promise<Readonly<Record<string, string>>> {
  const { credentials, region, method = "POST", body = "Action=GetCallerIdentity&Version=2011-06-15" } = request;
  const url = new URL(request.url);
  const { sha256 } = new STSClient({ region, credentials }).config;
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256 });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: {
        host: url.host,
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        ...request.signedHeaders,
      },
      body,
    },
    request.signedAt === undefined ? {} : { signingDate: request.signedAt },
  );
  return {
    iam_http_request_method: method,
    iam_request_url: base64(request.toldUrl ?? request.url),
    iam_request_body: base64(body),
    iam_request_headers: base64(JSON.stringify({ ...signed.headers, ...request.unsignedHeaders })),
  };
}
