/** The queue between the tests and the function: it gives a message again when the function says so, and only then. */
import { setTimeout as sleep } from "node:timers/promises";

import { about, batch } from "../../bundle/support/stage";
import type { ExpectedEnd } from "./expectedEnds";
import { missingOfUndo, release } from "./scenarios";
import type { Run, Theatre, Actor } from "./theatre";

/** Seconds after which a message comes back whose rest the function did not set. */
const visibilitySeconds = 720;
/** Until a sweep looks at a secret again; any time from five minutes on is enough. */
const sweepSeconds = 900;
/** No combination needs more: a wait of five minutes after a delete takes six. */
const mostDeliveries = 16;

/** How a run ended, apart from what the function's output tells. */
export interface End {
  readonly run: Run;
  /** How it ended before anybody released it. */
  readonly end: ExpectedEnd;
  /** Messages that it took until then; more than one when the first was acknowledged before the move was done. */
  readonly messages: number;
  /** The most seconds that a message rested. */
  readonly longestRest: number;
  /** Whether the source was scheduled when the first message ended before the move was done. */
  readonly refusedScheduled: boolean;
  /** What is wrong; empty for a run that ended as a move without faults does. */
  readonly problems: readonly string[];
}

export interface Delivered {
  readonly acknowledged: readonly Run[];
  /** Runs whose message comes again, with its rest in seconds. */
  readonly again: readonly { readonly run: Run; readonly seconds: number }[];
}

const idOf = ({ subject }: Run): string => subject.secret.name;

/** Delivers one message for each run, all in one batch. */
export async function deliverOnce(
  theatre: Theatre,
  { container }: Actor,
  runs: readonly Run[],
  receives: (run: Run) => number,
): Promise<Delivered> {
  for (const run of runs) theatre.begin(run);
  const restsBefore = theatre.stage.aws.inputsOf("ChangeMessageVisibility").length;
  const records = runs.map((run) => about(idOf(run), run.subject.secret.arn, receives(run)));
  const invoked = await container.invoke({ ...batch(...records), aheadMs: theatre.aheadMs });
  if (invoked.is === "failed") throw new Error(`the handler threw ${invoked.error.message}`);
  const { batchItemFailures } = invoked.answer as { batchItemFailures: { itemIdentifier: string }[] };
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const rests = new Map(
    theatre.stage.aws
      .inputsOf("ChangeMessageVisibility")
      .slice(restsBefore)
      .map((input) => [String(input["ReceiptHandle"]), Number(input["VisibilityTimeout"])]),
  );
  const comesAgain = (run: Run): boolean => failed.has(`message-${idOf(run)}`);
  return {
    acknowledged: runs.filter((run) => !comesAgain(run)),
    again: runs
      .filter(comesAgain)
      .map((run) => ({ run, seconds: rests.get(`receipt-${idOf(run)}`) ?? visibilitySeconds })),
  };
}

/** Puts the function's clock forward. */
export const wait = (theatre: Theatre, seconds: number): void => {
  theatre.aheadMs += seconds * 1_000;
};

interface State {
  end: ExpectedEnd;
  /** Whether it was found undone once, and looked at again. */
  seenUndone: boolean;
  messages: number;
  receives: number;
  longestRest: number;
  refusedScheduled: boolean;
}

/**
 * Delivers until all runs are at their end. A message that is acknowledged before the move is done is followed by one
 * more about the same secret, as the next sweep would send it. An undone secret is released, and has to be moved then.
 */
export async function work(theatre: Theatre, actor: Actor, runs: readonly Run[]): Promise<readonly End[]> {
  const ends: End[] = [];
  const state = new Map<Run, State>();
  const stateOf = (run: Run): State => {
    const own = state.get(run) ?? {
      end: "moved",
      seenUndone: false,
      messages: 1,
      receives: 0,
      longestRest: 0,
      refusedScheduled: false,
    };
    state.set(run, own);
    return own;
  };
  const end = (run: Run, problems: readonly string[]): void => {
    const { end: how, messages, longestRest, refusedScheduled } = stateOf(run);
    ends.push({ run, end: how, messages, longestRest, refusedScheduled, problems });
  };
  let open: readonly Run[] = runs;
  while (open.length > 0) {
    for (const run of open) stateOf(run).receives += 1;
    const { acknowledged, again } = await deliverOnce(theatre, actor, open, (run) => stateOf(run).receives);
    const next: Run[] = [];
    for (const { run, seconds } of again) {
      const own = stateOf(run);
      own.longestRest = Math.max(own.longestRest, seconds);
      if (run.deliveries < mostDeliveries) next.push(run);
      else end(run, ["its message never ends", ...run.scenario.missing(run.subject)]);
    }
    for (const run of acknowledged) {
      const missing = run.scenario.missing(run.subject);
      const own = stateOf(run);
      if (missing.length > 0 && own.end === "moved" && missingOfUndo(run.subject).length === 0) {
        own.receives = 0;
        // One more look as a sweep has it, to see that the undo stands and is told of.
        if (own.seenUndone) {
          own.end = "undone";
          release(run.subject);
        }
        own.seenUndone = true;
        next.push(run);
        continue;
      }
      if (missing.length === 0 || own.messages === 2 || own.end === "undone") {
        end(run, missing);
        continue;
      }
      own.messages += 1;
      own.refusedScheduled = run.subject.secret.deletedDate !== undefined;
      own.receives = 0;
      next.push(run);
    }
    const swept = next.some((run) => acknowledged.includes(run));
    wait(theatre, Math.max(swept ? sweepSeconds : 0, ...again.map(({ seconds }) => seconds)));
    open = next;
  }
  return ends;
}

/** Waits until something holds. The limit is against hanging only. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const ends = Date.now() + 120_000;
  while (!holds()) {
    if (Date.now() > ends) throw new Error(`this did not come: ${what}`);
    await sleep(5);
  }
}
