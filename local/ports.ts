import { createServer } from "node:net";
import type { Server } from "node:net";

const given = new Set<number>();
const ATTEMPTS = 50;

/**
 * A TCP port of 127.0.0.1 that is free now and that this process has not given out before.
 * Another program may take it before it is used: see `withFreePort`.
 * @param count how many consecutive ports have to be free (default 1); the first is returned
 */
export async function freePort(count = 1): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const held: Server[] = [];
    try {
      const first = await hold(0, held);
      for (let next = first + 1; next < first + count; next += 1) await hold(next, held);
      const ports = Array.from({ length: count }, (_, index) => first + index);
      if (ports.some((port) => given.has(port) || port > 65_535)) continue;
      for (const port of ports) given.add(port);
      return first;
    } catch (error) {
      if (!isTaken(error)) throw error;
    } finally {
      await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
    }
  }
  throw new Error(`no ${count} consecutive free ports on 127.0.0.1 after ${ATTEMPTS} attempts`);
}

/**
 * Starts a server on a free port, and again on another (three times at most) when somebody else took the port between
 * its choice and its use.
 * @param count as for `freePort`
 * @param start starts the server on that port; its error has to carry the server's own words
 */
export async function withFreePort<T>(count: number, start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort(count));
    } catch (error) {
      if (attempt === 3 || !isTaken(error)) throw error;
    }
  }
}

function hold(port: number, held: Server[]): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      held.push(server);
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("a TCP server has no port"));
      else resolve(address.port);
    });
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && /EADDRINUSE|address already in use|is already in use/i.test(error.message);
}
