import * as assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

import type { Bench } from "../../system/support/bench";

interface DeployedRole {
  readonly bound_audiences: readonly string[];
  readonly bound_subject: string;
  readonly bound_claims: Readonly<Record<string, string>>;
  readonly [setting: string]: unknown;
}

interface DeployedConfig {
  readonly bound_issuer: string;
  readonly jwt_supported_algs: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;
type Signer = (text: string) => string;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const ecSigner =
  (key: KeyObject, hash = "sha384"): Signer =>
  (text) =>
    sign(hash, Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");

const tokenOf = (header: Claims, claims: Claims, signer: Signer): string => {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${signer(text)}`;
};

const sts = "https://sts.amazonaws.com/";

/**
 * Logins of method `jwt`. The issuer's key is out of reach, so the deployed role, word by word, is put on a second
 * auth method whose key these tests hold: what the role binds is seen by tokens that are wrong in one claim only.
 */
export function describeWebIdentity(bench: () => Bench): void {
  describe("a web identity token", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const other = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
    const small = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
    let role: DeployedRole;
    let config: DeployedConfig;
    let roleName: string;

    before(async () => {
      const { cloud, vault } = bench();
      await cloud.up({ login: "jwt", stsEndpoint: "" });
      const { loginPath, loginRole } = bench().system().outputs;
      roleName = loginRole ?? "";
      role = (await vault.read(`auth/${loginPath ?? ""}/role/${roleName}`)) as DeployedRole;
      config = (await vault.read(`auth/${loginPath ?? ""}/config`)) as DeployedConfig;
      const { bound_issuer, jwt_supported_algs } = config;
      await vault.write("sys/auth/test-jwt", { type: "jwt" });
      await vault.write("auth/test-jwt/config", { jwt_validation_pubkeys: [pem], bound_issuer, jwt_supported_algs });
      await vault.write(`auth/test-jwt/role/${roleName}`, role);
    });
    after(async () => {
      await bench().vault.request("DELETE", "sys/auth/test-jwt");
    });

    const now = (): number => Math.floor(Date.now() / 1_000);
    const functionArn = (): string => Object.values(role.bound_claims)[0] ?? "";
    const rightClaims = (): Claims => ({
      iss: config.bound_issuer,
      aud: role.bound_audiences[0],
      sub: role.bound_subject,
      iat: now(),
      exp: now() + 60,
      jti: "1",
      [sts]: { aws_account: bench().system().account, lambda_source_function_arn: functionArn() },
    });
    const right = (): string => tokenOf({ alg: "ES384", typ: "JWT" }, rightClaims(), ecSigner(privateKey));
    const withClaims = (changes: Claims): string =>
      tokenOf({ alg: "ES384" }, { ...rightClaims(), ...changes }, ecSigner(privateKey));
    const fromFunction = (arn: string | undefined): string =>
      withClaims({ [sts]: arn === undefined ? {} : { lambda_source_function_arn: arn } });
    const login = async (jwt: string): Promise<number> => {
      const { status } = await bench().vault.request("POST", "auth/test-jwt/login", { role: roleName, jwt });
      return status;
    };

    it("that is right in every claim is let in: the others are wrong in one thing", async () => {
      assert.equal(await login(right()), 200);
    });

    const wrong: Readonly<Record<string, () => string>> = {
      "for another audience": () => withClaims({ aud: "https://elsewhere.example.com" }),
      "for an audience that only begins like ours": () => withClaims({ aud: `${role.bound_audiences[0] ?? ""}/` }),
      "without an audience": () => withClaims({ aud: undefined }),
      "of another role": () => withClaims({ sub: role.bound_subject.replace("role/", "role/other-") }),
      "of a role whose name only begins like ours": () => withClaims({ sub: `${role.bound_subject}x` }),
      "of a role of our name in another account": () =>
        withClaims({ sub: role.bound_subject.replace(/\d{12}/, "999999999999") }),
      "of a role of our name on a path": () => withClaims({ sub: role.bound_subject.replace("role/", "role/x/") }),
      "of no subject": () => withClaims({ sub: undefined }),
      "of another function with our role": () => fromFunction(`${functionArn()}-other`),
      "of a function of our name in another region": () =>
        fromFunction(functionArn().replace(":us-east-1:", ":eu-west-1:")),
      "of no function with our role": () => fromFunction(undefined),
      "with the function outside the claim that STS fills": () =>
        withClaims({
          [sts]: {},
          lambda_source_function_arn: functionArn(),
          request_tags: { lambda_source_function_arn: functionArn() },
        }),
      "of another issuer": () => withClaims({ iss: "https://issuer.example.com" }),
      "of no issuer": () => withClaims({ iss: undefined }),
      "that has expired": () => withClaims({ iat: now() - 4_000, exp: now() - 3_600 }),
      "that is not valid yet": () => withClaims({ nbf: now() + 3_600, exp: now() + 3_660 }),
      "issued in the future": () => withClaims({ iat: now() + 3_600, exp: now() + 3_660 }),
      "without a signature": () => tokenOf({ alg: "none" }, rightClaims(), () => ""),
      "signed with the public key as a password": () =>
        tokenOf({ alg: "HS256" }, rightClaims(), (text) => createHmac("sha256", pem).update(text).digest("base64url")),
      "signed with somebody else's key": () => tokenOf({ alg: "ES384" }, rightClaims(), ecSigner(other)),
      "that brings its key along": () =>
        tokenOf(
          { alg: "ES384", jwk: createPublicKey(other).export({ format: "jwk" }) },
          rightClaims(),
          ecSigner(other),
        ),
      "of another algorithm of the same family": () =>
        tokenOf({ alg: "ES256" }, rightClaims(), ecSigner(small, "sha256")),
      "of the other algorithm that STS has": () =>
        tokenOf({ alg: "RS256" }, rightClaims(), (text) =>
          sign("sha256", Buffer.from(text), rsa).toString("base64url"),
        ),
      "whose claims were changed after signing": () => {
        const [header = "", , signature = ""] = right().split(".");
        return [header, base64url({ ...rightClaims(), sub: role.bound_subject, extra: 1 }), signature].join(".");
      },
      "that is cut off": () => right().slice(0, -8),
      "that is empty": () => "",
    };
    for (const [what, make] of Object.entries(wrong)) {
      it(`${what} is refused`, async () => {
        const status = await login(make());

        assert.ok(status === 400 || status === 403, `status ${status}`);
      });
    }

    it("lets the function itself in after the change of login: it goes on moving", async () => {
      const { sources, log, canary } = bench();
      const { arn } = await sources.create("identity/moved", canary);

      await log.outcome(arn, { outcome: "moved" });
    });
  });
}
