/** Requests to one KV version 2 mount: the token, one fresh login after a 403, and a missing mount told from a missing path. */
import { urlPath } from "../model/path";
import { retryableError } from "../shared/errors";
import type { TokenSource } from "./token";
import type { Answer, Call, Transport } from "./transport";
import { isMountMissing } from "./vaultErrors";

export type KvRequest = Pick<Call, "step" | "method" | "path"> & { readonly body?: string; readonly type?: string };

export interface KvOptions {
  readonly transport: Transport;
  readonly token: TokenSource;
  readonly mount: string;
  readonly namespace: string;
}

export interface Kv {
  /** Sends with the current token, and once more with a fresh one when Vault says 403. */
  readonly send: (request: KvRequest) => Promise<Answer>;
  /** The URL's path of an entry below the mount. */
  readonly url: (api: "data" | "metadata", path: string) => string;
}

export function makeKv({ transport, token, mount, namespace }: KvOptions): Kv {
  async function once(request: KvRequest): Promise<{ readonly answer: Answer; readonly used: string }> {
    const used = await token.get();
    const answer = await transport({
      step: request.step,
      method: request.method,
      path: request.path,
      headers: {
        "x-vault-token": used,
        "x-vault-request": "true",
        ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
        ...(request.body === undefined ? {} : { "content-type": request.type ?? "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return { answer, used };
  }

  return {
    async send(request) {
      const first = await once(request);
      if (first.answer.status === 403) token.drop(first.used);
      const { answer } = first.answer.status === 403 ? await once(request) : first;
      if (isMountMissing(answer))
        throw retryableError("vault-mount-missing", request.step, `Vault has no mount ${mount}`);
      return answer;
    },
    url: (api, path) => `/v1/${urlPath(mount)}/${api}/${urlPath(path)}`,
  };
}
