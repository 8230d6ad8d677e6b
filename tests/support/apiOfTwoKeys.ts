/** A small HTTP API that takes two keys at once: the target of examples/rotation. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ApiOfTwoKeys {
  readonly address: string;
  /** The keys that it takes now. */
  readonly keys: () => readonly string[];
  /** All keys that it ever took. */
  readonly everTaken: () => readonly string[];
  /** The status of a request with this key. */
  readonly statusOf: (key: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

const mostKeys = 2;

/** Starts it on a free port of loopback. */
export async function startApi(firstKey: string): Promise<ApiOfTwoKeys> {
  const keys = new Set([firstKey]);
  const taken = new Set(keys);

  function statusFor(method: string | undefined, by: string, body: string): number {
    if (!keys.has(by)) return 401;
    if (method === "GET") return 204;
    const { key = "" } = JSON.parse(body) as { key?: string };
    if (method === "DELETE") {
      keys.delete(key);
      return 204;
    }
    if (keys.has(key)) return 204;
    if (keys.size >= mostKeys) return 409;
    keys.add(key);
    taken.add(key);
    return 204;
  }

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
    });
    request.on("end", () => {
      const by = (request.headers.authorization ?? "").replace("Bearer ", "");
      response.writeHead(statusFor(request.method, by, body)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
  return {
    address,
    keys: () => [...keys],
    everTaken: () => [...taken],
    statusOf: async (key) => (await fetch(`${address}/keys`, { headers: { authorization: `Bearer ${key}` } })).status,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
