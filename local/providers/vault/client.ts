import { isObject, optionalText } from "../values";
import type { Values } from "../values";

const timeLimitMs = 60_000;

/** An answer that says no. */
export class VaultError extends Error {
  constructor(
    readonly status: number,
    request: string,
    readonly reasons: readonly string[],
  ) {
    super(`${request}: ${status}: ${reasons.length > 0 ? reasons.join("; ") : "no reason given"}`);
    this.name = "VaultError";
  }
}

export interface VaultClient {
  /** @returns the answer's `data`, or undefined when nothing is there */
  readonly read: (path: string) => Promise<Values | undefined>;
  /** @returns the answer's `data`; empty when there is none */
  readonly write: (path: string, body: Values) => Promise<Values>;
  /** What is gone already is no error. */
  readonly remove: (path: string) => Promise<void>;
  /** The same client in a namespace below its own. */
  readonly within: (namespace: string | undefined) => VaultClient;
}

/** Each segment is escaped; the slashes between them stay. */
const escaped = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

function clientOf(address: URL, token: string, namespace: string): VaultClient {
  async function request(method: string, path: string, body?: Values): Promise<Values> {
    const response = await fetch(new URL(`/v1/${escaped(path)}`, address), {
      method,
      headers: {
        "x-vault-token": token,
        "x-vault-request": "true",
        ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      redirect: "error",
      signal: AbortSignal.timeout(timeLimitMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    const parsed: unknown = answer === "" ? {} : JSON.parse(answer);
    const content = isObject(parsed) ? parsed : {};
    if (response.ok) return isObject(content.data) ? content.data : {};
    const reasons = Array.isArray(content.errors) ? content.errors.map(String) : [];
    throw new VaultError(response.status, `${method} ${path}`, reasons);
  }

  return {
    async read(path) {
      try {
        return await request("GET", path);
      } catch (error) {
        if (error instanceof VaultError && isAbsence(error)) return undefined;
        throw error;
      }
    },
    write: (path, body) => request("POST", path, body),
    async remove(path) {
      try {
        await request("DELETE", path);
      } catch (error) {
        if (!(error instanceof VaultError && error.status === 404)) throw error;
      }
    },
    within: (below) =>
      below === undefined || below === ""
        ? clientOf(address, token, namespace)
        : clientOf(address, token, join(namespace, below)),
  };
}

const join = (...namespaces: string[]): string =>
  namespaces
    .map((namespace) => namespace.replace(/^\/+|\/+$/g, ""))
    .filter((namespace) => namespace !== "")
    .join("/");

/** Vault says 404 of most things; of a mount or an auth method it says 400. */
const isAbsence = ({ status, reasons }: VaultError): boolean =>
  status === 404 ||
  (status === 400 &&
    reasons.some((reason) => /^(No (secret engine|auth engine|auth method) |cannot fetch sysview)/i.test(reason)));

/**
 * A client of the Vault or OpenBao server that the environment names.
 *
 * @param env needs VAULT_ADDR and VAULT_TOKEN; VAULT_NAMESPACE counts when set
 */
export function vaultClient(env: NodeJS.ProcessEnv): VaultClient {
  const { VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE } = env;
  if (!VAULT_ADDR || !VAULT_TOKEN) throw new Error("The local vault provider needs VAULT_ADDR and VAULT_TOKEN.");
  return clientOf(new URL(VAULT_ADDR), VAULT_TOKEN, join(VAULT_NAMESPACE ?? ""));
}

/** The client for a resource, which may name a namespace of its own. */
export const clientFor = (client: VaultClient, values: Values): VaultClient =>
  client.within(optionalText(values, "namespace"));
