import { deepEqual, doesNotMatch, equal, match, ok, rejects, throws } from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Socket } from "node:net";
import type { AddressInfo } from "node:net";

import { isRetryableError } from "../../../runtime/shared/errors";
import { makeTransport } from "../../../runtime/vault/transport";
import type { Call } from "../../../runtime/vault/transport";
import { makeAuthority } from "../../support/certificate";

const servers: Server[] = [];

async function listen(listener: RequestListener, tls?: { cert: string; key: string }): Promise<string> {
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? "http" : "https"}://127.0.0.1:${port.toString()}`;
}

const answer =
  (status: number, text: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(text);
  };

const call = (over: Partial<Call> = {}): Call => ({
  step: "read-home",
  method: "GET",
  path: "/v1/x",
  headers: {},
  ...over,
});

const unreachable = (error: unknown): true => {
  ok(isRetryableError(error));
  equal(error.code, "vault-unreachable");
  equal(error.step, "read-home");
  equal(error.cause, undefined);
  return true;
};

describe("the transport", () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("keeps a connection for the calls that follow, and opens more only for calls side by side", async () => {
    const address = await listen(answer(200, "{}"));
    let connections = 0;
    servers[0]?.on("connection", () => (connections += 1));
    const transport = makeTransport(address, "");
    for (let number = 0; number < 3; number += 1) await transport(call());
    equal(connections, 1);
    await Promise.all([transport(call()), transport(call())]);
    await transport(call());
    equal(connections, 2);
  });

  it("sends method, path, headers and body as they are, and gives status and text", async () => {
    const seen: {
      method?: string | undefined;
      url?: string | undefined;
      headers?: IncomingMessage["headers"];
      body?: string;
    } = {};
    const address = await listen((request, response) => {
      Object.assign(seen, { method: request.method, url: request.url, headers: request.headers });
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        seen.body = body;
        response.writeHead(400, { "retry-after": "7" }).end('{"errors":["ü"]}');
      });
    });
    const got = await makeTransport(
      address,
      "",
    )(call({ method: "PATCH", path: "/v1/a/..~/b%20c?version=2", headers: { "x-vault-token": "t" }, body: '{"ü":1}' }));
    deepEqual(got, { status: 400, retryAfter: 7, text: '{"errors":["ü"]}' });
    equal(seen.method, "PATCH");
    equal(seen.url, "/v1/a/..~/b%20c?version=2");
    const { "x-vault-token": token, "content-length": length } = seen.headers ?? {};
    deepEqual([token, length], ["t", "8"]);
    equal(seen.body, '{"ü":1}');
  });

  it("joins characters that arrive in pieces", async () => {
    const bytes = Buffer.from("€");
    const address = await listen((_request, response) => {
      response.write(bytes.subarray(0, 1));
      setTimeout(() => response.end(bytes.subarray(1)), 10);
    });
    equal((await makeTransport(address, "")(call())).text, "€");
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`does not follow a redirect with status ${status.toString()}`, async () => {
      let requests = 0;
      const address = await listen((request, response) => {
        requests += 1;
        response.writeHead(status, { location: request.url === "/v1/x" ? "/v1/y" : "/" }).end();
      });
      equal((await makeTransport(address, "")(call())).status, status);
      equal(requests, 1);
    });
  }

  for (const path of [
    "/v1/a/../b",
    "/v1/a/./b",
    "/v1/..",
    "//evil.example.com/v1",
    "/v1/a b",
    "v1/x",
    "/v1/%2e%2e/x",
    "/v1\\x",
    "/v1/x#y",
    "/v1/\tx",
    "http://evil.example.com/",
    "",
  ]) {
    it(`refuses the path ${JSON.stringify(path)}, which would be sent as another`, async () => {
      let requests = 0;
      const address = await listen((_request, response) => {
        requests += 1;
        response.end();
      });
      const transport = makeTransport(address, "");
      await rejects(
        // It throws at once or rejects: nothing is sent either way.
        async () => transport(call({ path })),
        /is not the path/,
      );
      equal(requests, 0);
    });
  }

  it("sends empty segments as they are, which the path's encoding keeps out", async () => {
    const address = await listen((request, response) => response.end(request.url));
    equal((await makeTransport(address, "")(call({ path: "/v1/a//b" }))).text, "/v1/a//b");
  });

  it("takes half a body for no answer", async () => {
    const address = await listen((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half of hunter2");
      setTimeout(() => response.destroy(), 10);
    });
    await rejects(makeTransport(address, "")(call()), (error: unknown) => {
      unreachable(error);
      doesNotMatch(String((error as Error).stack), /hunter2/);
      return true;
    });
  });

  it("takes a chunked body that breaks off for no answer", async () => {
    const address = await listen((_request, response) => {
      response.write('{"data":');
      setTimeout(() => response.destroy(), 10);
    });
    await rejects(makeTransport(address, "")(call()), unreachable);
  });

  it("reads no more than its limit", async () => {
    const address = await listen((_request: IncomingMessage, response: ServerResponse) => {
      response.on("error", () => undefined);
      response.end("x".repeat(5_000));
    });
    await rejects(makeTransport(address, "", { callMs: 5_000, maxAnswerBytes: 4_999 })(call()), unreachable);
    equal((await makeTransport(address, "", { callMs: 5_000, maxAnswerBytes: 5_000 })(call())).text.length, 5_000);
  });

  it("waits no longer than its limit for an answer to begin", async () => {
    const address = await listen(() => undefined);
    const started = performance.now();
    await rejects(makeTransport(address, "", { callMs: 50, maxAnswerBytes: 100 })(call()), unreachable);
    // Without its own limit it would wait for 15 s.
    ok(performance.now() - started < 10_000);
  });

  it("waits no longer than its limit for an answer to end", async () => {
    const address = await listen((_request, response) => {
      const drip = setInterval(() => response.write("x"), 10);
      response.on("close", () => {
        clearInterval(drip);
      });
    });
    await rejects(makeTransport(address, "", { callMs: 100, maxAnswerBytes: 100_000 })(call()), unreachable);
  });

  it("uses a connection again", async () => {
    const ports = new Set<number | undefined>();
    const address = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("x");
    });
    const transport = makeTransport(address, "");
    for (let turn = 0; turn < 3; turn += 1) await transport(call());
    equal(ports.size, 1);
  });

  for (const [how, end] of [
    ["a reset", (response: ServerResponse) => response.socket?.resetAndDestroy()],
    ["an end", (response: ServerResponse) => response.socket?.destroy()],
  ] as const) {
    it(`gets through after an idle spell in which a gateway forgot all connections, with ${how} on the next packet`, async () => {
      let forgotten = new Set<unknown>();
      const known = new Set<unknown>();
      const address = await listen((request, response) => {
        if (forgotten.has(request.socket)) {
          end(response);
          return;
        }
        known.add(request.socket);
        // Long enough for all calls of a round to need a connection of their own.
        setTimeout(() => response.end("x"), 50);
      });
      const transport = makeTransport(address, "");
      const sideBySide = () => Promise.all(Array.from({ length: 8 }, () => transport(call())));
      await sideBySide();
      equal(known.size, 8);

      forgotten = new Set(known);

      // One after the other, each would meet the next of them, and its second attempt one more.
      for (let turn = 0; turn < 8; turn += 1) equal((await transport(call())).text, "x");
      equal((await sideBySide()).length, 8);
    });
  }

  it("gets through when the system tells at the first write that the connection is gone", async () => {
    const address = await listen(answer(200, "x"));
    const transport = makeTransport(address, "");
    await transport(call());
    // The kernel decides between this code and ECONNRESET by what it knows at that moment.
    const write = Reflect.get(Socket.prototype, "_write") as (
      this: Socket,
      ...given: Parameters<Socket["_write"]>
    ) => void;
    let failed = 0;
    Socket.prototype._write = function (data, encoding, done) {
      if (String(this.remotePort) !== new URL(address).port || failed > 0) {
        write.call(this, data, encoding, done);
        return;
      }
      failed += 1;
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    };
    try {
      equal((await transport(call())).text, "x");
    } finally {
      Socket.prototype._write = write;
    }
    equal(failed, 1);
  });

  it("sends a call no third time", async () => {
    let calls = 0;
    const address = await listen((_request, response) => {
      calls += 1;
      if (calls === 1) response.end("x");
      else response.socket?.resetAndDestroy();
    });
    const transport = makeTransport(address, "");
    await transport(call());

    await rejects(transport(call()), unreachable);

    equal(calls, 3);
  });

  it("says why nobody answers by the socket's code only", async () => {
    await rejects(makeTransport("http://127.0.0.1:9", "")(call()), (error: unknown) => {
      unreachable(error);
      match(String(error), /ECONNREFUSED/);
      return true;
    });
  });

  for (const [header, expected] of [
    ["5", 5],
    ["0", 0],
    ["-1", undefined],
    ["1.5", undefined],
    ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
    ["999999", undefined],
    ["1e3", undefined],
  ] as const) {
    it(`reads Retry-After ${header} as ${String(expected)}`, async () => {
      const address = await listen(answer(429, "", { "retry-after": header }));
      equal((await makeTransport(address, "")(call())).retryAfter, expected);
    });
  }

  describe("with TLS", () => {
    const mine = makeAuthority();

    it("trusts the private CA that it is given", async () => {
      const address = await listen(answer(200, "secure"), mine);
      equal((await makeTransport(address, mine.ca)(call())).text, "secure");
    });

    it("trusts no other CA, and not the server's own word", async () => {
      const address = await listen(answer(200, "secure"), mine);
      for (const ca of ["", makeAuthority("another CA").ca]) {
        await rejects(makeTransport(address, ca)(call()), unreachable);
      }
    });

    it("does not take a certificate for another host", async () => {
      const address = (await listen(answer(200, "secure"), mine)).replace("127.0.0.1", "localhost");
      await rejects(makeTransport(address, mine.ca)(call()), unreachable);
    });

    it("does not speak plainly to a server that wants TLS, nor the other way round", async () => {
      const secure = await listen(answer(200, "x"), mine);
      await rejects(makeTransport(secure.replace("https", "http"), "")(call()), unreachable);
      const plain = await listen(answer(200, "x"));
      await rejects(makeTransport(plain.replace("http", "https"), mine.ca)(call()), unreachable);
    });
  });

  it("refuses an address that is none", () => {
    throws(() => makeTransport("vault", ""));
  });
});
