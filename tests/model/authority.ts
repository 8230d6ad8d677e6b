/**
 * Calls that change AWS and follow from a home's labels alone. Each state is looked at as it is, with all labels erased,
 * and with labels forged; the calls with any labels must be among those with none.
 */
import { versionLabelText } from "../support/builders";
import { path } from "./actors";
import type { Configuration } from "./configuration";
import { makeModel } from "./model";
import type { OpenCall } from "./movers";
import { keyOf, keyOfSides } from "./state";
import type { State } from "./state";

/** Calls that change something in AWS. */
const changesAws = new Set(["tag", "schedule", "restore", "removeReplicas", "replicate"]);

/** A call without what differs from look to look: the time in a tag, and the KV version that was proven. */
function callText({ name, args }: OpenCall): string {
  if (name !== "tag") return `${name} ${JSON.stringify(args.slice(1))}`;
  const [format, owner, place, state, suffix, versionId, , , , window, regions] = String(args[1]).split("/");
  return `tag ${[format, owner, place, state, suffix, versionId, window, regions].join("/")}`;
}

const withLabels = (state: State, labels: Readonly<Record<string, string>>): State => {
  const entry = state.home.entries[path];
  if (entry === undefined) return state;
  return {
    ...state,
    home: { ...state.home, entries: { ...state.home.entries, [path]: { ...entry, labels: { ...labels } } } },
  };
};

/** Everything that a label could try to order, at once and one by one. */
function forgeries(state: State): readonly Readonly<Record<string, string>>[] {
  const suffix = state.secret.arn.slice(-6);
  const versions = (state.secret.history.at(-1)?.versions ?? []).map(({ versionId }) => versionId);
  const labels = state.home.entries[path]?.labels ?? {};
  const current = `v${(state.home.entries[path]?.current ?? 1).toString()}`;
  const told = (versionId: string, time: number): string => `1;${suffix};${versionId};${new Date(time).toISOString()}`;
  const single = versions.flatMap((versionId): Readonly<Record<string, string>>[] => [
    { deleting: told(versionId, state.time), deleted: told(versionId, state.time) },
    { deleting: told(versionId, state.time - 60 * 60_000), deleted: told(versionId, state.time - 60 * 60_000) },
    { restoring: versionId, checked: "yes", "region.us-east-1": "alias/of-a-stranger" },
    { [current]: versionLabelText(versionId, suffix) },
    { [current]: versionLabelText(versionId, "Zzzzzz") },
  ]);
  const formats = [{ deleted: "2;newer" }, { [current]: "2;newer" }];
  return [
    ...single.map((over) => ({ ...labels, ...over })),
    ...single,
    ...formats,
    Object.fromEntries([...single, ...formats].flatMap((labels) => Object.entries(labels))),
  ];
}

export interface Commanded {
  /** States that were looked at. */
  readonly states: number;
  /** The calls, each with the labels that caused it. */
  readonly calls: readonly string[];
}

/** @param wanted how many states to look at, at most; it ends with the first that has such calls */
export async function commandedByLabels(configuration: Configuration, wanted: number): Promise<Commanded> {
  const model = makeModel(configuration);
  const seen = new Set<string>([keyOf(model.start)]);
  const quiet = new Set<string>();
  const todo: State[] = [model.start];
  const calls: string[] = [];
  while (todo.length > 0 && quiet.size < wanted && seen.size < wanted * 60 && calls.length === 0) {
    // From either end: what lies near the start, and what lies deep.
    const state = quiet.size % 2 === 0 ? todo.pop() : todo.shift();
    if (state === undefined) break;
    const alone = state.slots.every(({ is }) => is !== "runs") && state.home.entries[path] !== undefined;
    if (alone && !quiet.has(keyOfSides(state))) {
      quiet.add(keyOfSides(state));
      calls.push(...(await commandedIn(model, state)));
    }
    for (const { take } of model.choicesOf(state)) {
      const { state: next } = await take();
      const key = keyOf(next);
      if (!seen.has(key)) {
        seen.add(key);
        todo.push(next);
      }
    }
  }
  return { states: quiet.size, calls };
}

/** Calls that labels, and nothing else, would cause; looked at now, after five minutes and at the end of the window. */
async function commandedIn(model: ReturnType<typeof makeModel>, state: State): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const later of [0, 6 * 60_000, 28 * 24 * 60 * 60_000]) {
    const at = model.quietEnd.later(state, later);
    const erased = new Set(await callsOf(model, withLabels(at, {})));
    for (const labels of [at.home.entries[path]?.labels ?? {}, ...forgeries(at)]) {
      const more = (await callsOf(model, withLabels(at, labels))).filter((call) => !erased.has(call));
      if (more.length > 0) wrong.push(`${more.join()} by ${JSON.stringify(labels)} and not by ${[...erased].join()}`);
    }
  }
  return wrong;
}

const callsOf = async (model: ReturnType<typeof makeModel>, state: State): Promise<readonly string[]> =>
  (await model.quietEnd.callsOf(state)).filter(({ name }) => changesAws.has(name)).map(callText);
