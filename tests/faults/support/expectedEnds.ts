/**
 * How a run must end when one of its calls went wrong: moved, or undone. Undone means that nobody knew any more whether
 * the tagged deletion was sent or taken back: the secret is live, copied, and alarmed until a person releases it.
 */
import { isVaultCall } from "./calls";
import type { CallName } from "./calls";
import type { Trap } from "./theatre";

export type ExpectedEnd = "moved" | "undone";

/** Where a run stopped, and whether the call at which it stopped took effect. */
export interface Stop {
  readonly scenario: string;
  readonly call: CallName;
  readonly acted: boolean;
}

interface Row {
  readonly at: readonly CallName[];
  /** The run stopped when the call had taken effect, or when it had not. Absent: either. */
  readonly acted?: boolean;
  /** Only in these scenarios. */
  readonly in?: readonly string[];
}

/** Scenarios in which the second look takes the deletion back, as long as its run lives. */
const takenBack: readonly string[] = ["home-vanishes", "source-changed"];

/** A run that stopped here leaves a live `d`, or a deletion that a late look takes back. Every other ends moved. */
const undoneRows: readonly Row[] = [
  { at: ["tag"], acted: true },
  { at: ["delete"], acted: false },
  // It is refused because of the replicas, and a run that did not hear that stops.
  { at: ["delete"], in: ["replicated"] },
  { at: ["tag-apart", "remove-replicas", "look-replicas", "tag-again"] },
  { at: ["delete-apart"], acted: false },
  { at: ["mark-deleted", "look-home", "look-source", "restore"], in: takenBack },
  // What was described takes no effect, so a run that stopped here has restored and not yet tagged.
  { at: ["confirm", "look-refused"] },
  { at: ["tag-back"], acted: false },
];

/** How the secret ends after a run that stopped there. */
export const endAfter = ({ scenario, call, acted }: Stop): ExpectedEnd =>
  undoneRows.some(
    (row) =>
      row.at.includes(call) &&
      (row.acted === undefined || row.acted === acted) &&
      (row.in === undefined || row.in.includes(scenario)),
  )
    ? "undone"
    : "moved";

/** Faults that do not stop the run: their call is done again at once, or its answer does not matter. */
const passedOver: readonly {
  readonly fault: string;
  readonly at: readonly CallName[];
  readonly in?: string;
}[] = [
  { fault: "denied", at: ["delete", "delete-apart"] },
  // Before anything was taken apart.
  { fault: "denied", at: ["look-refused"], in: "replicated" },
  { fault: "not-found", at: ["look-refused"], in: "replicated" },
  // Known to have failed: the run tags the deletion as taken back.
  { fault: "denied-on", at: ["delete"] },
  { fault: "throttled", at: ["delete"] },
];

/**
 * Whether a client repeats the call by itself when it fails in this way once. Vault's does so after another login, and
 * after a reset if the connection had been used before, which no test can tell.
 */
export function isRepeated({ call, fault, span }: Trap): "yes" | "no" | "perhaps" {
  if (span === "lasting") return "no";
  if (!isVaultCall(call)) return fault.spans.includes("lasting") || fault.slow === true ? "yes" : "no";
  if (fault.treatment.do === "reset") return "perhaps";
  return fault.name === "403" && fault.spans.includes("lasting") ? "yes" : "no";
}

/** How the secret ends after this fault. */
export function endOf(scenario: string, trap: Trap): ExpectedEnd | "either" {
  const { call, fault } = trap;
  const { treatment } = fault;
  const acted = "acted" in treatment ? treatment.acted : treatment.do !== "pass";
  const isLie = fault.name === "marked-for-deletion";
  const isPassedOver = passedOver.some(
    (row) => row.fault === fault.name && row.at.includes(call) && (row.in ?? scenario) === scenario,
  );
  const repeated = isRepeated(trap);
  const stopped = endAfter({ scenario, call, acted });
  if (isPassedOver || stopped === "moved" || (repeated === "yes" && !isLie)) return "moved";
  return repeated === "perhaps" ? "either" : "undone";
}

/** Faults after which a message ends before the move does, because of what a server said. The next sweep goes on with it. */
const endedEarly: readonly {
  readonly faults?: readonly string[];
  readonly at: readonly CallName[];
  readonly in?: string;
}[] = [
  // The deletion is sound, and only the home does not tell of it yet.
  { at: ["mark-deleted"] },
  {
    at: ["delete", "delete-apart"],
    faults: ["reset-after", "half-body", "timeout-after", "stalled-body", "garbage-after"],
  },
  // The source is said to be gone for good, and its home holds what was proven.
  { at: ["look-source"], faults: ["not-found"], in: "source-changed" },
];

/** Whether the first message may end before the move does although nothing was refused. */
export const mayEndEarly = (scenario: string, { call, fault }: Trap): boolean =>
  endedEarly.some(
    (row) =>
      row.at.includes(call) && (row.faults ?? [fault.name]).includes(fault.name) && (row.in ?? scenario) === scenario,
  );
