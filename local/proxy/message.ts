/** One HTTP request of a client, read completely. Headers are `name, value, name, value, …` exactly as received. */
export interface ClientRequest {
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceAddress: string;
}

/** One HTTP answer, ready to be sent. Headers as in {@link ClientRequest}. */
export interface Answer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** A JSON object whose members have not been looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value of the first header with this name, compared without case. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === wanted) return rawHeaders[i + 1];
  }
  return undefined;
}

/** The same headers without the named ones, compared without case. */
export function withoutHeaders(rawHeaders: readonly string[], ...names: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!names.includes(name.toLowerCase())) kept.push(name, rawHeaders[i + 1] ?? "");
  }
  return kept;
}

/** Text as a JSON object; undefined when it is anything else. */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    // Not JSON: the parser's message quotes its input, which may hold a secret's value, so it goes no further.
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that is text, else undefined. */
export function textMember(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === "string" ? value : undefined;
}

/** The answer with another JSON body; status and the other headers stay. */
export function withJson(answer: Answer, body: unknown): Answer {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = withoutHeaders(answer.rawHeaders, "content-length", "transfer-encoding");
  return { status: answer.status, rawHeaders: [...headers, "content-length", String(bytes.length)], body: bytes };
}

/** A new JSON answer in the AWS JSON 1.1 protocol. */
export function jsonAnswer(status: number, requestId: string, body: unknown): Answer {
  const rawHeaders = ["content-type", "application/x-amz-json-1.1", "x-amzn-requestid", requestId];
  return withJson({ status, rawHeaders, body: Buffer.alloc(0) }, body);
}

/** An error as Secrets Manager answers it: status 400, `__type` and the message. */
export function errorAnswer(requestId: string, code: string, message: string): Answer {
  return jsonAnswer(400, requestId, { __type: code, message, Message: message });
}
