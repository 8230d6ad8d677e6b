/** Plants the corpus on a local cloud and waits until every secret has come to its end. */
import { setTimeout as sleep } from "node:timers/promises";

import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";

import { outcomeReader } from "../../local/outcomes";
import type { LoggedOutcome } from "../../local/outcomes";
import type { Bench } from "../system/support/bench";
import { drained } from "../system/support/drained";
import type { CorpusRow } from "./table";

/** What a row met: the source's refusal to create it, or its ARN and the outcomes of all runs, oldest first. */
export type Planted =
  { readonly error: string } | { readonly arn: string; readonly outcomes: readonly LoggedOutcome[] };

/**
 * Whether the emulator can answer with the value: its JSON has no form for a lone surrogate, so it takes such a string
 * and fails to give it back. What the mover would make of it is shown in memory.
 */
export const isAnswerable = ({ value }: CorpusRow): boolean => value.type === "binary" || value.string.isWellFormed();

/** So many creations at a time. */
const hands = 8;
const pollMs = 1_000;
/** How long the last outcome may take after the last creation. */
const limitMs = 90_000;

async function create({ clients }: Bench, { name, value }: CorpusRow): Promise<{ error: string } | { arn: string }> {
  const content = value.type === "string" ? { SecretString: value.string } : { SecretBinary: value.bytes };
  try {
    const { ARN: arn } = await clients.secrets.send(new CreateSecretCommand({ Name: name, ...content }));
    if (arn === undefined) throw new Error(`${name} has no ARN`);
    return { arn };
  } catch (error) {
    if (error instanceof Error && "$metadata" in error) return { error: error.name };
    throw error;
  }
}

/**
 * Nothing is under way any more when this returns, except that the messages about rows that are not answerable come back
 * to the queue.
 *
 * @returns what became of each row, in the corpus's order
 */
export async function plant(bench: Bench, rows: readonly CorpusRow[]): Promise<readonly Planted[]> {
  const made: ({ error: string } | { arn: string })[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; ; index = next++) {
      const row = rows[index];
      if (row === undefined) return;
      made[index] = await create(bench, row);
    }
  };
  await Promise.all(Array.from({ length: hands }, work));

  const read = outcomeReader(bench.system());
  const grouped = async (): Promise<Map<string, LoggedOutcome[]>> => {
    const byArn = new Map<string, LoggedOutcome[]>();
    for (const outcome of await read()) {
      const { arn = "" } = outcome;
      byArn.set(arn, [...(byArn.get(arn) ?? []), outcome]);
    }
    return byArn;
  };
  const created = made.flatMap((one, index) => {
    const row = rows[index];
    return "arn" in one && row !== undefined ? [{ arn: one.arn, answerable: isAnswerable(row) }] : [];
  });
  const arns = created.flatMap(({ arn, answerable }) => (answerable ? [arn] : []));
  const deadline = performance.now() + limitMs;
  let seen = await grouped();
  while (!arns.every((arn) => seen.has(arn))) {
    if (performance.now() > deadline) {
      throw new Error(`nothing became of ${arns.filter((arn) => !seen.has(arn)).join(", ")}`);
    }
    // The whole log is read each time, and the emulator that answers is the one that has the work to do.
    await sleep(pollMs);
    seen = await grouped();
  }
  // An event may be delivered twice: there may be a second run that has not ended.
  await drained(bench, created.length - arns.length);
  const outcomes = await grouped();
  return made.map((one) => ("arn" in one ? { arn: one.arn, outcomes: outcomes.get(one.arn) ?? [] } : one));
}
