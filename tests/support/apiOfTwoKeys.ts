/** A small HTTP API that takes two keys at once: the target of examples/rotation. */
import { serveKeys } from "./apiOfKeys";
import type { ApiOfKeys } from "./apiOfKeys";

export type ApiOfTwoKeys = ApiOfKeys;

const mostKeys = 2;

/** Starts it on a free port of loopback. */
export const startApi = (firstKey: string): Promise<ApiOfTwoKeys> =>
  serveKeys(firstKey, {
    path: "/keys",
    answer(keys, { method, key }) {
      if (method === "DELETE") {
        keys.delete(key);
        return 204;
      }
      if (keys.has(key)) return 204;
      if (keys.size >= mostKeys) return 409;
      keys.add(key);
      return 204;
    },
  });
