/** How a person logs in to Vault: with an existing token, or with the person's own AWS identity. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import type { STSClient } from "@aws-sdk/client-sts";

import type { MoverSettings } from "../runtime/shared/environment";
import { authenticate } from "../runtime/vault/login";
import { cachedToken } from "../runtime/vault/token";
import type { TokenSource } from "../runtime/vault/token";
import type { Transport } from "../runtime/vault/transport";
import type { AddressPlace } from "./confirmAddress";
import { Failure } from "./failure";
import { loginNamespaceOf, tokenHelperOf } from "./vaultEnvironment";

export interface LoginOptions {
  readonly login?: "aws" | "jwt";
  readonly role?: string;
  readonly loginPath?: string;
}

/** @throws for every fault but a missing file */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Failure(`${path} can't be read: put its permissions right.`);
  }
}

function savePrivately(path: string, text: string): void {
  // A file beside it and its renaming: another command never reads half of it.
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  } catch {
    throw new Failure(`${path} can't be written: put the permissions of its folder right.`);
  }
}

/** What the helper writes to standard error goes to the person. */
function askHelper(helper: string): string {
  try {
    return execFileSync(helper, ["get"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  } catch {
    throw new Failure(`Vault's token helper ${helper} failed: run "${helper} get" to see why, or set VAULT_TOKEN.`);
  }
}

/** Ctrl-C and the end of the input close the question without an answer, which is a no. */
const askOnTerminal = (question: string): Promise<boolean> =>
  new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    lines.once("close", () => {
      resolve(false);
    });
    lines.question(question, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      lines.close();
    });
  });

/** @param attended whether a person reads and answers on this process's terminal */
export const thisMachine = (attended: boolean): AddressPlace => ({
  env: process.env,
  home: homedir(),
  file: readIfThere,
  tokenOf: askHelper,
  save: savePrivately,
  ask: attended ? askOnTerminal : undefined,
});

/** @param name what gives the address @throws when it is no address */
export const originOf = (name: string, address: string): string => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url.origin;
  throw new Failure(`${name} ${JSON.stringify(address)} is no address: use https://host:port.`);
};

/**
 * The address of Vault that the person names, by the option or in the environment; undefined when only the deployment
 * names one. A token is meant for one Vault, so an environment that points to another is refused and not ignored.
 */
export function namedAddress(
  settings: MoverSettings,
  given: string | undefined,
  { env }: Pick<AddressPlace, "env">,
): string | undefined {
  if (given !== undefined) return originOf("--vault-address", given);
  const { VAULT_ADDR: address = "" } = env;
  if (address === "") return undefined;
  if (originOf("VAULT_ADDR", address) !== originOf("The deployment's Vault", settings.vaultAddress)) {
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

export interface VaultLogin {
  readonly token: TokenSource;
  /** What goes to Vault, for the person. */
  readonly what: string;
}

/** The token that the `vault` command would use, and where it is from. */
function tokenHere(place: AddressPlace): { readonly token: string; readonly from: string } {
  const given = (place.env["VAULT_TOKEN"] ?? "").trim();
  if (given !== "") return { token: given, from: "VAULT_TOKEN" };
  const helper = tokenHelperOf(place);
  if (helper !== undefined) return { token: place.tokenOf(helper).trim(), from: `the token helper ${helper}` };
  return { token: (place.file(join(place.home, ".vault-token")) ?? "").trim(), from: "~/.vault-token" };
}

/** @throws when there is no token and no login was asked for */
export function vaultLoginOf(
  settings: MoverSettings,
  { login, role, loginPath }: LoginOptions,
  place: AddressPlace,
  { transport, sts, now }: LoginDeps,
): VaultLogin {
  const vaultNamespace = loginNamespaceOf(settings, place);
  if (login !== undefined) {
    if (role === undefined) throw new Failure(`--login ${login} needs --role: the Vault role to log in with.`);
    if (login !== settings.login && loginPath === undefined) {
      throw new Failure(`--login ${login} needs --login-path: the deployment itself logs in by ${settings.login}.`);
    }
    if (vaultNamespace !== settings.vaultNamespace && loginPath === undefined) {
      throw new Failure(`--login ${login} in VAULT_NAMESPACE needs --login-path: the deployment's is in another one.`);
    }
    const own = { ...settings, vaultNamespace, login, loginRole: role, loginPath: loginPath ?? settings.loginPath };
    return {
      token: cachedToken(() => authenticate(own, { transport, sts: sts(), now }), now),
      what: "a login by your AWS identity",
    };
  }
  if (role !== undefined || loginPath !== undefined) {
    throw new Failure("--role and --login-path go together with --login aws or --login jwt.");
  }
  const { token, from } = tokenHere(place);
  if (token === "") {
    throw new Failure(
      `There is no Vault token: run vault login, set VAULT_TOKEN, or log in by --login aws --role ROLE.`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Failure(`The Vault token of ${from} holds odd characters: run vault login or set VAULT_TOKEN.`);
  return {
    token: { get: () => Promise.resolve(token), drop: () => undefined },
    what: `the Vault token of ${from}`,
  };
}
