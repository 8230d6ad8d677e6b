import { deepEqual, equal, ok } from "node:assert/strict";

import { makeDeleteLimit } from "../../../runtime/mover/deleteLimit";
import { isRetryableError } from "../../../runtime/shared/errors";

/** What each of these asks waits, in milliseconds; `late` when it is sent back, with the seconds it shall wait. */
async function waits(perSecond: number, asks: readonly number[]): Promise<readonly (number | string)[]> {
  let time = 0;
  let waited = 0;
  const limit = makeDeleteLimit(
    perSecond,
    () => time,
    (ms) => {
      waited = ms;
      return Promise.resolve();
    },
  );
  const all: (number | string)[] = [];
  for (const ask of asks) {
    time = ask;
    waited = 0;
    try {
      await limit();
      all.push(waited);
    } catch (error) {
      ok(isRetryableError(error));
      equal(error.code, "rate-limited");
      all.push(`late ${(error.retryAfter ?? 0).toString()}`);
    }
  }
  return all;
}

describe("the pace of deletes", () => {
  it("lets a few go at once, and spaces the others", async () => {
    deepEqual(await waits(1, [0, 0, 0, 0, 0, 0, 0]), [0, 0, 0, 0, 0, 1_000, 2_000]);
  });

  it("keeps the rate over any longer time", async () => {
    const asks = Array.from({ length: 60 }, (_, second) => second * 1_000);
    deepEqual(new Set(await waits(1, asks)), new Set([0]));
    const twice = await waits(1, asks.flatMap((ask) => [ask, ask]).slice(0, 20));
    ok(twice.slice(10).every((wait) => typeof wait === "number" && wait > 0));
  });

  it("saves up no more than the few, however long nobody asks", async () => {
    deepEqual(
      await waits(1, [0, 3_600_000, 3_600_000, 3_600_000, 3_600_000, 3_600_000, 3_600_000]),
      [0, 0, 0, 0, 0, 0, 1_000],
    );
  });

  it("sends back whose turn is far away, and takes no turn for it", async () => {
    const slow = await waits(0.05, [0, 0, 0, 0, 0, 0, 0, 5_000]);
    deepEqual(slow, [0, 0, 0, 0, 0, "late 20", "late 20", "late 15"]);
    equal((await waits(0.05, [0, 0, 0, 0, 0, 0, 12_000])).at(-1), 8_000);
  });
});
