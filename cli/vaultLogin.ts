/** How a person logs in to Vault: with an existing token, or with the person's own AWS identity. */
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

/** @throws when there is no token and no login was asked for */
export function vaultLoginOf(
  settings: MoverSettings,
  { login, role, loginPath }: LoginOptions,
  place: AddressPlace,
  { transport, sts, now }: LoginDeps,
): VaultLogin {
  if (login !== undefined) {
    if (role === undefined) throw new Failure(`--login ${login} needs --role: the Vault role to log in with.`);
    if (login !== settings.login && loginPath === undefined) {
      throw new Failure(`--login ${login} needs --login-path: the deployment itself logs in by ${settings.login}.`);
    }
    const own = { ...settings, login, loginRole: role, loginPath: loginPath ?? settings.loginPath };
    return {
      token: cachedToken(() => authenticate(own, { transport, sts: sts(), now }), now),
      what: "a login by your AWS identity",
    };
  }
  if (role !== undefined || loginPath !== undefined) {
    throw new Failure("--role and --login-path go together with --login aws or --login jwt.");
  }
  const given = (place.env["VAULT_TOKEN"] ?? "").trim();
  const token = given || (place.file(join(place.home, ".vault-token")) ?? "").trim();
  if (token === "") {
    throw new Failure(
      `There is no Vault token: run vault login, set VAULT_TOKEN, or log in by --login aws --role ROLE.`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Failure(`The Vault token holds odd characters: set VAULT_TOKEN anew.`);
  return {
    token: { get: () => Promise.resolve(token), drop: () => undefined },
    what: `the Vault token of ${given === "" ? "~/.vault-token" : "VAULT_TOKEN"}`,
  };
}
