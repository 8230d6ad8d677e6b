import { Agent, request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { jsonObject, withoutHeaders } from "./message";
import type { Answer, ClientRequest, JsonObject } from "./message";

/** The AWS emulator behind the proxy. */
export interface Emulator {
  /** Sends a request that was read completely and reads the answer completely. */
  send(request: ClientRequest): Promise<Answer>;
  /** Streams a request through, and its answer back, without reading either. */
  pass(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Calls an AWS JSON API as the account's root, who is allowed everything. */
  rootJson(region: string, target: string, input: JsonObject): Promise<RootAnswer>;
  /** Calls an AWS Query API (IAM) as the account's root; the answer is XML text. */
  rootQuery(service: string, parameters: Readonly<Record<string, string>>): Promise<{ status: number; xml: string }>;
  /** Calls a REST API (Lambda) as the account's root. */
  rootGet(region: string, service: string, path: string): Promise<RootAnswer>;
  close(): void;
}

export interface RootAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

const JSON_SERVICES: Readonly<Record<string, string>> = { AWSEvents: "events", AmazonSQS: "sqs" };

// The emulator closes a connection that was idle for 5 s; ours goes first, so that no request meets a closing one.
const IDLE_MS = 3_000;

const PER_CONNECTION = ["connection", "keep-alive", "expect", "proxy-connection"] as const;

/**
 * Connects to the emulator over kept-alive connections.
 * @param address its http address, for example `http://127.0.0.1:4566`
 * @param account the twelve digits; the emulator takes them as the access key of that account's root, without a signature
 * @param region where calls to services without regions are signed for
 */
export function connectEmulator(address: string, account: string, region: string): Emulator {
  const { hostname, port } = new URL(address);
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  const open = (method: string, path: string, rawHeaders: readonly string[]) =>
    httpRequest({ agent, hostname, port, method, path, headers: withoutHeaders(rawHeaders, ...PER_CONNECTION) });

  async function send(sent: ClientRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = open(sent.method, sent.path, sent.rawHeaders);
      outgoing.once("error", reject);
      outgoing.once("response", (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.once("error", reject);
        incoming.once("end", () => {
          const body = Buffer.concat(chunks);
          const headers = withoutHeaders(incoming.rawHeaders, "transfer-encoding", "content-length", ...PER_CONNECTION);
          headers.push("content-length", String(body.length));
          resolve({ status: incoming.statusCode ?? 502, rawHeaders: headers, body });
        });
      });
      outgoing.end(sent.body);
    });
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const outgoing = open(request.method ?? "GET", request.url ?? "/", request.rawHeaders);
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once("response", resolve);
      outgoing.once("error", reject);
    });
    const [incoming] = await Promise.all([answered, pipeline(request, outgoing)]);
    response.writeHead(incoming.statusCode ?? 502, withoutHeaders(incoming.rawHeaders, ...PER_CONNECTION));
    await pipeline(incoming, response);
  }

  async function asRoot(
    where: string,
    service: string,
    request: { method: string; path: string; headers: string[]; body: string },
  ): Promise<Answer> {
    const body = Buffer.from(request.body);
    const date = new Date().toISOString().slice(0, 10).replaceAll("-", "");
    const credential = `${account}/${date}/${where}/${service}/aws4_request`;
    const rawHeaders = [
      ...["host", `${hostname}:${port}`, "content-length", String(body.length)],
      ...["authorization", `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=root`],
      ...request.headers,
    ];
    return send({ method: request.method, path: request.path, rawHeaders, body, sourceAddress: hostname });
  }

  async function rootJson(where: string, target: string, input: JsonObject): Promise<RootAnswer> {
    const prefix = target.split(".", 1)[0] ?? "";
    const headers = ["content-type", "application/x-amz-json-1.1", "x-amz-target", target];
    const body = JSON.stringify(input);
    const service = JSON_SERVICES[prefix] ?? prefix;
    const answer = await asRoot(where, service, { method: "POST", path: "/", headers, body });
    return { status: answer.status, body: jsonObject(answer.body.toString("utf8")) ?? {} };
  }

  async function rootQuery(service: string, parameters: Readonly<Record<string, string>>) {
    const headers = ["content-type", "application/x-www-form-urlencoded"];
    const body = new URLSearchParams(parameters).toString();
    const answer = await asRoot(region, service, { method: "POST", path: "/", headers, body });
    return { status: answer.status, xml: answer.body.toString("utf8") };
  }

  async function rootGet(where: string, service: string, path: string): Promise<RootAnswer> {
    const answer = await asRoot(where, service, { method: "GET", path, headers: [], body: "" });
    return { status: answer.status, body: jsonObject(answer.body.toString("utf8")) ?? {} };
  }

  function close(): void {
    agent.destroy();
  }

  return { send, pass, rootJson, rootQuery, rootGet, close };
}
