/** Collects what an outcome tells about the run that led to it. */
import type { Outcome, OutcomeKind, Reason, Steps } from "../model/outcome";

type Facts = Partial<
  Pick<Outcome, "arn" | "home" | "homeVersion" | "versionId" | "restored" | "looksLike" | "droppedTags">
>;

export interface Trace {
  readonly note: (facts: Facts) => void;
  /** Notes the moment of a step; a step that is repeated keeps its last moment. */
  readonly mark: (step: keyof Steps) => void;
  readonly end: (outcome: OutcomeKind, reason: Reason, intent?: Outcome["intent"]) => Outcome;
}

export function startTrace(secret: string, now: () => number): Trace {
  const started = now();
  const steps: Partial<Record<keyof Steps, number>> = {};
  let facts: Facts = {};
  return {
    note: (more) => {
      facts = { ...facts, ...more };
    },
    mark: (step) => {
      steps[step] = now() - started;
    },
    end: (outcome, reason, intent) => ({
      outcome,
      reason,
      secret,
      ...facts,
      ...(intent === undefined ? {} : { intent }),
      steps,
    }),
  };
}
