/** Figures as a table in Markdown. */
import { isUnmeasured, verdictOf } from "./figures";
import type { Figure, Goal, Unmeasured, Verdict } from "./figures";
import { median } from "./statistics";

/** Three significant digits, and every digit before the point; a count as it is. */
export function print(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

const columns = ["figure", "goal", "minimum", "median", "maximum", "measured", ""];
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const marks: Readonly<Record<Verdict, string>> = { met: "met", missed: "**missed**", "no goal": "" };

function printGoal(goal: Goal | undefined, unit: string): string {
  if (goal === undefined) return "";
  const [sign, value] =
    "below" in goal ? ["<", goal.below] : "atMost" in goal ? ["≤", goal.atMost] : ["≥", goal.atLeast];
  return `${sign} ${value} ${unit}`.trim();
}

function figureRow(figure: Figure): string {
  const { name, unit, samples, goal } = figure;
  const repeated = samples.length > 1;
  return row([
    name,
    printGoal(goal, unit),
    repeated ? print(Math.min(...samples)) : "",
    `${print(median(samples))} ${unit}`.trim(),
    repeated ? print(Math.max(...samples)) : "",
    `${samples.length}×`,
    marks[verdictOf(figure)],
  ]);
}

/** The table, and below it what some of its figures are. */
export function tableOf(figures: readonly (Figure | Unmeasured)[]): string {
  const rows = figures.map((figure) =>
    isUnmeasured(figure) ? row([figure.name, "", "", "not measured", "", "", figure.how]) : figureRow(figure),
  );
  const notes = figures.flatMap((figure) =>
    "note" in figure && figure.note !== undefined ? [`- ${figure.name}: ${figure.note}`] : [],
  );
  return [row(columns), row(columns.map(() => "---")), ...rows, "", ...notes].join("\n");
}
