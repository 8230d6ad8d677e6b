/** A figure, its goal, and the table that shows them. */

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Every single measurement; one, when it can't vary. */
  readonly samples: readonly number[];
  /** The figure is to stay below it; absent: there is no goal. */
  readonly goal?: number;
  readonly note?: string;
}

/** A figure that was not measured this time, and how to measure it. */
export interface Unmeasured {
  readonly name: string;
  readonly how: string;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}

/** Three significant digits, and every digit before the point. */
export function print(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toString();
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

const columns = ["figure", "goal", "result", "minimum", "maximum", "measured", ""];
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function figureRow({ name, unit, samples, goal }: Figure): string {
  const result = median(samples);
  const repeated = samples.length > 1;
  return row([
    name,
    goal === undefined ? "" : `< ${goal} ${unit}`.trim(),
    `${print(result)} ${unit}`.trim(),
    repeated ? print(Math.min(...samples)) : "",
    repeated ? print(Math.max(...samples)) : "",
    `${samples.length}×`,
    goal === undefined ? "" : result < goal ? "met" : "**missed**",
  ]);
}

/** The whole table in Markdown; a repeated figure's result is its median. */
export function tableOf(figures: readonly (Figure | Unmeasured)[]): string {
  const rows = figures.map((figure) =>
    "how" in figure ? row([figure.name, "", "not measured", "", "", "", figure.how]) : figureRow(figure),
  );
  const notes = figures.flatMap((figure) =>
    "note" in figure && figure.note !== undefined ? [`- ${figure.name}: ${figure.note}`] : [],
  );
  return [row(columns), row(columns.map(() => "---")), ...rows, "", ...notes].join("\n");
}
