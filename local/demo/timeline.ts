/** Follows secrets from their creation to their end, from the function's own log. */
import { setTimeout as sleep } from "node:timers/promises";

import type { LoggedOutcome } from "../outcomes";
import type { DemoSecret } from "./secrets";

export interface Created {
  readonly secret: DemoSecret;
  readonly arn: string;
  /** Milliseconds since the epoch: when Secrets Manager had answered. */
  readonly at: number;
}

export interface Arrived extends Created {
  readonly outcome: LoggedOutcome;
}

const pollMs = 100;

/** The moments of a move, as {@link moments} gives them. */
export const momentNames = ["event", "read", "written", "proven", "deleted"] as const;

/** Milliseconds from the creation to each moment; `-` for one that was not reached. */
export function moments({ at, outcome }: Arrived): readonly string[] {
  const { started, steps } = outcome;
  const after = (moment: number | undefined): string => (moment === undefined ? "-" : String(Math.max(0, moment - at)));
  const step = (offset: number | undefined): string => after(offset === undefined ? undefined : started + offset);
  return [after(started), step(steps.read), step(steps.written), step(steps.proven), step(steps.deleted)];
}

/**
 * Waits for the first outcome of every secret and hands each on as it comes.
 *
 * @throws with the names of those that did not come within `limitMs`
 */
export async function follow(
  created: readonly Created[],
  read: () => Promise<readonly LoggedOutcome[]>,
  limitMs: number,
  onArrival: (arrived: Arrived) => void,
): Promise<readonly Arrived[]> {
  const arrived = new Map<string, Arrived>();
  const deadline = Date.now() + limitMs;
  for (;;) {
    for (const outcome of await read()) {
      const source = created.find(({ arn }) => arn === outcome.arn);
      if (source === undefined || arrived.has(source.arn)) continue;
      const arrival = { ...source, outcome };
      arrived.set(source.arn, arrival);
      onArrival(arrival);
    }
    if (arrived.size === created.length) return [...arrived.values()];
    if (Date.now() > deadline) {
      const missing = created.filter(({ arn }) => !arrived.has(arn)).map(({ secret }) => secret.input.Name);
      throw new Error(`no outcome within ${(limitMs / 1_000).toString()} s of: ${missing.join(", ")}`);
    }
    await sleep(pollMs);
  }
}
