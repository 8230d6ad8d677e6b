/**
 * Explores every order in which movers, writers, persons and time can act on one secret. A state is plain data and the
 * movers are the real protocol code, so a state that was seen needs no second look.
 */
import type { Configuration } from "./configuration";
import { makeHashSet } from "./hashSet";
import { makeModel } from "./model";
import type { Choice } from "./model";
import { forgetNumbers, keyOf } from "./state";
import type { State } from "./state";

export interface Finding {
  readonly violation: string;
  /** The choices that lead there, from the start. */
  readonly choices: readonly string[];
}

export interface Exploration {
  readonly states: number;
  readonly moverStates: number;
  /** Distinct pairs of both sides that were brought to a quiet end. */
  readonly ends: number;
  readonly deepest: number;
  /** Every state within the configuration was visited. */
  readonly exhausted: boolean;
  readonly findings: readonly Finding[];
  readonly accepted: Readonly<Record<string, number>>;
  readonly ms: number;
}

interface Visit {
  /** Let go once it was looked at. */
  state: State | undefined;
  readonly depth: number;
  readonly label: string;
  readonly from?: Visit;
}

const pathTo = (visit: Visit): readonly string[] => {
  const labels: string[] = [];
  let at = visit;
  while (at.from !== undefined) {
    labels.push(at.label);
    at = at.from;
  }
  return labels.reverse();
};

export interface Bounds {
  /** Distinct states to visit at most. */
  readonly states: number;
  /** Stops after so many findings. */
  readonly findings: number;
  /** Only these count as findings. */
  readonly looksFor?: RegExp;
  /** Visits nearer states first: shorter findings, more memory. */
  readonly breadthFirst?: boolean;
  /** Goes down to an end from states picked by chance, so that a bounded search does not stay in one corner. */
  readonly seed?: number;
}

/** Visits the states of a configuration. */
export async function explore(configuration: Configuration, bounds: Bounds): Promise<Exploration> {
  const began = Date.now();
  forgetNumbers();
  const model = makeModel(configuration);
  const seen = makeHashSet();
  const findings: Finding[] = [];
  const accepted: Record<string, number> = {};
  const report = (violation: string, visit: Visit, state: State): void => {
    const why = configuration.accepted?.(violation, state);
    if (bounds.looksFor?.test(violation) === false) return;
    if (why !== undefined) accepted[why] = (accepted[why] ?? 0) + 1;
    else findings.push({ violation, choices: pathTo(visit) });
  };
  let random = bounds.seed ?? 0;
  const pick = (count: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return (random >>> 4) % count;
  };
  const mixed = (choices: readonly Choice[]): readonly Choice[] => {
    if (bounds.seed === undefined || choices.length < 2) return choices;
    const order = [...choices];
    for (let index = order.length - 1; index > 0; index -= 1) {
      const other = pick(index + 1);
      const [a, b] = [order[index], order[other]];
      if (a !== undefined && b !== undefined) [order[index], order[other]] = [b, a];
    }
    return order;
  };
  let todo: Visit[] = [{ state: model.start, depth: 0, label: "" }];
  let head = 0;
  let deepest = 0;
  seen.add(keyOf(model.start));
  while (head < todo.length && seen.size() < bounds.states && findings.length < bounds.findings) {
    let visit: Visit | undefined;
    if (bounds.breadthFirst === true) {
      visit = todo[head];
      head += 1;
      if (head > 100_000) {
        todo = todo.slice(head);
        head = 0;
      }
    } else visit = todo.pop();
    if (visit?.state === undefined) break;
    const { state, depth } = visit;
    visit.state = undefined;
    deepest = Math.max(deepest, depth);
    if (state.slots.every(({ is }) => is !== "runs")) {
      const end = model.quietEnd.check(state);
      const violation = end instanceof Promise ? await end : end;
      if (violation !== undefined) report(violation, visit, state);
    }
    const before = todo.length;
    for (const { label, take } of mixed(model.choicesOf(state))) {
      const taken = take();
      const next = taken instanceof Promise ? await taken : taken;
      const then: Visit = { state: next.state, depth: depth + 1, label, from: visit };
      if (next.violation !== undefined) report(next.violation, then, next.state);
      if (seen.add(keyOf(next.state))) todo.push(then);
    }
    if (bounds.seed !== undefined && todo.length === before && todo.length > 1) {
      const last = todo.length - 1;
      const other = pick(last);
      const [a, b] = [todo[last], todo[other]];
      if (a !== undefined && b !== undefined) [todo[last], todo[other]] = [b, a];
    }
  }
  return {
    states: seen.size(),
    moverStates: model.pool.size(),
    ends: model.quietEnd.ends(),
    deepest,
    exhausted: head >= todo.length,
    findings,
    accepted,
    ms: Date.now() - began,
  };
}
