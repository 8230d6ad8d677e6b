import { deepEqual, equal } from "node:assert/strict";

import { assert, double, integer, property } from "fast-check";

import { delaySeconds } from "../../../runtime/mover/backoff";

describe("delaySeconds", () => {
  it("doubles up to 15 minutes", () => {
    deepEqual(
      [1, 2, 3, 7, 8, 9, 50, 100, 5_000].map((receives) => delaySeconds(receives, 0)),
      [5, 10, 20, 320, 640, 900, 900, 900, 900],
    );
  });

  it("takes up to a half off, so that messages do not come back together", () => {
    equal(delaySeconds(9, 1), 450);
    equal(delaySeconds(9, 0.5), 675);
  });

  it("waits as long as a server asks, but no longer than 15 minutes", () => {
    equal(delaySeconds(1, 0, 60.2), 61);
    equal(delaySeconds(1, 0, 86_400), 900);
    equal(delaySeconds(9, 0, 1), 900);
  });

  it("adds up to a half to what a server asks, so that those it sent away do not come back together", () => {
    equal(delaySeconds(1, 0.5, 60), 75);
    equal(delaySeconds(1, 1, 60), 90);
  });

  it("is always a whole number of seconds that ChangeMessageVisibility takes", () => {
    assert(
      property(integer({ min: 1, max: 10_000 }), double({ min: 0, max: 1, noNaN: true }), (receives, random) => {
        const seconds = delaySeconds(receives, random);
        return Number.isInteger(seconds) && seconds >= 1 && seconds <= 900;
      }),
    );
  });

  it("costs a message fewer than 60 receives in 12 hours", () => {
    let elapsed = 0;
    let receives = 0;
    while (elapsed < 12 * 3_600) elapsed += delaySeconds((receives += 1), 0);
    equal(receives < 60, true);
  });

  it("stays under 104 receives in 12 hours even at the shortest rests", () => {
    let elapsed = 0;
    let receives = 0;
    while (elapsed < 12 * 3_600) elapsed += delaySeconds((receives += 1), 1);
    equal(receives <= 103, true);
  });
});
