/** Decides what to do with one secret, by the tables over its facts. */
import type { Home } from "../model/home";
import type { Source } from "../model/source";
import type { MoverSettings } from "../shared/environment";
import { stop } from "./decision";
import type { Decision } from "./decision";
import { readFacts } from "./facts";
import type { Facts, Now } from "./facts";
import { liveRows, otherwise } from "./liveRows";
import { otherwiseScheduled, scheduledRows } from "./scheduledRows";

const decideLive = (facts: Facts): Decision => (liveRows.find(({ when }) => when(facts)) ?? otherwise).decide(facts);

const decideScheduled = (facts: Facts): Decision =>
  (scheduledRows.find(({ when }) => when(facts)) ?? otherwiseScheduled).decide(facts);

/** Decides on facts alone. */
export function decideOnFacts(facts: Facts): Decision {
  if (facts.life === "live") return decideLive(facts);
  const decision = decideScheduled(facts);
  // A lower mode that the secret's tag requests does not keep the mover from taking back its own deletion: only the
  // stack's mode counts here. In mode `audit` nothing is changed.
  if (facts.stackMode !== "audit") return decision;
  if (decision.act === "restore") return { act: "report", intent: "restore" };
  return decision.act === "relabel" ? stop("unchanged", "already-moved") : decision;
}

/**
 * Decides what to do with a secret.
 *
 * @param source DescribeSecret's answer, read after `home`
 * @param home the home's metadata ({@link absentHome} when there is none)
 */
export const decide = (source: Source, home: Home, settings: MoverSettings, now: Now): Decision =>
  decideOnFacts(readFacts(source, home, settings, now));
