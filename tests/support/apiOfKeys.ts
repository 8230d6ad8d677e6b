/** A small HTTP API whose callers have keys, and may change them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ApiOfKeys {
  readonly address: string;
  readonly port: number;
  /** The keys that it takes now. */
  readonly keys: () => readonly string[];
  /** All keys that it ever took. */
  readonly everTaken: () => readonly string[];
  /** The status of a request with this key. */
  readonly statusOf: (key: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** What its callers may do. */
export interface KeyRules {
  readonly path: string;
  /** The status of a change asked for by one of the keys, which it makes. */
  readonly answer: (keys: Set<string>, asked: { readonly method: string | undefined; readonly key: string }) => number;
}

/** Starts it on a free port of loopback. */
export async function serveKeys(firstKey: string, { path, answer }: KeyRules): Promise<ApiOfKeys> {
  const keys = new Set([firstKey]);
  const taken = new Set(keys);

  function statusFor(method: string | undefined, by: string, body: string): number {
    if (!keys.has(by)) return 401;
    if (method === "GET") return 204;
    const { key = "" } = JSON.parse(body) as { key?: string };
    const status = answer(keys, { method, key });
    for (const one of keys) taken.add(one);
    return status;
  }

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
    });
    request.on("end", () => {
      const by = (request.headers.authorization ?? "").replace("Bearer ", "");
      response.writeHead(request.url === path ? statusFor(request.method, by, body) : 404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port.toString()}`;
  return {
    address,
    port,
    keys: () => [...keys],
    everTaken: () => [...taken],
    statusOf: async (key) => (await fetch(address + path, { headers: { authorization: `Bearer ${key}` } })).status,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
