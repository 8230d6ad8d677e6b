/** A hop on the way to a server: it holds every request for a while, passes it on, and notes when it was here. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { connectEmulator } from "../../local/proxy/emulator";
import type { Span } from "./chain";

/** A call as it passed by: from the moment it had arrived whole to the moment its answer left. */
export interface Hop extends Span {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
}

export interface HopServer {
  readonly address: string;
  /** Calls in the order in which they ended; whoever measures empties it. */
  readonly hops: Hop[];
  readonly stop: () => Promise<void>;
}

async function readWhole(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param delayMs put on every request; a timer may take a millisecond more */
export async function startHop(behind: string, delayMs: number): Promise<HopServer> {
  // It passes requests of any kind on; region and account only matter for calls of its own, which are not made here.
  const next = connectEmulator(behind, "", "");
  const hops: Hop[] = [];

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers, rawHeaders } = incoming;
    const body = await readWhole(incoming);
    const start = performance.now();
    if (delayMs > 0) await sleep(delayMs);
    const answer = await next.send({ method, path, rawHeaders, body, sourceAddress: "" });
    outgoing.writeHead(answer.status, [...answer.rawHeaders]).end(answer.body);
    const end = performance.now();
    hops.push({ start, end, method, path, headers, body: body.toString("utf8"), status: answer.status });
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => {
      // The caller sees a broken connection, and its own error tells.
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("a TCP server has no port");
  return {
    address: `http://127.0.0.1:${place.port}`,
    hops,
    async stop() {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      server.closeAllConnections();
      await closed;
      next.close();
    },
  };
}
