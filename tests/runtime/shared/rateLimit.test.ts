import { deepEqual } from "node:assert/strict";

import { makeRateLimit } from "../../../runtime/shared/rateLimit";

describe("makeRateLimit", () => {
  const run = async (perSecond: number, asks: readonly number[]): Promise<readonly number[]> => {
    let time = 0;
    const waits: number[] = [];
    const pace = makeRateLimit(
      perSecond,
      () => time,
      (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    );
    const waited: number[] = [];
    for (const ask of asks) {
      time = ask;
      const before = waits.length;
      await pace();
      waited.push(waits.slice(before).reduce((a, b) => a + b, 0));
    }
    return waited;
  };

  it("lets the first call go at once and spaces those that come together", async () => {
    deepEqual(await run(2, [1_000, 1_000, 1_000]), [0, 500, 1_000]);
  });

  it("does not save up calls while nobody asks", async () => {
    deepEqual(await run(1, [0, 60_000, 60_000]), [0, 0, 1_000]);
  });

  it("keeps a rate under one call a second", async () => {
    deepEqual(await run(0.1, [0, 4_000]), [0, 6_000]);
  });
});
