/** What the `vault` command takes from a person's machine, taken from there in the same way. */
import { isAbsolute, join } from "node:path";

import type { MoverSettings } from "../runtime/shared/environment";
import type { AddressPlace } from "./confirmAddress";
import { Failure } from "./failure";

type Place = Pick<AddressPlace, "env" | "home" | "file">;

/** The CA that Vault's certificate is checked by: that of `VAULT_CACERT`, else the deployment's; empty for public ones. */
export function caCertificateOf({ vaultCaCertificate }: MoverSettings, { env, file }: Place): string {
  const { VAULT_CACERT: path = "" } = env;
  if (path === "") return vaultCaCertificate;
  const text = file(path);
  if (text?.includes("-----BEGIN CERTIFICATE-----") === true) return text;
  throw new Failure(`VAULT_CACERT is ${path}, which is no file with a certificate in PEM form.`);
}

const segmentsOf = (namespace: string): readonly string[] =>
  namespace.split("/").filter((segment) => segment !== "" && segment !== "root");

/**
 * The namespace of the person's login: that of `VAULT_NAMESPACE`, else the deployment's. A token is for the namespace
 * that gave it and for those below, so the homes must be there.
 */
export function loginNamespaceOf({ vaultNamespace }: MoverSettings, { env }: Place): string {
  const { VAULT_NAMESPACE: given = "" } = env;
  if (given === "") return vaultNamespace;
  const [own, homes] = [segmentsOf(given), segmentsOf(vaultNamespace)];
  if (own.every((segment, index) => segment === homes[index])) return own.join("/");
  const where = vaultNamespace === "" ? "the root namespace" : `namespace ${vaultNamespace}`;
  throw new Failure(
    `VAULT_NAMESPACE is ${given}, and the homes are in ${where}, which is neither it nor below it: unset VAULT_NAMESPACE.`,
  );
}

/** The program that keeps the person's token, as the file `~/.vault` or `VAULT_CONFIG_PATH` names it. */
export function tokenHelperOf({ env, home, file }: Place): string | undefined {
  const { VAULT_CONFIG_PATH: given = "" } = env;
  const path = given === "" ? join(home, ".vault") : given.replace(/^~(?=\/|$)/, home);
  const [, helper] = /^\s*\{?\s*"?token_helper"?\s*[=:]\s*"([^"]+)"/m.exec(file(path) ?? "") ?? [];
  if (helper === undefined || isAbsolute(helper)) return helper;
  throw new Failure(`token_helper of ${path} is ${helper}: write its absolute path.`);
}
