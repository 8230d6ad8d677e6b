/** What a run of many secrets is given and gets back. */
import type { Outcome } from "../../../runtime/model/outcome";

export const arns = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `arn-${index}`);

/** A complete move, unless told. */
export const outcomeOf = (secret: string, over: Partial<Outcome> = {}): Outcome => ({
  outcome: "moved",
  reason: "proven",
  secret,
  steps: {},
  ...over,
});
