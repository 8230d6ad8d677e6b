import type { LoginOf } from "../../../components/vault/vaultLogin";

/** The settings of login jwt, on the account's own issuer unless they say otherwise. */
export const jwtWith = (over: Partial<LoginOf<"jwt">> = {}): LoginOf<"jwt"> => ({
  method: "jwt",
  audience: "https://vault.example.com",
  signingAlgorithm: "ES384",
  adoptTokenIssuer: false,
  tokenIssuerUrl: "",
  tokenIssuerCa: "",
  ...over,
});
