/** HTTP to Vault: time limits, keep-alive, a private CA, no redirects, bounded answers, and no text in errors. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

import { retryableError } from "../shared/errors";
import type { Step } from "../shared/errors";

export interface Call {
  readonly step: Step;
  readonly method: "GET" | "POST" | "PATCH";
  /** Absolute and encoded, with its query if it has one. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter?: number;
  readonly text: string;
}

export type Transport = (call: Call) => Promise<Answer>;

export interface Limits {
  /** Milliseconds of one call, from the first byte out to the last byte in. Vault's own limit is 90 seconds. */
  readonly callMs: number;
  /** A 64 KiB binary is 87 KiB of base64; strings may grow sixfold in escapes. */
  readonly maxAnswerBytes: number;
}

const defaultLimits: Limits = { callMs: 15_000, maxAnswerBytes: 8 * 1024 * 1024 };

/** The socket's or TLS library's error code, the only part of such an error that is free of foreign text. */
const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "no error code";

/** How the first packet fails on a connection that the other side, or a gateway in between, has forgotten. */
const goneWhileIdle: readonly string[] = ["ECONNRESET", "EPIPE"];

/** A gateway forgets all connections of an idle spell at once: the next call must not meet the next of them. */
function closeIdle({ freeSockets }: HttpAgent | HttpsAgent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of [...(sockets ?? [])]) socket.destroy();
}

const secondsIn = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) : undefined;

/**
 * Makes the transport for a server.
 *
 * @param address `https://host[:port]`, without a path
 * @param ca PEM of a private CA; empty for the public ones
 * @param limits 15 seconds and 8 MiB unless told
 * @throws (the transport) a RetryableError `vault-unreachable` when no whole answer came
 */
export function makeTransport(address: string, ca: string, limits: Limits = defaultLimits): Transport {
  const base = new URL(address);
  const secure = base.protocol === "https:";
  const options = { keepAlive: true, maxSockets: 32 };
  const agent = secure ? new HttpsAgent({ ...options, ...(ca === "" ? {} : { ca }) }) : new HttpAgent(options);
  const request = secure ? httpsRequest : httpRequest;

  const attempt = (call: Call, isRetry: boolean): Promise<Answer> => {
    const url = new URL(call.path, base);
    if (url.pathname + url.search !== call.path || url.host !== base.host) {
      // A URL parser cleans dots and slashes; a path that it would clean must never be sent.
      throw new Error(`the path asked for at step ${call.step} is not the path that would be sent`);
    }
    return new Promise<Answer>((resolve, reject) => {
      const fail = (detail: string) => {
        reject(retryableError("vault-unreachable", call.step, detail));
      };
      const sent = request(
        url,
        {
          method: call.method,
          agent,
          signal: AbortSignal.timeout(limits.callMs),
          headers: {
            ...call.headers,
            ...(call.body === undefined ? {} : { "content-length": Buffer.byteLength(call.body).toString() }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            chunks.push(chunk);
            if (size <= limits.maxAnswerBytes) return;
            // Rejected before the destroy: an answer whose end came with this chunk would otherwise count as complete.
            fail("the answer is too large");
            sent.destroy();
          });
          response.on("error", (error) => {
            fail(codeOf(error));
          });
          response.on("close", () => {
            if (!response.complete) fail("the answer broke off");
          });
          response.on("end", () => {
            const retryAfter = secondsIn(response.headers["retry-after"]);
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString("utf8"),
              ...(retryAfter === undefined ? {} : { retryAfter }),
            });
          });
        },
      );
      sent.on("error", (error) => {
        const code = codeOf(error);
        // The connections of a frozen container may have been closed, so the call is sent once more. Any call may be sent
        // twice: a write has its check-and-set base, and a patch repeats the same labels.
        if (sent.reusedSocket && !isRetry && goneWhileIdle.includes(code)) {
          closeIdle(agent);
          resolve(attempt(call, true));
        } else fail(code);
      });
      sent.end(call.body);
    });
  };
  return (call) => attempt(call, false);
}
