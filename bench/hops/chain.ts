/** Which calls of a move had to follow one another, seen from when each began and ended. */

/** A call between two moments, in milliseconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Chain {
  /** Calls that followed one another. */
  readonly hops: number;
  /** What they took together. */
  readonly ms: number;
}

/**
 * The chain of calls, each begun after the one before had ended, that took longest: no caller who waits for the same
 * answers could be faster.
 */
export function longestChain(spans: readonly Span[]): Chain {
  const ordered = [...spans].sort((a, b) => a.end - b.end);
  const chains: Chain[] = [];
  for (const [index, { start, end }] of ordered.entries()) {
    let before: Chain = { hops: 0, ms: 0 };
    for (let other = 0; other < index; other += 1) {
      const [earlier, chain] = [ordered[other], chains[other]];
      if (earlier === undefined || chain === undefined || earlier.end > start) continue;
      if (chain.ms > before.ms) before = chain;
    }
    chains.push({ hops: before.hops + 1, ms: before.ms + (end - start) });
  }
  return chains.reduce((longest, chain) => (chain.ms > longest.ms ? chain : longest), { hops: 0, ms: 0 });
}

/** For each span, in the order given, the indices of those that had ended when it began. */
export const predecessors = (spans: readonly Span[]): readonly (readonly number[])[] =>
  spans.map(({ start }) => spans.flatMap(({ end }, index) => (end <= start ? [index] : [])));
