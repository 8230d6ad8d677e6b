import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { headerOf } from "../../../local/proxy/message";
import type { ClientRequest } from "../../../local/proxy/message";
import { claimOf, statesItsBody, withBody } from "../../../local/proxy/signature";

const signed = (body: string, signedHeaders: string, more: readonly string[] = []): ClientRequest => ({
  method: "POST",
  path: "/",
  rawHeaders: [
    ...["Host", "127.0.0.1:4566", "Content-Length", String(Buffer.byteLength(body)), ...more, "Authorization"],
    `AWS4-HMAC-SHA256 Credential=ASIA1/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=${signedHeaders}, Signature=00`,
  ],
  body: Buffer.from(body),
  sourceAddress: "127.0.0.1",
});

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("a signed request", () => {
  it("says who claims to have signed it, and for what", () => {
    assert.deepEqual(claimOf(signed("{}", "host;X-Amz-Date")), {
      accessKeyId: "ASIA1",
      region: "eu-west-1",
      service: "secretsmanager",
      signedHeaders: ["host", "x-amz-date"],
    });
  });

  it("without a signature claims nothing", () => {
    assert.equal(claimOf({ ...signed("{}", "host"), rawHeaders: ["Authorization", "Bearer x"] }), undefined);
  });

  it("may state only the hash of its own body", () => {
    assert.ok(statesItsBody(signed("{}", "host")));
    assert.ok(statesItsBody(signed("{}", "host", ["X-Amz-Content-Sha256", hash("{}")])));
    assert.ok(!statesItsBody(signed("{}", "host", ["X-Amz-Content-Sha256", hash("[]")])));
  });
});

describe("a request with another body", () => {
  it("keeps host and signature, and states the hash of the original body", () => {
    const original = signed('{"SecretId":"a"}', "content-length;host");
    const changed = withBody(original, "{}");

    for (const name of ["host", "authorization"]) {
      assert.equal(headerOf(changed.rawHeaders, name), headerOf(original.rawHeaders, name));
    }
    assert.equal(headerOf(changed.rawHeaders, "x-amz-content-sha256"), hash('{"SecretId":"a"}'));
  });

  it("is padded to the signed length when it is shorter", () => {
    const changed = withBody(signed('{"SecretId":"a"}', "content-length;host"), "{}");

    assert.equal(changed.body.toString(), "{}".padEnd(16));
    assert.equal(headerOf(changed.rawHeaders, "content-length"), "16");
  });

  it("is sent in chunks beside the signed length when it is longer", () => {
    const changed = withBody(signed("{}", "content-length;host"), '{"SecretId":"a"}');

    assert.equal(headerOf(changed.rawHeaders, "content-length"), "2");
    assert.equal(headerOf(changed.rawHeaders, "transfer-encoding"), "chunked");
  });

  it("has its own length when the length is not signed", () => {
    const changed = withBody(signed("{}", "host"), '{"SecretId":"a"}');

    assert.equal(headerOf(changed.rawHeaders, "content-length"), "16");
    assert.equal(headerOf(changed.rawHeaders, "transfer-encoding"), undefined);
  });
});
