import { deepEqual } from "node:assert/strict";

import { verdictOf } from "../../bench/figures";
import { perSecret, scalingFigures } from "../../bench/scaling";
import type { Sized } from "../../bench/scaling";

describe("perSecret", () => {
  it("divides the time of all runs by all their secrets, and keeps the highest peak", () => {
    const runs = [
      { ms: 100, cpuMs: 50, peakKiB: 2_048 },
      { ms: 300, cpuMs: 150, peakKiB: 1_024 },
    ];

    deepEqual(perSecret(1_000, runs), { secrets: 1_000, ms: 0.2, cpuMs: 0.1, peakMiB: 2 });
  });
});

describe("scalingFigures", () => {
  const sample = (secrets: number, cpuMs: number, peakMiB = 100): Sized => ({ secrets, cpuMs, ms: cpuMs * 2, peakMiB });
  const figures = scalingFigures(
    [sample(1_000, 0.1), sample(1_000, 0.3), sample(1_000, 0.2), sample(500_000, 0.21), sample(10_000, 0.4, 250)],
    "sweep",
  );

  it("holds every size against the median of the smallest", () => {
    deepEqual(
      figures
        .filter(({ name }) => name.includes("against"))
        .map((figure) => [figure.name, figure.samples, verdictOf(figure)]),
      [
        ["sweep of 10,000: processor time for a secret, against 1,000", [2], "missed"],
        ["sweep of 500,000: processor time for a secret, against 1,000", [0.21 / 0.2], "met"],
      ],
    );
  });

  it("holds every size's memory against the same bound", () => {
    deepEqual(
      figures.filter(({ name }) => name.includes("memory")).map((figure) => [figure.samples, verdictOf(figure)]),
      [
        [[100], "met"],
        [[250], "missed"],
        [[100], "met"],
      ],
    );
  });
});
