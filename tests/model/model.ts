/** What can happen next in a state: the choices of movers, writers, persons and time. */
import { arnOf, startTime, versionIdOf } from "../support/builders";
import { emptyHome } from "../support/fakeHome";
import { createSecret } from "../support/fakeSource";
import type { SourceState } from "../support/fakeSource";
import { name } from "./actors";
import { acts, isInterference, valueOf } from "./acts";
import type { Configuration } from "./configuration";
import { makeMoverPool } from "./movers";
import type { MoverNode, MoverPool, OpenCall } from "./movers";
import { makeQuietEnd } from "./quietEnd";
import { modelSettings } from "./settingChanges";
import { fork, sourceState } from "./state";
import type { Slot, State } from "./state";
import { doCall, remember } from "./step";

export interface Choice {
  readonly label: string;
  /** The state after it, and what it violated. */
  readonly take: () => Next | Promise<Next>;
}

export interface Next {
  readonly state: State;
  readonly violation?: string;
}

export const tickMs = 6 * 60_000;

export function startState({ home, source, messages, acts: allowed, crashes, stale, ticks }: Configuration): State {
  const secrets: SourceState = { secrets: [] };
  const secret = createSecret(secrets, name, valueOf(1), { versionId: versionIdOf(1), ...source });
  return remember({
    // Not a whole second, as a tag's time is.
    time: startTime + 123,
    secret,
    home: emptyHome(home),
    saved: {},
    denied: [],
    deployed: [],
    slots: messages.map((by) => ({
      actor: by === "arn" || by === "name" ? "mover" : by,
      secret: by === "name" ? name : arnOf(name),
      receives: 0,
      is: "rest" as const,
    })),
    left: { crash: crashes, stale, tick: ticks, ...allowed },
    past: { scheduledBy: "nobody", undone: false, held: [], crashed: false, acts: [] },
  });
}

const replaced = <T>(list: readonly T[], index: number, item: T): readonly T[] => {
  const copy = [...list];
  copy[index] = item;
  return copy;
};

const spend = (state: State, what: string): State => ({
  ...state,
  left: { ...state.left, [what]: (state.left[what] ?? 0) - 1 },
});

/** Forgets older states of the source that no describe can show any more. */
function trimmed(state: State): State {
  const kept = (state.left["stale"] ?? 0) > 0 ? 3 : 1;
  const { secret } = state;
  if (secret.history.length <= kept) return state;
  return { ...state, secret: { ...secret, history: secret.history.slice(-kept) } };
}

/** The slot of a message whose run ended: back in the queue, or at its end. */
function afterEnd(slot: Slot, mover: MoverNode, receives: number): { slot: Slot; violation?: string } {
  const { actor, secret, receives: received } = slot;
  const again: Slot = { actor, secret, receives: received, is: received < receives ? "rest" : "buried" };
  switch (mover.end?.is) {
    case undefined:
      return { slot: { ...slot, mover } };
    case "outcome":
      return {
        slot: mover.end.reason === "deletion-unseen" ? again : { actor, secret, receives: received, is: "done" },
      };
    case "undo":
      return { slot: { actor, secret, receives: received, is: "done" } };
    case "retry":
      return { slot: again };
    case "defect":
      return { slot: again, violation: `a defect: ${mover.end.message}` };
    default:
      return mover.end satisfies never;
  }
}

export function makeModel(configuration: Configuration) {
  const settings = modelSettings(configuration.settings);
  const pool: MoverPool = makeMoverPool(settings, configuration.wrap);
  const { receives } = configuration;

  /** A mover's open call has its effect, and the mover goes on. */
  function call(state: State, index: number, slot: Slot, open: OpenCall, behind: number): Next | Promise<Next> {
    const { mover } = slot;
    if (mover === undefined) throw new Error("no mover in this slot");
    const step = doCall(state, slot, open, behind, pool.answers, configuration);
    const finish = (next: MoverNode): Next => {
      const ended = afterEnd(step.slot, next, receives);
      const violation = step.violation ?? ended.violation;
      const undone = next.end?.is === "undo" && next.end.undone === "restored";
      const past = undone ? { ...step.state.past, undone: true } : step.state.past;
      const stepped = { ...step.state, past, slots: replaced(state.slots, index, ended.slot) };
      return {
        state: trimmed(behind > 0 ? spend(stepped, "stale") : stepped),
        ...(violation === undefined ? {} : { violation }),
      };
    };
    const next = pool.after(mover, open.index, step.answer);
    return next instanceof Promise ? next.then(finish) : finish(next);
  }

  /** A message is delivered: its mover starts, and this one of its first calls has its effect. */
  async function begin(state: State, index: number, slot: Slot, first: string, behind: number): Promise<Next> {
    const received = slot.receives + 1;
    const { actor, secret } = slot;
    const mover = await pool.start({ actor, secret, receives: Math.min(received, 4), deployed: state.deployed });
    const running: Slot = {
      actor,
      secret,
      receives: received,
      is: "runs",
      mover,
      afterUndo: state.past.undone,
      readBack: "",
      tagged: "",
    };
    // By its name alone some settings leave a secret out.
    if (mover.end !== undefined) {
      return { state: { ...state, slots: replaced(state.slots, index, afterEnd(running, mover, receives).slot) } };
    }
    const open = mover.open.find((one) => one.name === first);
    if (open === undefined) throw new Error(`a mover that does not begin with ${first}`);
    return call({ ...state, slots: replaced(state.slots, index, running) }, index, running, open, behind);
  }

  function choicesOf(state: State): readonly Choice[] {
    const choices: Choice[] = [];
    const olderStates = (state.left["stale"] ?? 0) > 0 ? state.secret.history.length - 1 : 0;
    const started = new Set<string>();
    for (const [index, slot] of state.slots.entries()) {
      const who = `m${index.toString()}`;
      if (slot.is === "rest") {
        // Messages that are alike need no second look.
        const alike = `${slot.actor} ${slot.receives.toString()} ${slot.secret}`;
        if (started.has(alike)) continue;
        started.add(alike);
        for (let behind = 0; behind <= olderStates; behind += 1) {
          choices.push({
            label: behind === 0 ? who : `${who}~${behind.toString()}`,
            take: () => begin(state, index, slot, "describe", behind),
          });
        }
        // A name does not tell the home before its secret is found.
        if (slot.secret !== name && slot.actor !== "undo") {
          choices.push({ label: `${who}.metadata`, take: () => begin(state, index, slot, "metadata", 0) });
        }
      } else if (slot.is === "runs") {
        for (const open of slot.mover?.open ?? []) {
          const older = open.name === "describe" ? olderStates : 0;
          const what = open === slot.mover?.open[0] ? who : `${who}.${open.name}`;
          for (let behind = 0; behind <= older; behind += 1) {
            choices.push({
              label: behind === 0 ? what : `${what}~${behind.toString()}`,
              take: () => call(state, index, slot, open, behind),
            });
          }
        }
        if ((state.left["crash"] ?? 0) > 0) {
          const stopped: Slot = {
            actor: slot.actor,
            secret: slot.secret,
            receives: slot.receives,
            is: slot.receives < receives ? "rest" : "buried",
          };
          choices.push({
            label: `${who}!`,
            take: () => ({
              state: spend(
                { ...state, slots: replaced(state.slots, index, stopped), past: { ...state.past, crashed: true } },
                "crash",
              ),
            }),
          });
        }
      }
    }
    for (const [act, doIt] of Object.entries(acts)) {
      if ((state.left[act] ?? 0) <= 0) continue;
      choices.push({
        label: act,
        take: () => {
          const done = doIt(fork(state));
          if (done === undefined) return { state };
          const { past } = done;
          const isNew = isInterference(act) && !past.acts.includes(act);
          const noted = isNew ? { ...done, past: { ...past, acts: [...past.acts, act].sort() } } : done;
          return { state: trimmed(remember(spend(noted, act))) };
        },
      });
    }
    if ((state.left["tick"] ?? 0) > 0) choices.push({ label: "tick", take: () => ({ state: tick(state) }) });
    return choices;
  }

  /** Six minutes pass: no run lasts so long, and describes show the newest state. */
  function tick(state: State): State {
    const timedOut = state.slots.some(({ is }) => is === "runs");
    const slots = state.slots.map((slot): Slot =>
      slot.is === "runs"
        ? {
            actor: slot.actor,
            secret: slot.secret,
            receives: slot.receives,
            is: slot.receives < receives ? ("rest" as const) : ("buried" as const),
          }
        : slot,
    );
    const { secret } = state;
    return {
      ...spend(state, "tick"),
      time: state.time + tickMs,
      secret: { ...secret, history: [sourceState(state)] },
      slots,
      past: timedOut ? { ...state.past, crashed: true } : state.past,
    };
  }

  const quietEnd = makeQuietEnd(pool, configuration, settings);
  return { start: startState(configuration), choicesOf, quietEnd, pool };
}
