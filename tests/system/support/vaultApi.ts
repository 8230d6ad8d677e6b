/** Vault's API as it is, for what a person or a stolen token could try. */

export interface VaultAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HomeMetadata {
  readonly current_version: number;
  readonly custom_metadata: Readonly<Record<string, string>> | null;
  readonly versions: Readonly<
    Record<string, { readonly created_time: string; readonly deletion_time: string; readonly destroyed: boolean }>
  >;
}

export interface VaultApi {
  /** Any request; `path` is what follows `/v1/`, in the form in which a URL has it. */
  readonly request: (method: string, path: string, body?: object) => Promise<VaultAnswer>;
  /** The `data` member of an answer to a read; undefined for 404. @throws for any other refusal */
  readonly read: (path: string) => Promise<unknown>;
  /** @throws when it is refused */
  readonly write: (path: string, body: object) => Promise<void>;
}

/** @param token of whoever asks */
export function vaultApi(address: string, token: string): VaultApi {
  async function request(method: string, path: string, body?: object): Promise<VaultAnswer> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { "x-vault-token": token, ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, text: await response.text() };
  }

  const refused = (what: string, { status, text }: VaultAnswer): Error => new Error(`${what}: ${status}: ${text}`);

  return {
    request,
    async read(path) {
      const answer = await request("GET", path);
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refused(`GET ${path}`, answer);
      return (JSON.parse(answer.text) as { data: unknown }).data;
    },
    async write(path, body) {
      const answer = await request("POST", path, body);
      if (answer.status >= 300) throw refused(`POST ${path}`, answer);
    },
  };
}

/** Homes as the root of Vault sees them; `path` is a home's path below the mount. */
export interface Homes {
  /** A version's number and value, by default the current one's; undefined when there is none. */
  readonly read: (
    path: string,
    version?: number,
  ) => Promise<{ readonly version: number; readonly data: unknown } | undefined>;
  /** Undefined when the path was never written. */
  readonly metadata: (path: string) => Promise<HomeMetadata | undefined>;
  readonly write: (path: string, data: object) => Promise<void>;
  /** Changes custom metadata, as whoever may patch it can. */
  readonly label: (path: string, labels: Readonly<Record<string, string | null>>) => Promise<void>;
  /** Deletes the current version, as `vault kv delete` does. */
  readonly remove: (path: string) => Promise<void>;
  /** Deletes all versions and the metadata, as `vault kv metadata delete` does. */
  readonly purge: (path: string) => Promise<void>;
}

export function homesOf(api: VaultApi, mount: string): Homes {
  async function done(method: string, path: string, body?: object): Promise<void> {
    const { status, text } = await api.request(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status}: ${text}`);
  }
  async function metadata(path: string): Promise<HomeMetadata | undefined> {
    return (await api.read(`${mount}/metadata/${path}`)) as HomeMetadata | undefined;
  }
  return {
    async read(path, version = 0) {
      const answer = (await api.read(`${mount}/data/${path}?version=${version}`)) as
        { readonly data: unknown; readonly metadata: { readonly version: number } } | undefined;
      return answer === undefined ? undefined : { version: answer.metadata.version, data: answer.data };
    },
    metadata,
    write: (path, data) => done("POST", `${mount}/data/${path}`, { data }),
    label: (path, labels) => done("PATCH", `${mount}/metadata/${path}`, { custom_metadata: labels }),
    remove: (path) => done("DELETE", `${mount}/data/${path}`),
    purge: (path) => done("DELETE", `${mount}/metadata/${path}`),
  };
}
