/** One call of a mover has its effect: what it changes, what it answers, and what must hold there. */
import { readStateTag, stateTag } from "../../runtime/model/stateTag";
import { entityId } from "../support/builders";
import { currentData, homeEffects, vaultPrints } from "../support/fakeHome";
import type { FakeEntry } from "../support/fakeHome";
import { isScheduled, sourceEffects, stateOf } from "../support/fakeSource";
import { formerEntity, operatorEntity, path, recordPath, secondEntity, secondPath } from "./actors";
import type { Actor } from "./actors";
import type { Configuration } from "./configuration";
import type { Answer, OpenCall } from "./movers";
import { forbidden, modelSettings, settingActs, settingsAfter } from "./settingChanges";
import { fork, keyOfHome, keyOfSource, numberOf } from "./state";
import type { Past, Slot, State } from "./state";

export interface Step {
  readonly state: State;
  readonly slot: Slot;
  readonly answer: Answer;
  /** The property that does not hold, in words. */
  readonly violation?: string;
}

type Scene = Pick<Configuration, "garble" | "sync" | "iam" | "settings">;

/** Keys of custom metadata that a mover may write. */
const ownLabel = /^(v[1-9]\d*|tag\..+|deleting|deleted)$/;

/** Who writes to Vault, and whose tags let a call to AWS through. */
const identities: Readonly<Record<Actor, { readonly author: string; readonly owners: readonly string[] }>> = {
  mover: { author: entityId, owners: [entityId, formerEntity] },
  operator: { author: operatorEntity, owners: [entityId, formerEntity] },
  "second stack": { author: secondEntity, owners: [secondEntity] },
  undo: { author: operatorEntity, owners: [entityId, formerEntity] },
};

const printed = new Map<string, string>();
/** A value of the model, which is always an object, as Vault prints it. */
export function printedValue(string: string): string {
  const text = printed.get(string) ?? vaultPrints(string);
  printed.set(string, text);
  return text;
}

/** The home's current data; empty when there is none or it is deleted. */
export const homeData = ({ home, time }: State, at = path): string => currentData(home, at, time) ?? "";

/** The printed value of a version of the source; empty when it has none. */
export function sourceData({ secret }: State, versionId: string | undefined): string {
  const version = stateOf(secret).versions.find((one) => one.versionId === versionId);
  return version?.value.type === "string" ? printedValue(version.value.string) : "";
}

/** Remembers what the home's current data is. */
export function remember(state: State): State {
  const { held } = state.past;
  const data = [homeData(state), homeData(state, secondPath)].filter((text) => text !== "" && !held.includes(text));
  return data.length === 0 ? state : { ...state, past: { ...state.past, held: [...held, ...data].sort() } };
}

const isMovers = (author: string): boolean => [entityId, operatorEntity, formerEntity, secondEntity].includes(author);

/** What a person writes in Vault. */
export const editedData = vaultPrints('{"person":1}');

/** Nothing in Vault that the mover did not write is ever changed. */
function foreignChange(before: FakeEntry | undefined, after: FakeEntry | undefined, call: string): string | undefined {
  if (before === undefined) return undefined;
  if (after === undefined) return "I3: a mover removed an entry";
  for (const number in before.versions) {
    const version = before.versions[number];
    if (version !== undefined && !isMovers(version.author) && after.versions[number] !== version) {
      return "I3: a mover changed somebody's version";
    }
  }
  if (call === "write" && after.current > before.current) {
    const replaced = before.versions[before.current];
    const persons = replaced !== undefined && (!isMovers(replaced.author) || replaced.data === editedData);
    if (persons) return "I3: a mover wrote over somebody's version";
  }
  if (before.labels === after.labels) return undefined;
  for (const key of new Set([...Object.keys(before.labels), ...Object.keys(after.labels)])) {
    if (!ownLabel.test(key) && before.labels[key] !== after.labels[key]) {
      return "I3: a mover changed somebody's metadata key";
    }
  }
  return undefined;
}

/** What must hold when a mover's DeleteSecret was accepted. */
function deleteViolation(state: State, slot: Slot, { settings }: Scene): string | undefined {
  const isHandedOver = settings?.rotation === "hand-over" && stateOf(state.secret).rotating;
  if (isHandedOver && state.home.entries[recordPath] === undefined) {
    return "rotation: a rotating secret was deleted that no rotator waits for";
  }
  const proven = sourceData(state, slot.tagged);
  if (slot.readBack === undefined || slot.readBack === "" || slot.readBack !== proven) {
    return "I2: a delete was sent for a value that was not freshly read back equal";
  }
  return slot.afterUndo === true && state.past.undone ? "undo: what somebody restored was deleted again" : undefined;
}

/**
 * A setting never rewrites the past: a deletion that is finished stands, whatever is deployed afterwards. And what a
 * rotator makes of the home's value follows from the move.
 */
function standsAll({ secret, slots, past, left }: State): string | undefined {
  const undisturbed =
    slots.length === 1 && stateOf(secret).versions.length === 1 && !past.crashed && left["stale"] === 0;
  if (!undisturbed || past.acts.length === 0) return undefined;
  const isRotation = (act: string): boolean => act === "rotate" || act === "await";
  if (past.acts.every(isRotation)) {
    return "rotation: a deletion was taken back, and nothing happened but a rotation";
  }
  return past.acts.every((act) => isRotation(act) || settingActs.includes(act))
    ? "settings: a deletion was taken back, and nothing but settings changed"
    : undefined;
}

/** What a mover may not do by the settings that it began with. */
function forbiddenCall(state: State, { actor, mover }: Slot, call: string, scene: Scene): string | undefined {
  const deployed = mover?.root.deployed ?? state.deployed;
  if (deployed.length === 0 || actor === "undo" || actor === "second stack") return undefined;
  return forbidden(call, settingsAfter(modelSettings(scene.settings), deployed));
}

/** Calls that change nothing: the same sides give the same answer. */
const reads: ReadonlySet<string> = new Set(["describe", "isReadByService", "read", "metadata"]);

const askedKey = (state: State, { side, name, args }: OpenCall, behind: number): string =>
  `${name} ${numberOf(args).toString(36)} ${behind.toString()} ${state.time.toString(36)} ` +
  (side === "source" ? `${keyOfSource(state.secret)} ${state.denied.join()}` : keyOfHome(state.home));

/** Lets a call have its effect on a state of its own copy. */
function answerOf(state: State, actor: Actor, call: OpenCall, behind: number, { garble, sync, iam }: Scene): Answer {
  const clock = (): number => state.time;
  const { author, owners } = identities[actor];
  if (call.side === "source" && state.denied.includes(call.name)) {
    const value = { is: "refused", outcome: "refused", reason: "access-denied" };
    return { key: `${state.time.toString(36)} denied`, value, threw: false, time: state.time };
  }
  const effects =
    call.side === "source"
      ? sourceEffects(
          { secrets: [state.secret] },
          { clock, lag: () => behind, owners: iam ?? owners, ...(sync === undefined ? {} : { sync }) },
        )
      : homeEffects(state.home, { clock, author, ...(garble === undefined ? {} : { garble }) });
  const effect = (effects as unknown as Record<string, ((...args: readonly unknown[]) => unknown) | undefined>)[
    call.name
  ];
  if (effect === undefined) throw new Error(`no call ${call.name}`);
  let value: unknown;
  let threw = false;
  try {
    value = effect(...call.args);
  } catch (error) {
    value = error;
    threw = true;
  }
  const text = threw ? `throws ${String(value)}` : JSON.stringify(value);
  const key = `${state.time.toString(36)} ${numberOf(text).toString(36)}`;
  return { key, value, threw, time: state.time };
}

/**
 * Does one open call of a slot's mover.
 *
 * @param behind how many changes a DescribeSecret is behind
 * @param answers what calls that change nothing answered before
 */
export function doCall(
  before: State,
  slot: Slot,
  call: OpenCall,
  behind: number,
  answers: Map<string, Answer>,
  scene: Scene,
): Step {
  const { name } = call;
  const pure = reads.has(name);
  const state = pure ? before : fork(before);
  const asked = pure ? askedKey(before, call, behind) : "";
  const known = answers.get(asked);
  const answer = known ?? answerOf(state, slot.actor, call, behind, scene);
  if (pure && known === undefined) answers.set(asked, answer);
  let past: Past = state.past;
  let after: Slot = slot;
  let violation: string | undefined;
  const { value } = answer;
  if (call.side === "home") {
    if (name === "read") {
      const { deletionTime, data = "" } = value as { readonly deletionTime?: string; readonly data?: string };
      after = { ...slot, readBack: deletionTime === "" ? data : "" };
    } else {
      const at = String(call.args[0]);
      violation = foreignChange(before.home.entries[at], state.home.entries[at], name);
    }
  } else if (name === "describe") {
    // A look at the replicas or at a restore says nothing about what was read back before.
    after = slot.tagged === "" || slot.tagged === undefined ? { ...slot, readBack: "" } : slot;
  } else if (name === "tag") {
    const read = readStateTag({ [stateTag]: String(call.args[1]) });
    const deleting = read.is === "known" && (read.tag.state === "d" || read.tag.state === "t");
    after = { ...slot, tagged: deleting ? read.tag.versionId : "" };
  } else if (name === "schedule" && !isScheduled(before.secret) && isScheduled(state.secret)) {
    violation = deleteViolation(before, slot, scene);
    past = { ...past, scheduledBy: slot.actor === "second stack" ? "second stack" : "mover", undone: false };
  } else if (name === "restore" && isScheduled(before.secret) && !isScheduled(state.secret)) {
    const owner = slot.actor === "second stack" ? "second stack" : "mover";
    const others = past.scheduledBy === "mover" || past.scheduledBy === "second stack";
    if (others && past.scheduledBy !== owner)
      violation = "orders: a mover took back what another stack's mover deleted";
    else violation = standsAll(before);
    past = { ...past, scheduledBy: "nobody" };
  }
  if (!pure && name !== "read") violation ??= forbiddenCall(before, slot, name, scene);
  const changed = past === state.past ? state : { ...state, past };
  return {
    state: name === "write" ? remember(changed) : changed,
    slot: after,
    answer,
    ...(violation === undefined ? {} : { violation }),
  };
}
