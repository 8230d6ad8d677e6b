import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { randomUUID } from "node:crypto";
import { knowCallers } from "./callerIdentity";
import { connectEmulator } from "./emulator";
import { deliverEvents } from "./eventDelivery";
import { jsonAnswer } from "./message";
import type { Answer, ClientRequest } from "./message";
import { readRolePolicies } from "./rolePolicies";
import { secretsManager } from "./secretsManager";
import { claimOf } from "./signature";
import { makeTokenKeys } from "./tokenKeys";
import { FEDERATION_ACTIONS, issueWebIdentities } from "./webIdentity";

export interface ProxySettings {
  /** Address of the AWS emulator, for example `http://127.0.0.1:4566`. */
  readonly emulator: string;
  /** The twelve digits of the account. */
  readonly account: string;
  /** The home region; a request that is signed for another one is served there. */
  readonly region: string;
  /** Port on 127.0.0.1. Defaults to a free one. */
  readonly port?: number;
  /** Whether the account's issuer of web identity tokens is on from the start. Defaults to true; on AWS it is off. */
  readonly tokenIssuerEnabled?: boolean;
  /** Called with one line for each thing that went wrong; no line holds a secret's value. Defaults to standard error. */
  readonly report?: (line: string) => void;
}

export interface Proxy {
  /** The one address for every AWS client: Secrets Manager, STS and all that the emulator serves. */
  readonly endpoint: string;
  /** The OIDC issuer of the account's web identity tokens. */
  readonly issuer: string;
  /** Resolves when all CloudTrail events so far were delivered. */
  drain(): Promise<void>;
  /** Delivers what is left, closes all connections and frees the port. */
  stop(): Promise<void>;
}

const MOST_BODY_BYTES = 8 * 1024 * 1024;
const SECRETS_MANAGER = "secretsmanager.";
const FORM = "application/x-www-form-urlencoded";

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Starts the reverse proxy before the AWS emulator, on 127.0.0.1. It adds what AWS does and the emulator does not:
 * CloudTrail events of Secrets Manager's writes, AWS's own refusals, and web identity tokens that can be verified.
 * Every other request streams through untouched.
 */
export async function startProxy(settings: ProxySettings): Promise<Proxy> {
  const { account, region } = settings;
  const report = settings.report ?? ((line: string) => process.stderr.write(`aws proxy: ${line}\n`));
  const emulator = connectEmulator(settings.emulator, account, region);
  const callers = knowCallers(emulator, account);
  const delivery = deliverEvents(emulator, report);
  const around = { emulator, callers, policies: readRolePolicies(emulator), rotationCancelled: new Set<string>() };
  const secrets = secretsManager(around, delivery, account);

  const server = createServer({ keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  const endpoint = `http://127.0.0.1:${address.port}`;
  const issuer = `${endpoint}/issuer`;
  const enabled = settings.tokenIssuerEnabled ?? true;
  const webIdentity = issueWebIdentities({ emulator, callers, keys: makeTokenKeys(), account, issuer, enabled });

  async function answerForm(request: ClientRequest): Promise<Answer> {
    const action = new URLSearchParams(request.body.toString("utf8")).get("Action") ?? "";
    const service = claimOf(request)?.service;
    if (service === "sts" && action === "GetWebIdentityToken") return webIdentity.token(request);
    if (service === "iam" && FEDERATION_ACTIONS.has(action)) return webIdentity.federation(action, request);
    return emulator.send(request);
  }

  function isForm(request: IncomingMessage): boolean {
    const isQueryCall = request.method === "POST" && (request.headers["content-type"] ?? "").startsWith(FORM);
    return isQueryCall && /\/(sts|iam)\/aws4_request/.test(request.headers.authorization ?? "");
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    const method = incoming.method ?? "GET";
    const document = method === "GET" ? webIdentity.document(path) : undefined;
    if (document !== undefined) {
      write(outgoing, document);
      return;
    }
    const target = String(incoming.headers["x-amz-target"] ?? "");
    const isSecrets = target.startsWith(SECRETS_MANAGER);
    if (!isSecrets && !isForm(incoming)) return emulator.pass(incoming, outgoing);
    const body = await readBody(incoming);
    if (body === undefined) {
      write(outgoing, jsonAnswer(413, randomUUID(), { __type: "RequestEntityTooLarge" }));
      return;
    }
    const sourceAddress = incoming.socket.remoteAddress ?? "";
    const request = { method, path, rawHeaders: incoming.rawHeaders, body, sourceAddress };
    const answered = isSecrets ? secrets.answer(request, target.slice(SECRETS_MANAGER.length)) : answerForm(request);
    write(outgoing, await answered);
  }

  server.on("request", (incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      // A client that has hung up needs no answer.
      if (outgoing.destroyed) return;
      report(`${incoming.method ?? ""} failed: ${error instanceof Error ? error.message : "unknown error"}`);
      if (outgoing.headersSent) return void outgoing.destroy();
      write(outgoing, jsonAnswer(500, randomUUID(), { __type: "InternalServiceError", message: "The proxy failed." }));
    });
  });

  return {
    endpoint,
    issuer,
    drain: () => delivery.drain(),
    async stop() {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      server.closeIdleConnections();
      await delivery.drain();
      server.closeAllConnections();
      await closed;
      emulator.close();
    },
  };
}

function write(outgoing: ServerResponse, answer: Answer): void {
  outgoing.writeHead(answer.status, [...answer.rawHeaders]);
  outgoing.end(answer.body);
}
