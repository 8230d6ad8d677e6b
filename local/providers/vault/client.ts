import { isObject, nested, optionalText, text } from "../values";
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

/** Lifetime of the token that the provider works with: the real provider's default, in which a whole run has to fit. */
const childTokenSeconds = 1200;

export interface VaultClient {
  /** @returns the answer's `data`, or undefined when nothing is there */
  readonly read: (path: string) => Promise<Values | undefined>;
  /** @returns the answer's `data`; empty when there is none */
  readonly write: (path: string, body: Values) => Promise<Values>;
  /** @returns the answer's `auth`: the token that the write gave */
  readonly grant: (path: string, body: Values) => Promise<Values>;
  /** Most objects may be gone already; below a mount that is gone, Vault knows no route and says so. */
  readonly remove: (path: string) => Promise<void>;
  /** The same client in a namespace below its own. */
  readonly within: (namespace: string | undefined) => VaultClient;
}

/** Each segment is escaped; the slashes between them stay. */
const escaped = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

interface Answer {
  readonly data: Values;
  readonly auth: Values;
}

function clientOf(address: URL, token: () => Promise<string>, namespace: string): VaultClient {
  async function request(method: string, path: string, body?: Values): Promise<Answer> {
    const response = await fetch(new URL(`/v1/${escaped(path)}`, address), {
      method,
      headers: {
        "x-vault-token": await token(),
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
    if (response.ok) return { data: nested(content, "data"), auth: nested(content, "auth") };
    const reasons = Array.isArray(content.errors) ? content.errors.map(String) : [];
    throw new VaultError(response.status, `${method} ${path}`, reasons);
  }

  return {
    async read(path) {
      try {
        return (await request("GET", path)).data;
      } catch (error) {
        if (error instanceof VaultError && isAbsence(error)) return undefined;
        throw error;
      }
    },
    write: async (path, body) => (await request("POST", path, body)).data,
    grant: async (path, body) => (await request("POST", path, body)).auth,
    async remove(path) {
      await request("DELETE", path);
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

/** For most objects that are gone Vault answers 404; for a mount or an auth method it answers 400. */
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
  const { address, token, namespace } = placeOf(env);
  return clientOf(address, () => Promise.resolve(token), namespace);
}

/**
 * The client of {@link vaultClient} with a token of its own: the real provider asks who it is, makes a child of the
 * token that it was given, in that token's namespace, and works with the child until its few minutes are over. It is
 * made before the first request; one that can't be made fails every request.
 */
export function childClient(env: NodeJS.ProcessEnv): VaultClient {
  const { address, token, namespace } = placeOf(env);
  let child: Promise<string> | undefined;
  return clientOf(address, () => (child ??= childOf(address, token, namespace)), namespace);
}

async function childOf(address: URL, token: string, namespace: string): Promise<string> {
  const given = () => Promise.resolve(token);
  const self = await clientOf(address, given, namespace).read("auth/token/lookup-self");
  const home = optionalText(self ?? {}, "namespace_path") ?? "";
  const ttl = `${childTokenSeconds}s`;
  const wish = { display_name: "pulumi", ttl, explicit_max_ttl: ttl, renewable: false };
  return text(await clientOf(address, given, join(home)).grant("auth/token/create", wish), "client_token");
}

function placeOf({ VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE }: NodeJS.ProcessEnv) {
  if (!VAULT_ADDR || !VAULT_TOKEN) throw new Error("The local vault provider needs VAULT_ADDR and VAULT_TOKEN.");
  return { address: new URL(VAULT_ADDR), token: VAULT_TOKEN, namespace: join(VAULT_NAMESPACE ?? "") };
}

/** The client for a resource, which may name a namespace of its own. */
export const clientFor = (client: VaultClient, values: Values): VaultClient =>
  client.within(optionalText(values, "namespace"));
