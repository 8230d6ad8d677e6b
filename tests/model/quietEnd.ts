/**
 * What becomes of a state when everybody leaves it alone: the message comes again, the sweep looks late, the end of
 * the recovery window comes near. Nothing may be lost then, and nobody may be blocked.
 */
import { placeOf, readStateTag, stateTag } from "../../runtime/model/stateTag";
import type { MoverSettings } from "../../runtime/shared/environment";
import { readUnwatched } from "../../runtime/sweeper/unwatched";
import { moverAlarms } from "../../components/mover/alarmTable";
import { currentOf, isScheduled } from "../support/fakeSource";
import { name, path, rotatorEntity, secondPath, settingsOf } from "./actors";
import type { Actor } from "./actors";
import type { Configuration } from "./configuration";
import type { End, MoverNode, MoverPool, OpenCall } from "./movers";
import { settingsAfter } from "./settingChanges";
import { fork, keyOfHome, keyOfSides, keyOfSource, sourceState } from "./state";
import type { Slot, State } from "./state";
import { doCall, editedData, homeData, sourceData } from "./step";

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
    case "undo":
      return `undo: ${end.undone}`;
    default:
      return end satisfies never;
  }
};

const isLasting = (end: End): boolean => end.is === "outcome" && end.outcome !== "deferred";
const reasonOf = (end: End): string => (end.is === "outcome" ? end.reason : "");
const did = (state: State, ...acts: readonly string[]): boolean => acts.some((act) => state.past.acts.includes(act));

/** Whether an alarm tells of such an end. */
export function isAlarmed(end: End): boolean {
  const names =
    end.is === "outcome"
      ? [end.outcome, `${end.outcome}:${end.reason}`]
      : end.is === "retry"
        ? [`retry:${end.code}`]
        : [];
  return moverAlarms.some(({ metric }) => metric.of === "mover" && names.includes(metric.name));
}

/** Whether a stack's sweep counts the deletion among those that nobody watches over, with its alarm. */
function isCounted(state: State, configured: MoverSettings, stacks: readonly Actor[]): boolean {
  const { tags } = sourceState(state);
  const tag = tags[stateTag];
  const entry = {
    secretId: state.secret.arn,
    name,
    scheduled: isScheduled(state.secret),
    tags: Object.keys(tags),
    serviceOwned: false,
    ...(tag === undefined ? {} : { tag }),
  };
  return stacks.some((stack) => {
    const settings = settingsOf(settingsAfter(configured, state.deployed), stack);
    return readUnwatched(entry, { ...settings, enabled: true, place: placeOf(settings) }, state.time) !== undefined;
  });
}

/** What must hold of a source whose deletion a mover stands for. */
function deletedViolation(
  state: State,
  end: End,
  settings: MoverSettings,
  stacks: readonly Actor[],
): string | undefined {
  // Nobody looks at it any more, and the sweep's alarm says so.
  if (isCounted(state, settings, stacks)) return undefined;
  const current = currentOf(state.secret);
  const value = sourceData(state, current?.versionId);
  const read = readStateTag(sourceState(state).tags);
  const elsewhere = placeOf(settingsOf(settings, "second stack"));
  const at = read.is === "known" && read.tag.place === elsewhere ? secondPath : path;
  const entry = state.home.entries[at];
  const version = entry?.versions[entry.current];
  const told = isAlarmed(end);
  // Whoever takes away the mover's tag, or its right to restore, is told of it by an alarm.
  const prevented =
    told &&
    did(
      state,
      "untag",
      "copied-tag",
      "cut-tag",
      "other-tag",
      "deny-restore",
      "undo",
      "schedule",
      "restore",
      "set-homes",
    );
  if (sourceState(state).versions.some(({ stages }) => stages.includes("AWSPENDING"))) {
    return prevented ? undefined : "I1: a staged value is deleted with its secret";
  }
  if (entry === undefined || version === undefined) {
    return prevented ? undefined : "I1: the home of a deleted secret is gone";
  }
  if (homeData(state, at) === "") {
    const known = told && did(state, "soft-delete", "destroy");
    return known || prevented ? undefined : "I1: the home of a deleted secret is deleted, and nobody did it";
  }
  if (homeData(state, at) === value || prevented) return undefined;
  if (version.author !== "somebody" && version.author !== rotatorEntity && version.data !== editedData)
    return "I1: an older value is current in Vault than the source had when it was deleted";
  return state.past.held.includes(value) ? undefined : "I1: the value of a deleted secret never was current in Vault";
}

/** A source that is not scheduled has the replicas that its owner gave it, or an alarm tells of it. */
function replicasViolation(
  state: State,
  end: End,
  wanted: readonly string[],
  settings: MoverSettings,
  stacks: readonly Actor[],
): string | undefined {
  if (isCounted(state, settings, stacks)) return undefined;
  const there = sourceState(state).replicas.map(({ region }) => region);
  const missing = wanted.filter((region) => !there.includes(region));
  return missing.length === 0 || isAlarmed(end) ? undefined : `I6: replicas are gone (${textOf(end)})`;
}

/** What a rotator wrote is told from what a person wrote, where the server records who did. */
function namedViolation({ home }: State, end: End): string | undefined {
  const entry = home.entries[path];
  const isRotators = home.recordsAuthor && entry?.versions[entry.current]?.author === rotatorEntity;
  const isWrong = reasonOf(end) === (isRotators ? "home-conflict" : "home-rotated");
  return isWrong ? `rotation: who wrote the home is mistaken (${textOf(end)})` : undefined;
}

/** What must hold once the window is about to end and nobody did anything any more. */
function endViolation(
  state: State,
  end: End,
  { messages, mustMove = true, source }: Configuration,
  settings: MoverSettings,
): string | undefined {
  const stacks: readonly Actor[] = messages.includes("second stack") ? ["mover", "second stack"] : ["mover"];
  const scheduled = isScheduled(state.secret);
  const { scheduledBy } = state.past;
  const claims = reasonOf(end) === "already-moved";
  if (scheduled && (scheduledBy === "mover" || scheduledBy === "second stack" || claims)) {
    if (reasonOf(end) === "deletion-unclaimed") return "I1: an unclaimed deletion was not taken back before its end";
    const violation = deletedViolation(state, end, settings, stacks);
    return violation === undefined ? undefined : `${violation} (${textOf(end)})`;
  }
  if (scheduled) return undefined;
  const named = namedViolation(state, end);
  if (named !== undefined) return named;
  const wanted = source?.replicas?.map(({ region }) => region) ?? [];
  const replicas = replicasViolation(state, end, wanted, settings, stacks);
  if (replicas !== undefined && !did(state, "recreate")) return replicas;
  // A run that stopped may leave what looks like a person's undo: copied, alarmed, and released by a person.
  const alarmed = state.past.crashed && reasonOf(end) === "undone" && isAlarmed(end);
  if (mustMove && state.past.acts.length === 0 && !alarmed) {
    return `I5: nobody interfered, and it is not moved (${textOf(end)})`;
  }
  const copied = end.is === "outcome" && (end.outcome === "copied" || end.outcome === "unchanged");
  const value = sourceData(state, currentOf(state.secret)?.versionId);
  if (copied && homeData(state) !== value && homeData(state, secondPath) !== value) {
    return "I1: said to be copied, but the home holds another value";
  }
  return undefined;
}

/** @param settings of the movers before any deployment changed them */
export function makeQuietEnd(pool: MoverPool, configuration: Configuration, settings: MoverSettings) {
  const seen = new Set<string>();

  const hasSecondStack = configuration.messages.includes("second stack");

  /** One message for each stack, and nobody else. What counts is what the stack says whose tag it is. */
  async function deliver(before: State, receives: number): Promise<Delivered> {
    const own = await deliverTo("mover", before, receives);
    if (!hasSecondStack || own.violation !== undefined) return own;
    const second = await deliverTo("second stack", own.state, receives);
    const isSeconds = reasonOf(own.end) === "another-mover" || second.violation !== undefined;
    return isSeconds ? second : { ...own, state: second.state };
  }

  async function deliverTo(
    actor: Actor,
    before: State,
    receives: number,
    on: (call: OpenCall) => void = () => undefined,
  ): Promise<Delivered> {
    const { secret, deployed } = before;
    let node: MoverNode = await pool.start({ actor, secret: secret.arn, receives: Math.min(receives, 4), deployed });
    let slot: Slot = { actor, secret: name, receives, is: "runs", afterUndo: before.past.undone };
    let state = before;
    while (node.end === undefined) {
      const [open] = node.open;
      if (open === undefined) throw new Error("a mover that asks nothing");
      on(open);
      const step = doCall(state, slot, open, 0, pool.answers, configuration);
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
    let lastEnd: End | undefined;
    for (let receives = 1; receives <= maxDeliveries; receives += 1) {
      const delivered = await deliver(state, receives);
      if (delivered.violation !== undefined) return { violation: delivered.violation };
      ({ state } = delivered);
      if (isLasting(delivered.end)) return { state, end: delivered.end };
      last = textOf(delivered.end);
      lastEnd = delivered.end;
      state = later(state, 6 * minuteMs);
    }
    const denied = state.denied.length > 0 || configuration.sync === "later" || configuration.sync === "never";
    // A call that stays denied is tried for ever, with an alarm.
    if (denied && lastEnd !== undefined && isAlarmed(lastEnd)) return { state, end: lastEnd };
    return { violation: `I5: blocked for ever (${last})` };
  }

  /** Settles, and makes sure that one more look changes nothing. */
  async function settleForGood(before: State): Promise<Checked> {
    const settled = await settle(before);
    if ("violation" in settled) return settled;
    const checked = await settle(later(settled.state, 16 * minuteMs));
    if ("violation" in checked) return checked;
    const again = await deliver(later(checked.state, 16 * minuteMs), 1);
    if (again.violation !== undefined) return { violation: again.violation };
    // A call that stays denied is tried again at every look, and what led to it is done again.
    const same =
      checked.state.denied.length > 0 ||
      (keyOfSource(again.state.secret) === keyOfSource(checked.state.secret) &&
        keyOfHome(again.state.home) === keyOfHome(checked.state.home));
    const lasts = isLasting(again.end) || isAlarmed(again.end);
    if (!same || !lasts) {
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
    return endViolation(last.state, last.end, configuration, settings);
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
    later,
    /** All calls of one look at a state that nobody else changes. */
    callsOf: async (state: State): Promise<readonly OpenCall[]> => {
      const calls: OpenCall[] = [];
      await deliverTo("mover", fork(state), 1, (call) => calls.push(call));
      return calls;
    },
  };
}
