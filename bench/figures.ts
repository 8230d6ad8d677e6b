/** A figure, its goal, and whether it meets it. */
import { median } from "./statistics";

/** What a figure's median has to be. */
export type Goal = { readonly below: number } | { readonly atMost: number } | { readonly atLeast: number };

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Every single measurement; one, when it can't vary. */
  readonly samples: readonly number[];
  /** Absent: there is none. */
  readonly goal?: Goal;
  readonly note?: string;
}

/** A figure that was not measured this time, and how to measure it. */
export interface Unmeasured {
  readonly name: string;
  readonly how: string;
}

export type Verdict = "met" | "missed" | "no goal";

export const isUnmeasured = (figure: Figure | Unmeasured): figure is Unmeasured => "how" in figure;

export function verdictOf({ samples, goal }: Figure): Verdict {
  if (goal === undefined) return "no goal";
  const result = median(samples);
  if ("below" in goal) return result < goal.below ? "met" : "missed";
  if ("atMost" in goal) return result <= goal.atMost ? "met" : "missed";
  return result >= goal.atLeast ? "met" : "missed";
}
