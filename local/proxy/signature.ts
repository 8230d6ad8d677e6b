import { createHash } from "node:crypto";
import { headerOf, withoutHeaders } from "./message";
import type { ClientRequest } from "./message";

/** Who signed a request, and for what, as its `Authorization` header says. Nothing of it is proven. */
export interface Claim {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
}

const SIGNATURE_V4 = /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/[^/,\s]+\/([^/,\s]*)\/([^/,\s]+)\/aws4_request/;

/** Reads a Signature Version 4 header; undefined when there is none, or another kind. */
export function claimOf(request: ClientRequest): Claim | undefined {
  const authorization = headerOf(request.rawHeaders, "authorization") ?? "";
  const [, accessKeyId, region, service] = SIGNATURE_V4.exec(authorization) ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  const signed = /SignedHeaders=([^,\s]+)/.exec(authorization)?.[1] ?? "";
  return { accessKeyId, region, service, signedHeaders: signed.toLowerCase().split(";") };
}

const hashOf = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/**
 * True when a request that states the hash of its body states the right one. AWS refuses the others; the emulator
 * believes the header, which is what {@link withBody} builds on.
 */
export function statesItsBody(request: ClientRequest): boolean {
  const stated = headerOf(request.rawHeaders, "x-amz-content-sha256");
  return stated === undefined || stated === hashOf(request.body);
}

/**
 * The client's own request with another body, still under the client's signature: the emulator checks the signature
 * against the stated hash of the *original* body, so whoever could not sign the original cannot profit from the other
 * body, and IAM decides for the client. Where the length is signed too, a shorter body is padded with spaces (JSON and
 * our one form body allow that) and a longer one is sent in chunks beside the signed length.
 */
export function withBody(request: ClientRequest, body: string): ClientRequest {
  const bytes = Buffer.from(body);
  const lengthIsSigned = claimOf(request)?.signedHeaders.includes("content-length") ?? false;
  const headers = withoutHeaders(request.rawHeaders, "content-length", "transfer-encoding", "x-amz-content-sha256");
  headers.push("x-amz-content-sha256", hashOf(request.body));
  if (bytes.length <= request.body.length) {
    const padded = Buffer.alloc(request.body.length, " ");
    bytes.copy(padded);
    return { ...request, rawHeaders: [...headers, "content-length", String(padded.length)], body: padded };
  }
  if (!lengthIsSigned) {
    return { ...request, rawHeaders: [...headers, "content-length", String(bytes.length)], body: bytes };
  }
  headers.push("content-length", String(request.body.length), "transfer-encoding", "chunked");
  return { ...request, rawHeaders: headers, body: bytes };
}
