/** Changes of the shipped text. Each piece must stand there exactly once, so that no edit misses silently. */

/** Makes an edit of `[before, after]` pieces. */
export const edit =
  (...pieces: readonly (readonly [string, string])[]) =>
  (text: string): string =>
    pieces.reduce((whole, [from, to]) => {
      if (whole.split(from).length !== 2) throw new Error(`the shipped text does not hold "${from}" exactly once`);
      return whole.replace(from, () => to);
    }, text);

/** Shorter time limits: with the shipped ones every timeout would cost 10 or 15 s. */
export const shortenLimits = edit(
  ["callMs: 15000", "callMs: 600"],
  ["requestTimeout: 10000", "requestTimeout: 600"],
  ["socketTimeout: 10000", "socketTimeout: 600"],
);
