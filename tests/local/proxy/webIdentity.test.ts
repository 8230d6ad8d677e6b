import * as assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { GetWebIdentityTokenCommand } from "@aws-sdk/client-sts";
import type { GetWebIdentityTokenCommandInput } from "@aws-sdk/client-sts";
import { join } from "node:path";
import { connectEmulator } from "../../../local/proxy/emulator";
import { startProxy } from "../../../local/proxy/proxy";
import { startVault } from "../../../local/vaultServer";
import type { VaultServer } from "../../../local/vaultServer";
import { account, refusal, region, startCloud } from "./cloud";
import type { Cloud, Credentials } from "./cloud";

const audience = "https://vault.example.test";
const mayGet = { Effect: "Allow", Action: "sts:GetWebIdentityToken", Resource: "*" };

interface Decoded {
  readonly header: { readonly alg: string; readonly kid: string };
  readonly claims: { readonly [name: string]: unknown; readonly "https://sts.amazonaws.com/": Record<string, unknown> };
}

const part = (text: string | undefined): unknown => JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8"));

function decoded(token: string): Decoded {
  const [header, claims] = token.split(".");
  return { header: part(header) as Decoded["header"], claims: part(claims) as Decoded["claims"] };
}

describe("web identity tokens", function () {
  this.timeout(300_000);
  let cloud: Cloud;
  let vault: VaultServer | undefined;
  let moverArn: string;
  let functionArn: string;
  let mover: Credentials;

  async function token(
    credentials: Credentials,
    over: Partial<GetWebIdentityTokenCommandInput> = {},
    endpoint?: string,
  ): Promise<string> {
    const input = { Audience: [audience], SigningAlgorithm: "ES384", ...over };
    const { WebIdentityToken } = await cloud.sts(credentials, endpoint).send(new GetWebIdentityTokenCommand(input));
    return WebIdentityToken ?? "";
  }

  async function vaultCall(method: string, path: string, body: object): Promise<{ status: number; text: string }> {
    assert.ok(vault !== undefined);
    const headers = { "X-Vault-Token": vault.token };
    const answer = await fetch(`${vault.address}/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, text: await answer.text() };
  }

  async function configure(path: string, body: object): Promise<void> {
    const { status, text } = await vaultCall("POST", path, body);
    assert.ok(status < 300, `${path}: ${status} ${text}`);
  }

  const login = (jwt: string) => vaultCall("POST", "auth/jwt/login", { role: "mover", jwt });

  before(async () => {
    cloud = await startCloud();
    vault = await startVault({ tools: cloud.tools, directory: join(cloud.directory, "v") });
    moverArn = await cloud.role("mover", [mayGet]);
    ({ arn: functionArn, credentials: mover } = await cloud.functionSession("mover-function", moverArn));
    await configure("sys/auth/jwt", { type: "jwt" });
    await configure("auth/jwt/config", { oidc_discovery_url: cloud.proxy.issuer });
    await configure("auth/jwt/role/mover", {
      role_type: "jwt",
      user_claim: "sub",
      bound_audiences: [audience],
      bound_subject: moverArn,
      bound_claims: { "/https:~1~1sts.amazonaws.com~1/lambda_source_function_arn": functionArn },
      token_policies: ["default"],
    });
  });

  after(async () => {
    await vault?.stop();
    await cloud.stop();
  });

  describe("at a real Vault", () => {
    for (const SigningAlgorithm of ["ES384", "RS256"]) {
      it(`let the function in with ${SigningAlgorithm}`, async () => {
        const { status, text } = await login(await token(mover, { SigningAlgorithm }));

        assert.equal(status, 200, text);
      });
    }

    it("do not let another audience in", async () => {
      const { status, text } = await login(await token(mover, { Audience: ["https://other.example.test"] }));

      assert.equal(status, 400);
      assert.match(text, /audience/);
    });

    it("do not let another role's function in", async () => {
      const { credentials } = await cloud.functionSession("other-function", await cloud.role("other", [mayGet]));

      const { status, text } = await login(await token(credentials));

      assert.equal(status, 400);
      assert.match(text, /sub/);
    });

    it("do not let another function of the same role in", async () => {
      const { credentials } = await cloud.functionSession("second-function", moverArn);

      const { status, text } = await login(await token(credentials));

      assert.equal(status, 400);
      assert.match(text, /lambda_source_function_arn/);
    });

    it("do not let a session of the role in that only calls itself like the function", async () => {
      const { status, text } = await login(await token(await cloud.session(moverArn, "mover-function")));

      assert.equal(status, 400);
      assert.match(text, /lambda_source_function_arn/);
    });

    it("do not let claims in that were changed after signing", async () => {
      const [header, , signature] = (await token(mover)).split(".");
      const [, claims] = (await token(mover, { Audience: [audience, "more"] })).split(".");

      const { status, text } = await login(`${header}.${claims}.${signature}`);

      assert.equal(status, 400);
      assert.match(text, /signature/);
    });

    it("do not let in what another issuer has signed", async () => {
      const other = await startProxy({ emulator: cloud.emulatorAddress, account, region });
      try {
        const { status } = await login(await token(mover, {}, other.endpoint));

        assert.equal(status, 400);
      } finally {
        await other.stop();
      }
    });
  });

  it("carry AWS's claims of a function", async () => {
    const seconds = (): number => Math.floor(Date.now() / 1000);
    const before = seconds();
    const { claims } = decoded(await token(mover, { DurationSeconds: 120 }));
    const after = seconds();
    const { iat, exp, jti, ...rest } = claims;

    assert.deepEqual(rest, {
      iss: cloud.proxy.issuer,
      aud: audience,
      sub: moverArn,
      "https://sts.amazonaws.com/": {
        aws_account: account,
        source_region: region,
        principal_tags: {},
        lambda_source_function_arn: functionArn,
      },
    });
    assert.equal(Number(exp) - Number(iat), 120);
    assert.ok(Number(iat) >= before && Number(iat) <= after);
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
  });

  it("name no function for a session that is none, and keep several audiences", async () => {
    const { claims } = decoded(await token(await cloud.session(moverArn, "person"), { Audience: ["a", "b"] }));

    assert.deepEqual(claims["aud"], ["a", "b"]);
    assert.ok(!("lambda_source_function_arn" in claims["https://sts.amazonaws.com/"]));
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 300);
  });

  it("can be verified with the issuer's published keys", async () => {
    const discovery = (await (await fetch(`${cloud.proxy.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    const { keys } = (await (await fetch(discovery["jwks_uri"] ?? "")).json()) as { keys: Record<string, string>[] };
    const signed = await token(mover, { SigningAlgorithm: "RS256" });
    const [header, claims, signature] = signed.split(".");
    const jwk = keys.find(({ kid }) => kid === decoded(signed).header.kid);

    const valid = verify(
      "sha256",
      Buffer.from(`${header}.${claims}`),
      createPublicKey({ key: jwk ?? {}, format: "jwk" }),
      Buffer.from(signature ?? "", "base64url"),
    );

    assert.ok(valid);
    assert.equal(discovery["issuer"], cloud.proxy.issuer);
    assert.deepEqual(
      keys.map(({ alg, d }) => [alg, d]),
      [
        ["RS256", undefined],
        ["ES384", undefined],
      ],
    );
  });

  describe("are refused", () => {
    const table: readonly (readonly [string, Partial<GetWebIdentityTokenCommandInput>, string])[] = [
      ["without an audience", { Audience: [] }, "MissingParameter"],
      ["with eleven audiences", { Audience: Array.from({ length: 11 }, (_, i) => `a${i}`) }, "ValidationError"],
      ["with an audience of 1,001 characters", { Audience: ["a".repeat(1001)] }, "ValidationError"],
      ["with another algorithm", { SigningAlgorithm: "HS256" }, "ValidationError"],
      ["for 59 seconds", { DurationSeconds: 59 }, "ValidationError"],
      ["for 3,601 seconds", { DurationSeconds: 3601 }, "ValidationError"],
      ["with request tags, which nothing here could check", { Tags: [{ Key: "k", Value: "v" }] }, "ValidationError"],
    ];
    for (const [what, over, code] of table) {
      it(what, async () => {
        assert.equal((await refusal(token(mover, over))).name, code);
      });
    }

    it("to a role without the permission", async () => {
      const arn = await cloud.role("nobody", [{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);

      assert.match((await refusal(token(await cloud.session(arn, "n")))).name, /AccessDenied/);
    });

    it("to who cannot sign", async () => {
      assert.equal((await refusal(token({ ...mover, secretAccessKey: "wrong" }))).name, "SignatureDoesNotMatch");
    });
  });

  describe("of an account", () => {
    it("begin when the issuer is switched on, and end when it is switched off", async () => {
      const settings = { emulator: cloud.emulatorAddress, account, region, tokenIssuerEnabled: false };
      const off = await startProxy(settings);
      const iam = connectEmulator(off.endpoint, account, region);
      const call = async (Action: string) => iam.rootQuery("iam", { Action, Version: "2010-05-08" });
      try {
        assert.equal((await call("GetOutboundWebIdentityFederationInfo")).status, 404);
        const { status, xml } = await call("EnableOutboundWebIdentityFederation");
        assert.equal(status, 200);
        assert.ok(xml.includes(`<IssuerIdentifier>${off.issuer}</IssuerIdentifier>`));
        assert.equal((await call("EnableOutboundWebIdentityFederation")).status, 409);
        const info = await call("GetOutboundWebIdentityFederationInfo");
        assert.ok(info.xml.includes("<JwtVendingEnabled>true</JwtVendingEnabled>"));
        assert.equal((await call("DisableOutboundWebIdentityFederation")).status, 200);
        assert.equal((await call("GetOutboundWebIdentityFederationInfo")).status, 404);
      } finally {
        iam.close();
        await off.stop();
      }
    });
  });
});
