import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { JsonObject } from "./message";

export type SigningAlgorithm = "RS256" | "ES384";

/** The issuer's key pairs; made at start, never written anywhere. */
export interface TokenKeys {
  /** A signed token (compact form) with these claims. */
  sign(algorithm: SigningAlgorithm, claims: JsonObject): string;
  /** The public keys as a JSON Web Key Set. */
  readonly publicKeys: { readonly keys: readonly JsonObject[] };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Makes one RSA (2,048 bits) and one P-384 key pair. */
export function makeTokenKeys(): TokenKeys {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const ids = { RS256: randomUUID(), ES384: randomUUID() } as const;

  const signature = (algorithm: SigningAlgorithm, text: Buffer): Buffer => {
    switch (algorithm) {
      case "RS256":
        return sign("sha256", text, rsa.privateKey);
      case "ES384":
        // JSON Web Signatures carry the two numbers side by side, not DER.
        return sign("sha384", text, { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
      default:
        return algorithm satisfies never;
    }
  };

  return {
    sign(algorithm, claims) {
      const text = `${encoded({ alg: algorithm, kid: ids[algorithm], typ: "JWT" })}.${encoded(claims)}`;
      return `${text}.${signature(algorithm, Buffer.from(text)).toString("base64url")}`;
    },
    publicKeys: {
      keys: [
        { ...rsa.publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: ids.RS256 },
        { ...ec.publicKey.export({ format: "jwk" }), use: "sig", alg: "ES384", kid: ids.ES384 },
      ],
    },
  };
}
