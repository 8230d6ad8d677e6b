/** The joint state of the model: both sides, the queue with its movers, what the actors have left, and what is known of the past. */
import type { HomeState } from "../support/fakeHome";
import type { FakeSecret, FakeSecretState } from "../support/fakeSource";
import { stateOf } from "../support/fakeSource";
import { name, path, recordPath, secondPath } from "./actors";
import type { Actor } from "./actors";
import type { MoverNode } from "./movers";

/** One message of the queue and the mover that works on it. */
export interface Slot {
  readonly actor: Actor;
  /** The ARN or name in the message. */
  readonly secret: string;
  readonly receives: number;
  /** `rest`: it was put back · `done`: it got its outcome · `buried`: it used up its receives. */
  readonly is: "rest" | "runs" | "done" | "buried";
  readonly mover?: MoverNode;
  /** A person's undo stood when this run began. */
  readonly afterUndo?: boolean;
  /** The home's current data as this run last read it since it last described the source; empty when it did not. */
  readonly readBack?: string;
  /** The version that this run last wrote into the source's tag. */
  readonly tagged?: string;
}

const actorKeys = { mover: "", "second stack": "2", operator: "o", undo: "x" } as const;

/** What is known of the past. */
export interface Past {
  /** Who scheduled the source, while it is scheduled. */
  readonly scheduledBy: "mover" | "second stack" | "person" | "nobody";
  /** A person took a finished deletion back, and nobody has released it since. */
  readonly undone: boolean;
  /** Texts that were the home's current data at some time. */
  readonly held: readonly string[];
  /** A mover crashed. */
  readonly crashed: boolean;
  /** What persons did, in no order. */
  readonly acts: readonly string[];
}

export interface State {
  readonly time: number;
  /** What Vault is set back to by a snapshot: what there was when it was taken. */
  readonly saved: HomeState["entries"];
  /** Calls to AWS that are denied to everybody. */
  readonly denied: readonly string[];
  /** The deployments that changed a setting, in their order. */
  readonly deployed: readonly string[];
  readonly secret: FakeSecret;
  readonly home: HomeState;
  readonly slots: readonly Slot[];
  /** How often each act may still happen. */
  readonly left: Readonly<Record<string, number>>;
  readonly past: Past;
}

/** A copy whose two sides may be changed; what is replaced as a whole in the fakes is shared. */
export function fork(state: State): State {
  const entries: HomeState["entries"] = {};
  for (const [key, entry] of Object.entries(state.home.entries)) {
    entries[key] = { current: entry.current, versions: { ...entry.versions }, labels: entry.labels };
  }
  const { arn, name: secretName, history } = state.secret;
  return {
    ...state,
    secret: { arn, name: secretName, history: history.slice(-3) },
    home: { ...state.home, entries },
  };
}

/** Numbers texts, and objects by their text: an object is printed only once. */
const numbers = new Map<string, number>();
let lastNumber = 0;
const known = new WeakMap<object, number>();
export function numberOf(what: object | string): number {
  if (typeof what === "string") {
    const old = numbers.get(what);
    if (old !== undefined) return old;
    lastNumber += 1;
    const made = lastNumber;
    numbers.set(what, made);
    return made;
  }
  const old = known.get(what);
  if (old !== undefined) return old;
  const made = numberOf(JSON.stringify(what));
  known.set(what, made);
  return made;
}

export const keyOfSource = (secret: FakeSecret): string => {
  let key = secret.arn.slice(-6);
  for (const state of secret.history) key += `,${numberOf(state).toString(36)}`;
  return key;
};

const keyOfEntries = (entries: HomeState["entries"]): string => {
  let key = "";
  for (const at of [path, secondPath]) {
    const entry = entries[at];
    key += entry === undefined ? "-" : `${entry.current.toString()}.${numberOf(entry.labels).toString(36)}`;
    for (const number in entry?.versions ?? {}) {
      const version = entry?.versions[Number(number)];
      if (version !== undefined) key += `,${number}:${numberOf(version).toString(36)}`;
    }
  }
  // Of the record only who wrote it is ever read.
  return entries[recordPath] === undefined ? key : `${key}r`;
};

export const keyOfHome = (home: HomeState): string => `${home.serial.toString()}.${keyOfEntries(home.entries)}`;

/** Lets go of the texts; no number is ever given twice. */
export const forgetNumbers = (): void => {
  numbers.clear();
};

const keyOfPast = ({ scheduledBy, undone, held, crashed, acts }: Past): string =>
  `${scheduledBy[0] ?? ""}${scheduledBy === "second stack" ? "2" : ""}${undone ? "u" : ""}${crashed ? "c" : ""}${numberOf(held).toString(36)}.${numberOf(acts).toString(36)}`;

/** Tells the two sides and what is known of the past apart: all that a run without company depends on. */
export const keyOfSides = (state: State): string =>
  `${state.time.toString(36)}|${keyOfSource(state.secret)}|${keyOfHome(state.home)}|${keyOfPast(state.past)}` +
  `|${state.denied.join()}|${state.deployed.join()}|${(state.left["rewind"] ?? 0) > 0 ? keyOfEntries(state.saved) : ""}`;

const keyOfSlot = ({ actor, secret, receives, is, mover, afterUndo, readBack, tagged }: Slot): string =>
  is === "done" || is === "buried"
    ? is
    : `${actorKeys[actor]}${is[1] ?? ""}${receives.toString()}${secret === name ? "n" : secret.slice(-6)}` +
      (mover === undefined
        ? ""
        : `#${mover.id.toString(36)}${afterUndo === true ? "u" : ""}${numberOf(`${readBack ?? ""} ${tagged ?? ""}`).toString(36)}`);

/** Tells joint states apart; movers are alike, so their order says nothing. */
export function keyOf(state: State): string {
  const slots = state.slots.map(keyOfSlot);
  if (slots.length > 1) slots.sort();
  let key = `${keyOfSides(state)}|${slots.join(";")}|`;
  for (const act in state.left) key += (state.left[act] ?? 0).toString(36);
  return key;
}

export const sourceState = (state: State): FakeSecretState => stateOf(state.secret);
