/** A small HTTP server of a test: it reads each request whole and gives it to a function. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Server {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

export async function serve(answer: (request: Request) => Response | Promise<Response>): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url = "", headers } = incoming;
      const body = Buffer.concat(chunks).toString("utf8");
      void Promise.resolve(answer({ method, path: url, headers, body })).then((response) => {
        outgoing.writeHead(response.status, {
          "content-length": Buffer.byteLength(response.body),
          ...response.headers,
        });
        outgoing.end(response.body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test that fails before it can stop the server must not be kept alive by it.
  server.unref();
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("a TCP server has no port");
  return {
    address: `http://127.0.0.1:${place.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
