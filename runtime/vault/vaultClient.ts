/** node-vault over our transport: it does the login and the set-up, and prints nothing. */
import nodeVault = require("node-vault");

import { retryableError } from "../shared/errors";
import type { Step, RetryableError } from "../shared/errors";
import type { Answer, Transport } from "./transport";
import { answerError, readJson } from "./vaultErrors";

interface RequestOptions {
  readonly uri: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

const methods: readonly string[] = ["GET", "POST"];
const isMethod = (method: string): method is "GET" | "POST" => methods.includes(method);

/** What node-vault asks of the request library that it lets us replace. */
const requestLibrary = (transport: Transport, step: Step) => ({
  defaults: () => async (options: RequestOptions) => {
    const { pathname } = new URL(options.uri);
    if (!isMethod(options.method)) throw new Error(`node-vault sent ${options.method}, which the mover never asks for`);
    const body = typeof options.json === "object" ? JSON.stringify(options.json) : undefined;
    const answer = await transport({
      step,
      method: options.method,
      path: pathname,
      headers: { ...options.headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body }),
    });
    const refused = answer.status !== 200 && answer.status !== 204;
    return {
      statusCode: answer.status,
      // A refusal travels whole: it need not be JSON, and node-vault would drop its Retry-After.
      body: refused ? answer : answer.text === "" ? undefined : readJson(step, answer.text),
      request: { path: pathname },
    };
  },
});

const silent = (): void => undefined;

export interface VaultClientOptions {
  readonly address: string;
  readonly namespace: string;
  readonly token?: string;
}

/** Makes a node-vault client whose every request goes through the transport. */
export function makeVaultClient(transport: Transport, step: Step, options: VaultClientOptions): nodeVault.client {
  const client = nodeVault({
    endpoint: options.address,
    // Its own debug output would print tokens and data.
    debug: silent,
    "request-promise": requestLibrary(transport, step),
  });
  // Set here and not above, where an empty text would make it read the environment instead.
  client.token = options.token ?? "";
  Object.assign(client, { namespace: options.namespace, pathPrefix: "" });
  return client;
}

interface VaultFailure {
  readonly response: { readonly body: Answer };
}

const isVaultFailure = (error: unknown): error is VaultFailure =>
  error instanceof Error && "response" in error && typeof error.response === "object" && error.response !== null;

/** Vault's refusal, when that is what node-vault threw; for decisions, never for a message. */
export function refusalOf(error: unknown): Answer | undefined {
  return isVaultFailure(error) ? error.response.body : undefined;
}

/** Maps what node-vault threw: its errors hold Vault's answer, which must not travel. */
export function clientError(step: Step, error: unknown): RetryableError {
  if (error instanceof Error && error.name === "RetryableError") return error as RetryableError;
  const refusal = refusalOf(error);
  return refusal === undefined
    ? retryableError("vault-failing", step, "node-vault failed without an answer of Vault")
    : answerError(step, refusal);
}
