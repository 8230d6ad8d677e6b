import { deepEqual, equal, throws } from "node:assert/strict";

import { inTurns, median, ratios } from "../../bench/statistics";

describe("median", () => {
  it("is the middle one, or the mean of the two in the middle, in any order", () => {
    equal(median([3, 1, 2]), 2);
    equal(median([10, 1, 2, 3]), 2.5);
    equal(median([7]), 7);
  });

  it("sorts by number, not by text, and leaves the samples as they are", () => {
    const samples = [100, 9, 20];

    equal(median(samples), 20);
    deepEqual(samples, [100, 9, 20]);
  });

  it("is nothing of nothing", () => {
    throws(() => median([]), /no median/);
  });
});

describe("inTurns", () => {
  it("measures both in every turn and changes who goes first", async () => {
    const order: string[] = [];
    const measured = (name: string) => (): Promise<number> => Promise.resolve(order.push(name));

    const { ours, other } = await inTurns(3, measured("ours"), measured("other"));

    deepEqual(order, ["ours", "other", "other", "ours", "ours", "other"]);
    deepEqual(
      [ours, other],
      [
        [1, 4, 5],
        [2, 3, 6],
      ],
    );
  });
});

describe("ratios", () => {
  it("are of the same turn each", () => {
    deepEqual(ratios({ ours: [10, 30], other: [5, 60] }), [2, 0.5]);
  });

  it("are not made of unlike turns", () => {
    throws(() => ratios({ ours: [1, 2], other: [1] }), /only one side/);
  });
});
