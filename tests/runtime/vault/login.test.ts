import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";

import { STSClient } from "@aws-sdk/client-sts";

import type { MoverSettings } from "../../../runtime/shared/environment";
import { isRetryableError, retryableError } from "../../../runtime/shared/errors";
import { login } from "../../../runtime/vault/login";
import type { Answer, Call } from "../../../runtime/vault/transport";
import { entityId, moverSettings, region, startTime } from "../../support/builders";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "key-hunter2", sessionToken: "session" };

const granted = (over: object = {}): Answer => ({
  status: 200,
  text: JSON.stringify({ auth: { client_token: "hvb.token", lease_duration: 900, entity_id: entityId, ...over } }),
});

function loginWith(
  answer: Answer | Error,
  over: Partial<MoverSettings> = {},
  sts = new STSClient({ region, credentials }),
) {
  const calls: Call[] = [];
  const run = () =>
    login(moverSettings(over), {
      transport: (call) => {
        calls.push(call);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      sts,
      now: () => startTime,
    });
  return { calls, run };
}

const bodyOf = (call: Call | undefined): Record<string, string> =>
  JSON.parse(call?.body ?? "{}") as Record<string, string>;
const decoded = (text: string | undefined): string => Buffer.from(text ?? "", "base64").toString("utf8");

async function signedRequest(over: Partial<MoverSettings> = {}, sts?: STSClient) {
  const { calls, run } = loginWith(granted(), over, sts);
  await run();
  const body = bodyOf(calls[0]);
  const headers = JSON.parse(decoded(body["iam_request_headers"])) as Record<string, string>;
  const authorization = headers["authorization"] ?? "";
  return { call: calls[0], body, headers, signed: /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [] };
}

/** A client whose calls a fake answers instead of STS. */
function answeringSts(
  respond: (request: { readonly headers: Record<string, string>; readonly body: unknown }) => {
    statusCode: number;
    body: string;
  },
) {
  return new STSClient({
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle: (request: { headers: Record<string, string>; body: unknown }) => {
        const { statusCode, body } = respond(request);
        return Promise.resolve({
          response: {
            statusCode,
            headers: { "content-type": "text/xml" },
            body: new Blob([body]).stream(),
            reason: "",
          },
        });
      },
    } as never,
  });
}

describe("the aws login", () => {
  it("sends Vault a signed GetCallerIdentity and the role", async () => {
    const { call, body } = await signedRequest();
    equal(call?.method, "POST");
    equal(call.path, "/v1/auth/homing-aws/login");
    equal(body["role"], "homing-mover");
    equal(body["iam_http_request_method"], "POST");
    equal(decoded(body["iam_request_url"]), `https://sts.${region}.amazonaws.com/`);
    equal(decoded(body["iam_request_body"]), "Action=GetCallerIdentity&Version=2011-06-15");
  });

  it("signs the server's id, so that the request is good for this Vault only", async () => {
    const { headers, signed } = await signedRequest();
    equal(headers["x-vault-aws-iam-server-id"], "vault.example.com");
    ok(signed.includes("x-vault-aws-iam-server-id"));
    ok(signed.includes("host"));
    equal(headers["host"], `sts.${region}.amazonaws.com`);
  });

  it("sends no server id where there is none", async () => {
    const { headers, signed } = await signedRequest({ serverId: "" });
    ok(!("x-vault-aws-iam-server-id" in headers) && !signed.includes("x-vault-aws-iam-server-id"));
  });

  it("has no x-amz header but those that Vault allows", async () => {
    const { headers, signed } = await signedRequest();
    const allowed = ["x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
    for (const header of [...Object.keys(headers), ...signed].filter((one) => one.toLowerCase().startsWith("x-amz-"))) {
      ok(allowed.includes(header.toLowerCase()), header);
    }
    equal(headers["x-amz-security-token"], "session");
    match(
      headers["authorization"] ?? "",
      new RegExp(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/${region}/sts/aws4_request`),
    );
  });

  it("signs for the region's own endpoint, whatever the SDK is told to call", async () => {
    const sts = new STSClient({ region, credentials, endpoint: "http://127.0.0.1:4566" });
    const { headers, body } = await signedRequest({}, sts);
    equal(decoded(body["iam_request_url"]), `https://sts.${region}.amazonaws.com/`);
    equal(headers["host"], `sts.${region}.amazonaws.com`);
  });

  it("never sends the secret key, and a signature only to Vault", async () => {
    const { call } = await signedRequest();
    doesNotMatch(`${call?.body ?? ""}${decoded(bodyOf(call)["iam_request_headers"])}`, /hunter2/);
  });

  it("names the namespace, and asks no token for it", async () => {
    const { calls, run } = loginWith(granted(), { vaultNamespace: "team/a" });
    await run();
    const headers = Object.fromEntries(
      Object.entries(calls[0]?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    equal(headers["x-vault-namespace"], "team/a");
    ok(!("x-vault-token" in headers));
  });

  it("takes nothing from the environment of other Vault clients", async () => {
    const names = ["VAULT_TOKEN", "VAULT_NAMESPACE", "VAULT_PREFIX", "VAULT_ADDR"];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = "hunter2";
    try {
      const { calls, run } = loginWith(granted());
      await run();
      equal(calls[0]?.path, "/v1/auth/homing-aws/login");
      doesNotMatch(JSON.stringify(calls[0].headers), /hunter2/);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
  });

  it("without credentials is a retryable error, not a defect", async () => {
    const sts = new STSClient({ region, credentials: () => Promise.reject(new Error("no credentials, hunter2")) });
    await rejects(loginWith(granted(), {}, sts).run(), (error: unknown) => {
      ok(isRetryableError(error));
      equal(error.step, "login");
      doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
});

describe("the jwt login", () => {
  const jwt = { login: "jwt", loginPath: "homing-jwt" } as const;
  const token =
    "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>the.jwt.hunter2</WebIdentityToken></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>";

  it("asks STS for a token of a minute for the audience, and sends it with the role", async () => {
    let asked = "";
    const sts = answeringSts((request) => {
      asked = String(request.body);
      return { statusCode: 200, body: token };
    });
    const { calls, run } = loginWith(granted(), jwt, sts);
    await run();
    const form = new URLSearchParams(asked);
    equal(form.get("Audience.member.1"), "https://vault.example.com");
    equal(form.get("SigningAlgorithm"), "ES384");
    equal(form.get("DurationSeconds"), "60");
    equal(calls[0]?.path, "/v1/auth/homing-jwt/login");
    deepEqual(bodyOf(calls[0]), { role: "homing-mover", jwt: "the.jwt.hunter2" });
  });

  for (const [what, response] of [
    [
      "refuses",
      {
        statusCode: 403,
        body: "<ErrorResponse><Error><Code>OutboundWebIdentityFederationDisabled</Code><Message>hunter2</Message></Error></ErrorResponse>",
      },
    ],
    [
      "gives no token",
      {
        statusCode: 200,
        body: "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>",
      },
    ],
  ] as const) {
    it(`is a retryable error when STS ${what}`, async () => {
      const { calls, run } = loginWith(
        granted(),
        jwt,
        answeringSts(() => response),
      );
      await rejects(run(), (error: unknown) => {
        ok(isRetryableError(error));
        equal(error.step, "login");
        doesNotMatch(error.message, /hunter2/);
        return true;
      });
      equal(calls.length, 0);
    });
  }
});

describe("Vault's answer to a login", () => {
  for (const [lease, life] of [
    [900, 870_000],
    [60, 30_000],
    [30, 15_000],
    [0, 0],
  ] as const) {
    it(`with a lease of ${lease.toString()} s is used for ${(life / 1_000).toString()} s`, async () => {
      const { run } = loginWith(granted({ lease_duration: lease }));
      deepEqual(await run(), { value: "hvb.token", deadline: startTime + life });
    });
  }

  const bad: readonly (readonly [string, Answer | Error, string])[] = [
    ["refused with 400", { status: 400, text: '{"errors":["role hunter2 could not be found"]}' }, "vault-login-failed"],
    ["refused with 403", { status: 403, text: '{"errors":["permission denied hunter2"]}' }, "vault-login-failed"],
    [
      "an upstream failure",
      { status: 400, text: '{"errors":["error making upstream request: hunter2"]}' },
      "vault-login-failed",
    ],
    ["sealed", { status: 503, text: '{"errors":["Vault is sealed"]}' }, "vault-sealed"],
    ["throttled", { status: 429, text: "" }, "vault-throttled"],
    ["redirected", { status: 307, text: "" }, "vault-redirected"],
    ["a list of nothing", { status: 200, text: "[]" }, "vault-answer-unreadable"],
    ["a page of something else", { status: 200, text: "<html>hunter2</html>" }, "vault-answer-unreadable"],
    ["a page of a proxy", { status: 502, text: "<html>hunter2</html>" }, "vault-failing"],
    ["an empty 500", { status: 500, text: "" }, "vault-failing"],
    ["no token", { status: 200, text: '{"auth":{"lease_duration":60}}' }, "vault-answer-unreadable"],
    ["no lease", { status: 200, text: '{"auth":{"client_token":"hunter2"}}' }, "vault-answer-unreadable"],
    ["no auth", { status: 200, text: '{"data":{}}' }, "vault-answer-unreadable"],
    ["auth null", { status: 200, text: '{"auth":null}' }, "vault-answer-unreadable"],
    ["null", { status: 200, text: "null" }, "vault-answer-unreadable"],
    ["nothing", { status: 204, text: "" }, "vault-answer-unreadable"],
    ["another entity", granted({ entity_id: "somebody" }), "vault-entity-mismatch"],
    ["no entity", granted({ entity_id: "" }), "vault-entity-mismatch"],
    ["a broken line", retryableError("vault-unreachable", "login", "ECONNRESET"), "vault-unreachable"],
  ];
  for (const [what, answer, code] of bad) {
    it(`that is ${what} is ${code}, and no text of it travels`, async () => {
      await rejects(loginWith(answer).run(), (error: unknown) => {
        ok(isRetryableError(error), String(error));
        equal(error.code, code);
        equal(error.step, "login");
        equal(error.cause, undefined);
        doesNotMatch(`${error.message}${error.stack ?? ""}`, /hunter2|hvb\.token/);
        return true;
      });
    });
  }
});
