/** Gathers from the mover's log what it refused and has not ended otherwise since. */
import type { Reason } from "../runtime/model/outcome";
import { needsPerson } from "./forecast";
import type { News } from "./fleet";

export interface Refusals {
  /** Takes the next line of the log. */
  readonly add: (news: News) => void;
  /** The reasons of the secrets whose last outcome was a refusal or a failure. */
  readonly byArn: () => ReadonlyMap<string, Reason>;
}

/**
 * Keeps nothing but the refusals. A line that is older than the refusal it comes after is no answer to it: the log's
 * streams are a little out of order.
 */
export function makeRefusals(): Refusals {
  const refused = new Map<string, { readonly reason: Reason; readonly started: number }>();
  return {
    add(news) {
      if (news.is !== "outcome") return;
      const { outcome, started } = news;
      const arn = outcome.arn ?? outcome.secret;
      const before = refused.get(arn);
      if (before !== undefined && before.started > started) return;
      if (needsPerson(outcome)) refused.set(arn, { reason: outcome.reason, started });
      else refused.delete(arn);
    },
    byArn: () => new Map([...refused].map(([arn, { reason }]) => [arn, reason])),
  };
}
