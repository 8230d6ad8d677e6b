/** Replays a finding from its line, and makes it shorter. */
import { path } from "./actors";
import type { Configuration } from "./configuration";
import { makeModel } from "./model";
import { keyOf } from "./state";
import type { State } from "./state";

export interface Replayed {
  /** The first property that did not hold. */
  readonly violation?: string;
  /** The choices up to there, without those that were not open. */
  readonly choices: readonly string[];
  /** What each choice did, for a person to read. */
  readonly story: readonly string[];
}

/** One line that replays a finding. */
export const lineOf = (configuration: Configuration, choices: readonly string[]): string =>
  `${configuration.name}: ${choices.join(" ")}`;

export function parseLine(line: string): { readonly name: string; readonly choices: readonly string[] } {
  const [name = "", ...rest] = line.split(": ");
  return { name: name.trim(), choices: rest.join(": ").trim().split(/\s+/).filter(Boolean) };
}

function told(state: State, label: string): string {
  const index = Number(/^m(\d+)/.exec(label)?.[1] ?? -1);
  const slot = state.slots[index];
  if (slot === undefined) return label;
  if (slot.is === "rest") return `${label} begins`;
  const named = /\.(\w+)/.exec(label)?.[1];
  const open = slot.mover?.open.find((call) => named === undefined || call.name === named);
  if (label.includes("!")) return `${label} stops before ${open?.side ?? ""}.${open?.name ?? ""}`;
  const args = open?.args.slice(1).map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg)));
  return `${label} ${open?.side ?? ""}.${open?.name ?? ""} ${args?.join(" ") ?? ""}`.trim();
}

function after(before: State, state: State, label: string): string {
  const index = Number(/^m(\d+)/.exec(label)?.[1] ?? -1);
  const end = state.slots[index]?.is;
  const entry = state.home.entries[path];
  const home = entry === undefined ? "none" : `v${entry.current.toString()} ${JSON.stringify(entry.labels)}`;
  const changed = keyOf({ ...before, slots: [] }) !== keyOf({ ...state, slots: [] });
  return `${end === undefined || end === "runs" ? "" : ` -> ${end}`}${changed ? `\n      home ${home}, source ${state.past.scheduledBy === "nobody" ? "live" : `scheduled by a ${state.past.scheduledBy}`}` : ""}`;
}

/** Takes the choices one after another; those that are not open are left out. */
export async function replay(configuration: Configuration, choices: readonly string[]): Promise<Replayed> {
  const model = makeModel(configuration);
  let state = model.start;
  const taken: string[] = [];
  const story: string[] = [];
  const quiet = async (): Promise<string | undefined> =>
    state.slots.some(({ is }) => is === "runs") ? undefined : model.quietEnd.check(state);
  const atStart = await quiet();
  if (atStart !== undefined && configuration.accepted?.(atStart, state) === undefined) {
    return { violation: atStart, choices: [], story };
  }
  for (const label of choices) {
    const choice = model.choicesOf(state).find((one) => one.label === label);
    if (choice === undefined) continue;
    const next = await choice.take();
    taken.push(label);
    story.push(told(state, label) + after(state, next.state, label));
    ({ state } = next);
    const violation = next.violation ?? (await quiet());
    if (violation !== undefined && configuration.accepted?.(violation, state) === undefined) {
      return { violation, choices: taken, story };
    }
  }
  return { choices: taken, story };
}

/** Leaves out what a finding does not need. */
export async function shrink(
  configuration: Configuration,
  choices: readonly string[],
  violation: string,
): Promise<readonly string[]> {
  let best = choices;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.length;) {
      const shorter = [...best.slice(0, from), ...best.slice(from + size)];
      const result = await replay(configuration, shorter);
      if (result.violation === violation && result.choices.length < best.length) best = result.choices;
      else from += size;
    }
  }
  return best;
}
