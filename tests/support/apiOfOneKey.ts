/** A small HTTP API that takes one key at a time: the target of examples/rotation-single-key. */
import { serveKeys } from "./apiOfKeys";
import type { ApiOfKeys } from "./apiOfKeys";

/** Shorter keys are refused. */
const leastLength = 32;

/** Starts it on a free port of loopback. */
export const startApiOfOneKey = (firstKey: string): Promise<ApiOfKeys> =>
  serveKeys(firstKey, {
    path: "/key",
    answer(keys, { key }) {
      if (key.length < leastLength) return 422;
      keys.clear();
      keys.add(key);
      return 204;
    },
  });
