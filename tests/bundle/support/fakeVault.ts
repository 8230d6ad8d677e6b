/** Vault's logins and KV version 2 over HTTP, before the in-memory homes that the other tests use. */
import { readHome } from "../../../runtime/model/home";
import { emptyHome, fakeHomePort } from "../../support/fakeHome";
import type { HomeState } from "../../support/fakeHome";
import { serve } from "./server";
import type { Request, Response } from "./server";

export interface FakeVault {
  readonly address: string;
  readonly calls: Request[];
  readonly homes: HomeState;
  /** The bodies of all logins, in their order. */
  readonly logins: () => readonly Readonly<Record<string, string>>[];
  /** All tokens that were given out. */
  readonly tokens: readonly string[];
  /** Lease of the tokens given out from now on, in seconds. */
  leaseSeconds: number;
  /** An answer to give instead of the usual one; set by a test. */
  instead: (request: Request) => Response | undefined;
  /** Refuses the tokens given out so far. */
  readonly revokeAll: () => void;
  readonly stop: () => Promise<void>;
}

export interface FakeVaultOptions {
  readonly mount: string;
  readonly entityId: string;
}

const json = (status: number, body: unknown): Response => ({
  status,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const errors = (status: number, ...texts: string[]): Response => json(status, { errors: texts });

export async function startFakeVault({ mount, entityId }: FakeVaultOptions): Promise<FakeVault> {
  const calls: Request[] = [];
  const tokens: string[] = [];
  const valid = new Set<string>();
  const homes = emptyHome();
  const port = fakeHomePort(homes, { clock: () => Date.now(), author: entityId });

  function login(): Response {
    const token = `hvs.token-of-login-${(tokens.length + 1).toString()}`;
    tokens.push(token);
    valid.add(token);
    return json(200, { auth: { client_token: token, lease_duration: fake.leaseSeconds, entity_id: entityId } });
  }

  async function metadata(method: string, path: string, body: string): Promise<Response> {
    if (method === "PATCH") {
      const { custom_metadata: patch } = JSON.parse(body) as { custom_metadata: Record<string, string | null> };
      const labelled = await port.label(path, patch);
      if (labelled.is === "done") return { status: 204, body: "" };
      return labelled.is === "gone" ? errors(404) : errors(400, "custom_metadata validation failed");
    }
    const entry = homes.entries[path];
    if (entry === undefined) return errors(404);
    const versions = Object.entries(entry.versions).map(([number, version]) => [
      number,
      {
        created_time: version.createdTime,
        deletion_time: version.deletionTime,
        destroyed: version.destroyed,
        created_by: { entity_id: version.author },
      },
    ]);
    const data = {
      current_version: entry.current,
      oldest_version: 0,
      versions: Object.fromEntries(versions) as unknown,
      custom_metadata: entry.labels,
    };
    if (readHome(data) === undefined) throw new Error("the fake's metadata has not Vault's form");
    return json(200, { data });
  }

  async function data(method: string, path: string, body: string): Promise<Response> {
    if (method === "POST") {
      const written = await port.write(path, body);
      if (written.is === "written") return json(200, { data: { version: written.version } });
      return errors(
        400,
        written.is === "mismatch" ? "check-and-set parameter did not match the current version" : "malformed JSON",
      );
    }
    const entry = homes.entries[path];
    const version = entry?.versions[entry.current];
    if (entry === undefined || version === undefined) return errors(404);
    const about = JSON.stringify({
      version: entry.current,
      created_time: version.createdTime,
      deletion_time: version.deletionTime,
      destroyed: version.destroyed,
      custom_metadata: Object.keys(entry.labels).length === 0 ? null : entry.labels,
    });
    const read = await port.read(path);
    // A deleted version is a 404 that still tells about it.
    if (read.is === "gone") return json(404, `{"data":{"data":null,"metadata":${about}}}`);
    // The value's text goes through as it is stored: parsing it here could change it.
    return json(200, `{"data":{"data":${read.data},"metadata":${about}}}`);
  }

  async function answer(request: Request): Promise<Response> {
    const { method, body, headers } = request;
    const path = decodeURIComponent(request.path).replace(/^\/v1\//, "");
    if (path.startsWith("auth/")) return login();
    if (!valid.has(String(headers["x-vault-token"]))) return errors(403, "permission denied");
    if (path.startsWith(`${mount}/metadata/`)) return metadata(method, path.slice(`${mount}/metadata/`.length), body);
    if (path.startsWith(`${mount}/data/`)) return data(method, path.slice(`${mount}/data/`.length), body);
    return errors(404, `no handler for route "${path}"`);
  }

  const server = await serve((request) => {
    calls.push(request);
    return fake.instead(request) ?? answer(request);
  });
  const fake: FakeVault = {
    address: server.address,
    calls,
    homes,
    logins: () =>
      calls
        .filter(({ path }) => path.startsWith("/v1/auth/"))
        .map(({ body }) => JSON.parse(body) as Record<string, string>),
    tokens,
    leaseSeconds: 900,
    instead: () => undefined,
    revokeAll: () => {
      valid.clear();
    },
    stop: server.stop,
  };
  return fake;
}
