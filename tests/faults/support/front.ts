/** Stands before a server and does to each call what a test says: pass it, or let the wire fail in a given way. */
import { Agent, createServer, request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

import type { Request, Response } from "../../bundle/support/server";

/**
 * What happens to one call. `acted`: the server gets it and does it, only the answer suffers.
 *
 * - `pass`: nothing.
 * - `reset`: the connection is reset.
 * - `silence`: no answer ever comes; the connection stays open.
 * - `answer`: another answer than the server's.
 * - `cut`: half of the server's answer, then the connection ends.
 * - `stall`: half of the server's answer, then silence.
 */
export type Treatment =
  | { readonly do: "pass" }
  | { readonly do: "reset" | "silence"; readonly acted: boolean }
  | { readonly do: "answer"; readonly acted: boolean; readonly response: Response }
  | { readonly do: "cut" | "stall" };

export interface FrontHooks {
  /** Milliseconds since the epoch, for the answers' dates: the SDK takes a foreign date for a clock that is wrong. */
  readonly now: () => number;
  /** Called when a call has arrived whole, before the server sees it. */
  readonly arrived: (call: Request) => Treatment;
  /** Called when the server has acted, before its answer goes out. */
  readonly acted: (call: Request, answer: Response, treatment: Treatment) => void;
}

export interface Front {
  readonly address: string;
  /** From now on nothing listens here, and open connections end with the answers that they wait for. */
  readonly close: () => void;
  /** Listens again at the same address. */
  readonly open: () => Promise<void>;
  /** Drops all connections and stops for good. */
  readonly stop: () => void;
}

const hopByHop = ["connection", "keep-alive", "transfer-encoding", "content-length", "host"];

const plainHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" && !hopByHop.includes(name) ? [[name, value]] : [],
    ),
  );

async function whole(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Starts a front before `target`, an `http://host:port`. */
export async function startFront(target: string, hooks: FrontHooks): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  let listening = true;

  const forward = (call: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      const headers = { ...plainHeaders(call.headers), "content-length": Buffer.byteLength(call.body).toString() };
      const sent = request(new URL(call.path, target), { method: call.method, agent, headers }, (answer) => {
        whole(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, headers: plainHeaders(answer.headers), body });
        }, reject);
      });
      sent.on("error", reject);
      sent.end(call.body);
    });

  function send(outgoing: ServerResponse, { status, headers, body }: Response, part: "whole" | "cut" | "stall"): void {
    const bytes = Buffer.from(body, "utf8");
    const none = part === "whole" && status === 204;
    // A 204 has no body of which half could be missing.
    outgoing.writeHead(status === 204 && !none ? 200 : status, {
      ...headers,
      date: new Date(hooks.now()).toUTCString(),
      ...(none ? {} : { "content-length": part === "whole" ? bytes.length : Math.max(bytes.length, 10) }),
      ...(listening ? {} : { connection: "close" }),
    });
    if (part === "whole") {
      outgoing.end(bytes);
      return;
    }
    // A head alone would wait for its first byte of body.
    outgoing.flushHeaders();
    outgoing.write(bytes.subarray(0, bytes.length / 2), () => {
      if (part === "cut") outgoing.socket?.destroy();
    });
  }

  async function treat(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = incoming;
    const call: Request = { method, path: url, headers, body: await whole(incoming) };
    const treatment = hooks.arrived(call);
    const reaches = "acted" in treatment ? treatment.acted : true;
    const answer = reaches ? await forward(call) : undefined;
    if (answer !== undefined) hooks.acted(call, answer, treatment);
    switch (treatment.do) {
      case "reset":
        outgoing.socket?.resetAndDestroy();
        return;
      case "silence":
        return;
      case "answer":
        send(outgoing, treatment.response, "whole");
        return;
      case "pass":
      case "cut":
      case "stall":
        if (answer === undefined) throw new Error("a call that should pass did not reach the server");
        send(outgoing, answer, treatment.do === "pass" ? "whole" : treatment.do);
        return;
      default:
        treatment satisfies never;
    }
  }

  const server = createServer((incoming, outgoing) => {
    // The caller may be killed in the middle of its call.
    treat(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // A test that fails before it can stop the front must not be kept alive by it.
  server.unref();
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
  await listen(0);
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("a TCP server has no port");
  return {
    address: `http://127.0.0.1:${place.port.toString()}`,
    close: () => {
      listening = false;
      server.close();
      server.closeIdleConnections();
    },
    open: async () => {
      server.closeAllConnections();
      listening = true;
      await listen(place.port);
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}
