/** Whether time and memory stay the same from a small account to the largest. */
import type { Answered } from "../tests/bundle/support/container";
import type { Figure } from "./figures";
import { median } from "./statistics";

/** Secrets of an account; the last is AWS's limit for a region. */
export const sizes = [1_000, 10_000, 100_000, 500_000] as const;

/** A measurement at one size. */
export interface Sized {
  readonly secrets: number;
  /** Milliseconds for one secret, by the wall clock and of processor. */
  readonly ms: number;
  readonly cpuMs: number;
  /** Most memory of the process so far. */
  readonly peakMiB: number;
}

/** One sample of several runs over the same number of secrets. */
export function perSecret(secrets: number, runs: readonly Omit<Answered, "is" | "answer">[]): Sized {
  const sum = (of: "ms" | "cpuMs"): number => runs.reduce((total, run) => total + run[of], 0);
  const all = secrets * runs.length;
  return {
    secrets,
    ms: sum("ms") / all,
    cpuMs: sum("cpuMs") / all,
    peakMiB: Math.max(...runs.map(({ peakKiB }) => peakKiB)) / 1_024,
  };
}

const mostMiB = 200;
const mostGrowth = 1.1;

/**
 * The figures of all sizes: each size's time beside the smallest one's.
 *
 * @param what names the thing that was measured
 */
export function scalingFigures(samples: readonly Sized[], what: string): readonly Figure[] {
  const measured = [...new Set(samples.map(({ secrets }) => secrets))].sort((a, b) => a - b);
  const of = (secrets: number, value: (sample: Sized) => number): readonly number[] =>
    samples.filter((sample) => sample.secrets === secrets).map(value);
  const [smallest = 0] = measured;
  const yardstick = median(of(smallest, ({ cpuMs }) => cpuMs));
  const printed = (secrets: number): string => secrets.toLocaleString("en-US");
  return measured.flatMap((secrets): readonly Figure[] => [
    ...(secrets === smallest
      ? []
      : [
          {
            name: `${what} of ${printed(secrets)}: processor time for a secret, against ${printed(smallest)}`,
            unit: "",
            samples: of(secrets, ({ cpuMs }) => cpuMs / yardstick),
            goal: { atMost: mostGrowth },
          },
        ]),
    {
      name: `${what} of ${printed(secrets)}: processor time for a secret`,
      unit: "ms",
      samples: of(secrets, (s) => s.cpuMs),
    },
    { name: `${what} of ${printed(secrets)}: time for a secret`, unit: "ms", samples: of(secrets, (s) => s.ms) },
    {
      name: `${what} of ${printed(secrets)}: peak memory of the process`,
      unit: "MiB",
      samples: [Math.max(...of(secrets, (s) => s.peakMiB))],
      goal: { below: mostMiB },
    },
  ]);
}
