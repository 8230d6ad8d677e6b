import { createHash, createHmac } from "node:crypto";
import { parseXML } from "@aws-sdk/xml-builder";
import { SignatureV4 } from "@smithy/signature-v4";
import { firstText, isObject } from "../values";
import type { Values } from "../values";

/** A request takes at most this long, a large function's upload included. */
const timeLimitMs = 120_000;

/** What differs between the services: how a request names itself, and the variable that moves its address. */
const services = {
  iam: { endpointVariable: "AWS_ENDPOINT_URL_IAM", version: "2010-05-08" },
  sts: { endpointVariable: "AWS_ENDPOINT_URL_STS", version: "2011-06-15" },
  sqs: { endpointVariable: "AWS_ENDPOINT_URL_SQS", target: "AmazonSQS", json: "1.0" },
  sns: { endpointVariable: "AWS_ENDPOINT_URL_SNS", version: "2010-03-31" },
  events: { endpointVariable: "AWS_ENDPOINT_URL_EVENTBRIDGE", target: "AWSEvents", json: "1.1" },
  logs: { endpointVariable: "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", target: "Logs_20140328", json: "1.1" },
  monitoring: { endpointVariable: "AWS_ENDPOINT_URL_CLOUDWATCH", target: "GraniteServiceVersion20100801", json: "1.0" },
  lambda: { endpointVariable: "AWS_ENDPOINT_URL_LAMBDA" },
  apigateway: { endpointVariable: "AWS_ENDPOINT_URL_APIGATEWAYV2" },
} as const;

type Service = keyof typeof services;

/** An answer that says no. */
export class AwsError extends Error {
  constructor(
    operation: string,
    readonly code: string,
    message: string,
  ) {
    super(`${operation}: ${code}: ${message}`);
    this.name = "AwsError";
  }
}

export interface AwsClient {
  readonly region: string;
  /** AWS JSON protocol. */
  readonly json: (
    service: "sqs" | "events" | "logs" | "monitoring",
    operation: string,
    body: Values,
  ) => Promise<Values>;
  /** Query protocol; the answer is the `<Operation>Result` element as an object of texts. */
  readonly query: (service: "iam" | "sts" | "sns", operation: string, parameters: Values) => Promise<Values>;
  /** REST-JSON protocol. */
  readonly rest: (
    service: "lambda" | "apigateway",
    method: string,
    path: string,
    body?: Values,
    query?: Query,
  ) => Promise<Values>;
}

type Query = Readonly<Record<string, string | string[]>>;

/** The hash that the signer wants: keyed when it is given a secret. */
class Sha256 {
  private readonly secret: Uint8Array | undefined;
  private hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = secret === undefined ? undefined : Buffer.from(secret as Uint8Array);
    this.hash = this.start();
  }

  private start() {
    return this.secret === undefined ? createHash("sha256") : createHmac("sha256", this.secret);
  }

  update(chunk: Uint8Array): void {
    this.hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    this.hash = this.start();
  }
}

interface Settings {
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly endpointOf: (service: Service) => URL;
}

function settingsOf(env: NodeJS.ProcessEnv): Settings {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (!AWS_ENDPOINT_URL || !region || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error(
      "The local aws provider needs AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; it never talks to AWS itself.",
    );
  }
  return {
    region,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    },
    endpointOf: (service) => new URL(env[services[service].endpointVariable] ?? AWS_ENDPOINT_URL),
  };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly errorType: string | undefined;
  readonly body: string;
}

/** A query parameter of the REST protocol may occur several times. */
function queryString(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}

async function send(settings: Settings, service: Service, request: Request): Promise<Answer> {
  const endpoint = settings.endpointOf(service);
  const signer = new SignatureV4({
    service,
    region: settings.region,
    credentials: settings.credentials,
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    path: request.path,
    query: Object.fromEntries(Object.entries(request.query)),
    headers: { host: endpoint.host, ...request.headers },
    body: request.body,
  });
  // fetch sets the host itself.
  const headers = Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== "host"));
  const response = await fetch(new URL(request.path + queryString(request.query), endpoint), {
    method: request.method,
    headers,
    redirect: "error",
    signal: AbortSignal.timeout(timeLimitMs),
    ...(request.body === "" ? {} : { body: request.body }),
  });
  return {
    ok: response.ok,
    status: response.status,
    errorType: response.headers.get("x-amzn-errortype") ?? undefined,
    body: await response.text(),
  };
}

const asObject = (value: unknown): Values => (isObject(value) ? value : {});

/** `com.amazonaws.sqs#QueueDoesNotExist` and `QueueDoesNotExist:http://…` are both `QueueDoesNotExist`. */
const shortCode = (code: string): string => (code.split("#").at(-1) ?? code).split(":")[0] ?? code;

function jsonAnswer(operation: string, answer: Answer): Values {
  const body = asObject(answer.body === "" ? {} : JSON.parse(answer.body));
  if (answer.ok) return body;
  const code = firstText(answer.errorType, body.__type, body.code) ?? `HTTP ${answer.status}`;
  throw new AwsError(operation, shortCode(code), firstText(body.message, body.Message) ?? "no message");
}

function xmlAnswer(operation: string, answer: Answer): Values {
  const document = asObject(parseXML(answer.body) as unknown);
  if (answer.ok) return asObject(asObject(document[`${operation}Response`] ?? document)[`${operation}Result`]);
  const error = asObject(asObject(document.ErrorResponse ?? document).Error ?? document.Error);
  const code = firstText(error.Code) ?? `HTTP ${answer.status}`;
  throw new AwsError(operation, code, firstText(error.Message) ?? "no message");
}

/** A list in the query protocol: `Tags.member.1.Key=…`. */
function flatten(prefix: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  const under = prefix === "" ? "" : `${prefix}.`;
  if (Array.isArray(value)) return value.flatMap((member, index) => flatten(`${under}member.${index + 1}`, member));
  if (isObject(value)) return Object.entries(value).flatMap(([name, member]) => flatten(under + name, member));
  return [[prefix, typeof value === "string" ? value : JSON.stringify(value)]];
}

/**
 * A client of the AWS emulator, whose requests are signed.
 *
 * @param env needs AWS_ENDPOINT_URL (or its form for one service), AWS_REGION and the credentials
 */
export function awsClient(env: NodeJS.ProcessEnv): AwsClient {
  const settings = settingsOf(env);
  return {
    region: settings.region,

    async json(service, operation, body) {
      const { target, json } = services[service];
      const headers = { "content-type": `application/x-amz-json-${json}`, "x-amz-target": `${target}.${operation}` };
      const request = { method: "POST", path: "/", query: {}, headers, body: JSON.stringify(body) };
      return jsonAnswer(operation, await send(settings, service, request));
    },

    async query(service, operation, parameters) {
      const form = flatten("", { Action: operation, Version: services[service].version, ...parameters });
      const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
      const request = { method: "POST", path: "/", query: {}, headers, body: new URLSearchParams(form).toString() };
      return xmlAnswer(operation, await send(settings, service, request));
    },

    async rest(service, method, path, body, query = {}) {
      const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
      const request = { method, path, query, headers, body: body === undefined ? "" : JSON.stringify(body) };
      return jsonAnswer(`${method} ${path}`, await send(settings, service, request));
    },
  };
}

/**
 * Runs a request whose object may be gone.
 *
 * @returns undefined when the answer is one of these error codes
 */
export async function unlessMissing<T>(codes: readonly string[], request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof AwsError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
