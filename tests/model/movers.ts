/**
 * The movers of the model: the real protocol code, brought as far as a history of answers takes it.
 *
 * A mover depends on nothing but the answers it got and the clock, so all movers with the same history are in the same
 * state. Each such state is found once, by running `makeMove` with ports that give the known answers and leave the
 * next call open. What was found is kept as a tree, so that the explorer itself works on plain data.
 */
import { Failure } from "../../cli/failure";
import { undo } from "../../cli/undo";
import type { Undone } from "../../cli/undo";
import type { Outcome } from "../../runtime/model/outcome";
import type { HomePort, SourcePort } from "../../runtime/model/ports";
import { makeMove } from "../../runtime/mover/move";
import type { MoverSettings } from "../../runtime/shared/environment";
import { isRetryableError } from "../../runtime/shared/errors";
import { startTime } from "../support/builders";
import type { Side } from "../support/hook";
import { settingsOf } from "./actors";
import { settingsAfter } from "./settingChanges";
import type { Actor } from "./actors";

export interface OpenCall {
  /** The how-manieth call of its mover, from 0. */
  readonly index: number;
  readonly side: Side;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  /** Tells equal answers; unique within a pool together with the call. */
  readonly key: string;
  /** The answer, or what was thrown. */
  readonly value: unknown;
  readonly threw: boolean;
  readonly time: number;
}

export type End =
  | { readonly is: "outcome"; readonly outcome: Outcome["outcome"]; readonly reason: Outcome["reason"] }
  /** `homing undo` ended. */
  | { readonly is: "undo"; readonly undone: Undone | "failure" }
  /** A retryable error: the message comes again. */
  | { readonly is: "retry"; readonly code: string }
  /** Anything else that was thrown is a defect of the protocol. */
  | { readonly is: "defect"; readonly message: string };

/** A state of a mover. */
export interface MoverNode {
  readonly id: number;
  /** Calls that were sent and have no answer yet; more than one where the protocol asks in parallel. */
  readonly open: readonly OpenCall[];
  readonly end?: End;
  readonly parent?: { readonly node: MoverNode; readonly index: number; readonly answer: Answer };
  readonly root: Root;
  next?: Map<string, MoverNode>;
  /** States that follow when several of the open calls have their answers, in whatever order. */
  joined?: Map<string, MoverNode>;
}

export interface Root {
  readonly actor: Actor;
  readonly secret: string;
  readonly receives: number;
  /** The deployments before it began that changed a setting. */
  readonly deployed: readonly string[];
}

export interface Ports {
  readonly source: SourcePort;
  readonly home: HomePort;
}

/** What stands between a mover and its ports: switches a safeguard off. Made anew for every run, with its settings. */
export type Wrap = (ports: Ports, now: () => number, settings: MoverSettings) => Ports;

export interface MoverPool {
  readonly start: (root: Root) => Promise<MoverNode>;
  /** The state after one more answer; a promise only when it was never reached before. */
  readonly after: (node: MoverNode, index: number, answer: Answer) => MoverNode | Promise<MoverNode>;
  readonly size: () => number;
  /** Answers to calls that change nothing. */
  readonly answers: Map<string, Answer>;
}

const sourceCalls = [
  "describe",
  "isReadByService",
  "read",
  "tag",
  "schedule",
  "restore",
  "removeReplicas",
  "replicate",
] as const;
const homeCalls = ["metadata", "write", "label", "read"] as const;

/** `homing undo` as the command line runs it. */
async function undoneBy(
  secret: string,
  settings: MoverSettings,
  { source }: Ports,
  now: () => number,
): Promise<{ readonly undone: Undone }> {
  const found = await source.describe(secret, "describe");
  return { undone: found.is === "found" ? await undo(found.source, settings, { source, now }) : "nothing" };
}

/** All that was waiting in the microtask queue has run once this resolves. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * Where all that were answered up to here were still open: a mover waits for the answers to such calls and not for
 * their order, so orders of the same answers lead to the same state.
 */
function joinOf(node: MoverNode, index: number, answer: Answer): { readonly from: MoverNode; readonly key: string } {
  const parts = [`${index.toString()} ${answer.key}`];
  let from = node;
  for (;;) {
    const { parent } = from;
    if (parent?.node.open.some((call) => call.index === index) !== true) break;
    parts.push(`${parent.index.toString()} ${parent.answer.key}`);
    from = parent.node;
  }
  return { from, key: parts.sort().join() };
}

export function makeMoverPool(settings: MoverSettings, wrap: Wrap = (ports) => ports): MoverPool {
  let count = 0;
  const roots = new Map<string, MoverNode>();

  async function run(root: Root, answers: readonly (Answer | undefined)[], parent: MoverNode["parent"]) {
    const open: OpenCall[] = [];
    let time = startTime;
    let calls = 0;
    const call = async (side: Side, name: string, args: readonly unknown[]): Promise<unknown> => {
      const index = calls;
      calls += 1;
      const answer = answers[index];
      if (answer === undefined) {
        open.push({ index, side, name, args });
        return new Promise<never>(() => undefined);
      }
      await Promise.resolve();
      time = Math.max(time, answer.time);
      if (answer.threw) throw answer.value;
      return answer.value;
    };
    const portOf = (side: Side, names: readonly string[]): unknown =>
      Object.fromEntries(names.map((name) => [name, (...args: readonly unknown[]) => call(side, name, args)]));
    const bare = { source: portOf("source", sourceCalls), home: portOf("home", homeCalls) } as Ports;
    const now = (): number => time;
    const own = settingsOf(settingsAfter(settings, root.deployed), root.actor);
    const move = makeMove(own, {
      ...wrap(bare, now, own),
      now,
      sleep: () => Promise.resolve(),
      rateLimit: () => Promise.resolve(),
    });
    let end: End | undefined;
    const run =
      root.actor === "undo"
        ? undoneBy(root.secret, own, bare, now)
        : move({ secret: root.secret, receiveCount: root.receives, remainingMs: () => 100_000 });
    run.then(
      (ended) => {
        end =
          "undone" in ended
            ? { is: "undo", undone: ended.undone }
            : { is: "outcome", outcome: ended.outcome, reason: ended.reason };
      },
      (error: unknown) => {
        if (error instanceof Failure) end = { is: "undo", undone: "failure" };
        else if (isRetryableError(error)) end = { is: "retry", code: error.code };
        else end = { is: "defect", message: String(error) };
      },
    );
    await settled();
    if (open.length === 0 && end === undefined) throw new Error("a mover waits for nothing");
    count += 1;
    const node: MoverNode = {
      id: count,
      open: end === undefined ? open : [],
      ...(end === undefined ? {} : { end }),
      ...(parent === undefined ? {} : { parent }),
      root,
    };
    return node;
  }

  const answersOf = (node: MoverNode): (Answer | undefined)[] => {
    const answers: (Answer | undefined)[] = [];
    for (let at = node.parent; at !== undefined; at = at.node.parent) answers[at.index] = at.answer;
    return answers;
  };

  return {
    start: async (root) => {
      const key = `${root.actor} ${root.receives.toString()} ${root.secret} ${root.deployed.join()}`;
      const known = roots.get(key) ?? (await run(root, [], undefined));
      roots.set(key, known);
      return known;
    },
    after: (node, index, answer) => {
      const key = `${index.toString()} ${answer.key}`;
      const known = node.next?.get(key);
      if (known !== undefined) return known;
      const join = joinOf(node, index, answer);
      const keep = (made: MoverNode): MoverNode => {
        (node.next ??= new Map()).set(key, made);
        if (join.from !== node) (join.from.joined ??= new Map()).set(join.key, made);
        return made;
      };
      const met = join.from.joined?.get(join.key);
      if (met !== undefined) return keep(met);
      const answers = answersOf(node);
      answers[index] = answer;
      return run(node.root, answers, { node, index, answer }).then(keep);
    },
    size: () => count,
    answers: new Map(),
  };
}
