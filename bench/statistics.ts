/** What many measurements of one thing say together. */

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}

/** Two things measured in turns, one after the other. */
export interface Pairs<T> {
  readonly ours: readonly T[];
  readonly other: readonly T[];
}

/**
 * Runs both in turns, so that whatever else the machine does falls on both. Who goes first changes with every turn.
 */
export async function inTurns<T>(count: number, ours: () => Promise<T>, other: () => Promise<T>): Promise<Pairs<T>> {
  const samples = { ours: [] as T[], other: [] as T[] };
  const run = {
    ours: async () => samples.ours.push(await ours()),
    other: async () => samples.other.push(await other()),
  };
  for (let turn = 0; turn < count; turn += 1) {
    const first = turn % 2 === 0 ? "ours" : "other";
    await run[first]();
    await run[first === "ours" ? "other" : "ours"]();
  }
  return samples;
}

/** A ratio for each turn: what the machine did in between is in both of its sides. */
export function ratios({ ours, other }: Pairs<number>): readonly number[] {
  if (ours.length !== other.length) throw new Error("a turn has only one side");
  return ours.map((value, turn) => value / (other[turn] ?? Number.NaN));
}
