/** What Pulumi says of an operation: how many resources it created, changed, left alone. */

/** By Pulumi's own words: `created`, `to create`, `unchanged`, … */
export type Counts = Readonly<Record<string, number>>;

/** The counts of each preview and each update in what `pulumi` printed, in their order. */
export function countsIn(output: string): readonly Counts[] {
  return [...output.matchAll(/^Resources:\n((?: {4}.+\n?)+)/gm)].map(([, lines = ""]) =>
    Object.fromEntries(
      // A line can tell two: "49 changes. 49 unchanged".
      [...lines.matchAll(/(\d+) ((?:to )?[a-z-]+)(?!\.)(?=\s|$)/g)].map(([, count, kind = ""]) => [
        kind,
        Number(count),
      ]),
    ),
  );
}

/** The counts of the last operation. */
export const last = (output: string): Counts => countsIn(output).at(-1) ?? {};

/** Of what there will be, or is, after an operation. */
const remaining = (counts: Counts): number =>
  Object.entries(counts).reduce(
    (sum, [kind, count]) => (/^(?:to )?(?:delete|deleted|changes)$/.test(kind) ? sum : sum + count),
    0,
  );

/**
 * @throws when an operation had one resource: that is the stack itself, so the program made nothing, and Pulumi is
 *   content with it
 */
export function refuseEmpty(output: string): void {
  if (countsIn(output).some((counts) => remaining(counts) === 1)) {
    throw new Error(`the program made nothing: one resource is the stack itself\n${output}`);
  }
}
