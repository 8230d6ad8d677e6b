/** How a person logs in to Vault: with an existing token, or with the person's own AWS identity. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import type { STSClient } from "@aws-sdk/client-sts";

import type { MoverSettings } from "../runtime/shared/environment";
import { authenticate } from "../runtime/vault/login";
import { cachedToken } from "../runtime/vault/token";
import type { TokenSource } from "../runtime/vault/token";
import type { Transport } from "../runtime/vault/transport";
import { Failure } from "./failure";

export interface LoginOptions {
  readonly login?: "aws" | "jwt";
  readonly role?: string;
  readonly loginPath?: string;
}

export interface LoginPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; undefined when there is none. */
  readonly file: (path: string) => string | undefined;
  readonly home: string;
}

/** @throws for every fault but a missing file */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Failure(`${path} can't be read: put its permissions right, or set VAULT_TOKEN.`);
  }
}

export const thisMachine = (): LoginPlace => ({ env: process.env, file: readIfThere, home: homedir() });

const originOf = (option: string, address: string): string => {
  try {
    return new URL(address).origin;
  } catch {
    throw new Failure(`${option} ${JSON.stringify(address)} is no address: use https://host:port.`);
  }
};

/**
 * Where Vault is for this person: the deployment's address, unless another one is named. A token is meant for one
 * Vault, so an environment that points to another is refused and not ignored.
 */
export function vaultAddressOf(settings: MoverSettings, given: string | undefined, { env }: LoginPlace): string {
  if (given !== undefined) return originOf("--vault-address", given);
  const { VAULT_ADDR: address = "" } = env;
  if (address !== "" && originOf("VAULT_ADDR", address) !== new URL(settings.vaultAddress).origin) {
    throw new Failure(
      `VAULT_ADDR is ${new URL(address).origin}, and the deployment's Vault is ${settings.vaultAddress}: unset VAULT_ADDR, or say --vault-address if both are the same Vault.`,
    );
  }
  return settings.vaultAddress;
}

export interface LoginDeps {
  readonly transport: Transport;
  readonly sts: () => STSClient;
  readonly now: () => number;
}

/** @throws when there is no token and no login was asked for */
export function tokenSourceOf(
  settings: MoverSettings,
  { login, role, loginPath }: LoginOptions,
  place: LoginPlace,
  { transport, sts, now }: LoginDeps,
): TokenSource {
  if (login !== undefined) {
    if (role === undefined) throw new Failure(`--login ${login} needs --role: the Vault role to log in with.`);
    if (login !== settings.login && loginPath === undefined) {
      throw new Failure(`--login ${login} needs --login-path: the deployment itself logs in by ${settings.login}.`);
    }
    const own = { ...settings, login, loginRole: role, loginPath: loginPath ?? settings.loginPath };
    return cachedToken(() => authenticate(own, { transport, sts: sts(), now }), now);
  }
  if (role !== undefined || loginPath !== undefined) {
    throw new Failure("--role and --login-path go together with --login aws or --login jwt.");
  }
  const file = join(place.home, ".vault-token");
  const token = (place.env["VAULT_TOKEN"] ?? "").trim() || (place.file(file) ?? "").trim();
  if (token === "") {
    throw new Failure(
      `There is no Vault token: run vault login, set VAULT_TOKEN, or log in by --login aws --role ROLE.`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Failure(`The Vault token holds odd characters: set VAULT_TOKEN anew.`);
  return { get: () => Promise.resolve(token), drop: () => undefined };
}
