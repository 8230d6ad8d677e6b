/** Fields of DescribeSecret's answer that this version of the SDK does not know, and drops. */
import type { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";

import { membersOf } from "../shared/members";

/** As AWS sends it, before the SDK reads it. */
interface RawResponse {
  body?: AsyncIterable<Uint8Array> | Uint8Array;
}

/** A parser's error could quote the text, and the SDK tells of an answer that is no JSON. */
function membersIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * Has the call keep its answer as it came.
 *
 * @returns a function that gives the answer's members once the call has ended well
 */
export function keepAnswer(command: DescribeSecretCommand): () => Readonly<Record<string, unknown>> {
  let members: Readonly<Record<string, unknown>> = {};
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as RawResponse;
      const chunks: Uint8Array[] = [];
      if (response.body instanceof Uint8Array) chunks.push(response.body);
      else for await (const chunk of response.body ?? []) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      members = membersIn(bytes.toString("utf8"));
      // The stream has been read; the SDK takes bytes as well.
      response.body = new Uint8Array(bytes);
      return result;
    },
    // The last before the wire.
    { step: "deserialize", priority: "low", name: "keepAnswer" },
  );
  return () => members;
}
