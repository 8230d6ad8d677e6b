/**
 * What becomes of a state when everybody leaves it alone: the message comes again, the sweep looks late, the end of
 * the recovery window comes near. Nothing may be lost then, and nobody may be blocked.
 */
import { entityId } from "../support/builders";
import { currentOf, isScheduled } from "../support/fakeSource";
import type { Configuration } from "./configuration";
import type { End, MoverNode, MoverPool } from "./movers";
import { keyOfHome, keyOfSides, keyOfSource, name, path, sourceState } from "./state";
import type { Slot, State } from "./state";
import { doCall, homeData, sourceData } from "./step";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const maxDeliveries = 8;

interface Delivered {
  readonly state: State;
  readonly end: End;
  readonly violation?: string;
}

type Checked = { readonly state: State; readonly end: End } | { readonly violation: string };

/** Time passes; describes show the newest state. */
export const later = (state: State, ms: number): State => ({
  ...state,
  time: state.time + ms,
  secret: { ...state.secret, history: [sourceState(state)] },
});

const textOf = (end: End): string => {
  switch (end.is) {
    case "outcome":
      return `${end.outcome}: ${end.reason}`;
    case "retry":
      return `retry: ${end.code}`;
    case "defect":
      return `defect: ${end.message}`;
    default:
      return end satisfies never;
  }
};

const isLasting = (end: End): boolean => end.is === "outcome" && end.outcome !== "deferred";
const reasonOf = (end: End): string => (end.is === "outcome" ? end.reason : "");
const did = (state: State, ...acts: readonly string[]): boolean => acts.some((act) => state.past.acts.includes(act));

/** What must hold of a source whose deletion a mover stands for. */
function deletedViolation(state: State, end: End): string | undefined {
  const current = currentOf(state.secret);
  const value = sourceData(state, current?.versionId);
  const entry = state.home.entries[path];
  const version = entry?.versions[entry.current];
  if (sourceState(state).versions.some(({ stages }) => stages.includes("AWSPENDING"))) {
    return "I1: a staged value is deleted with its secret";
  }
  if (entry === undefined || version === undefined) return "I1: the home of a deleted secret is gone";
  if (homeData(state) === "") {
    const known = reasonOf(end) === "home-deleted" && did(state, "soft-delete", "destroy");
    return known ? undefined : "I1: the home of a deleted secret is deleted, and nobody did it";
  }
  if (homeData(state) === value) return undefined;
  if (version.author === entityId)
    return "I1: an older value is current in Vault than the source had when it was deleted";
  return state.past.held.includes(value) ? undefined : "I1: the value of a deleted secret never was current in Vault";
}

/** What must hold once the window is about to end and nobody did anything any more. */
function endViolation(state: State, end: End, mustMove: boolean): string | undefined {
  const scheduled = isScheduled(state.secret);
  const claims = ["already-moved", "recovered"].includes(reasonOf(end));
  if (scheduled && (state.past.scheduledBy === "mover" || claims)) {
    if (reasonOf(end) === "deletion-unclaimed") return "I1: an unclaimed deletion was not taken back before its end";
    const violation = deletedViolation(state, end);
    return violation === undefined ? undefined : `${violation} (${textOf(end)})`;
  }
  if (scheduled) return undefined;
  // A home of an earlier secret of the name is left as it is.
  if (state.home.entries[path]?.labels["restoring"] !== undefined && !did(state, "recreate")) {
    return "I5: a restore never ends";
  }
  if (mustMove && state.past.acts.length === 0) return `I5: nobody interfered, and it is not moved (${textOf(end)})`;
  const copied = end.is === "outcome" && (end.outcome === "copied" || end.outcome === "unchanged");
  if (copied && homeData(state) !== sourceData(state, currentOf(state.secret)?.versionId)) {
    return "I1: said to be copied, but the home holds another value";
  }
  return undefined;
}

export function makeQuietEnd(pool: MoverPool, { garble, mustMove = true }: Configuration) {
  const seen = new Set<string>();

  /** One message, and nobody else. */
  async function deliver(before: State, receives: number): Promise<Delivered> {
    let node: MoverNode = await pool.start({ secret: before.secret.arn, receives: Math.min(receives, 4) });
    let slot: Slot = { secret: name, receives, is: "runs", afterUndo: before.past.undone };
    let state = before;
    while (node.end === undefined) {
      const [open] = node.open;
      if (open === undefined) throw new Error("a mover that asks nothing");
      const step = doCall(state, slot, open, 0, pool.answers, garble);
      ({ state, slot } = step);
      state = { ...state, secret: { ...state.secret, history: [sourceState(state)] } };
      if (step.violation !== undefined) return { state, end: { is: "retry", code: "none" }, violation: step.violation };
      const next = pool.after(node, open.index, step.answer);
      node = next instanceof Promise ? await next : next;
    }
    if (node.end.is === "defect") return { state, end: node.end, violation: `a defect: ${node.end.message}` };
    return { state, end: node.end };
  }

  /** Delivers until an outcome lasts. */
  async function settle(before: State): Promise<Checked> {
    let state = before;
    let last = "";
    for (let receives = 1; receives <= maxDeliveries; receives += 1) {
      const delivered = await deliver(state, receives);
      if (delivered.violation !== undefined) return { violation: delivered.violation };
      ({ state } = delivered);
      if (isLasting(delivered.end)) return { state, end: delivered.end };
      last = textOf(delivered.end);
      state = later(state, 6 * minuteMs);
    }
    return { violation: `I5: blocked for ever (${last})` };
  }

  /** Settles, and makes sure that one more look changes nothing. */
  async function settleForGood(before: State): Promise<Checked> {
    const settled = await settle(before);
    if ("violation" in settled) return settled;
    // The first look after a quarter of an hour is the late check, which leaves its mark.
    const checked = await settle(later(settled.state, 16 * minuteMs));
    if ("violation" in checked) return checked;
    const again = await deliver(later(checked.state, 16 * minuteMs), 1);
    if (again.violation !== undefined) return { violation: again.violation };
    const same =
      keyOfSource(again.state.secret) === keyOfSource(checked.state.secret) &&
      keyOfHome(again.state.home) === keyOfHome(checked.state.home);
    if (!same || !isLasting(again.end)) {
      return {
        violation: `I5: one more run is not without effect (${textOf(checked.end)}, then ${textOf(again.end)})`,
      };
    }
    return { state: again.state, end: again.end };
  }

  async function run(start: State): Promise<string | undefined> {
    const first = await settle(later(start, 6 * minuteMs));
    if ("violation" in first) return first.violation;
    const alarmed = reasonOf(first.end) === "deletion-unclaimed";
    if (alarmed && !start.past.crashed && start.past.acts.length === 0) {
      return "I1: a delete stays for a value that nobody proved, though no mover stopped";
    }
    let last: Checked = await settleForGood(first.state);
    // A restore shortly before the window's end may lead to another move, with a window of its own.
    for (let round = 0; round < 3; round += 1) {
      if ("violation" in last) return last.violation;
      const { window, scheduledAt = 0 } = sourceState(last.state);
      if (window === undefined) break;
      const nearEnd = scheduledAt + (window - 2) * dayMs;
      if (last.state.time >= nearEnd) break;
      last = await settleForGood(later(last.state, nearEnd - last.state.time));
    }
    if ("violation" in last) return last.violation;
    return endViolation(last.state, last.end, mustMove);
  }

  return {
    /** Brings a state to its quiet end, once. @returns the property that does not hold */
    check: (state: State): undefined | Promise<string | undefined> => {
      const key = keyOfSides(state);
      if (seen.has(key)) return undefined;
      seen.add(key);
      return run(state);
    },
    ends: () => seen.size,
  };
}
