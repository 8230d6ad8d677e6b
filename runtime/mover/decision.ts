/** The decisions that there can be about a secret. */
import type { VersionLabel } from "../model/labels";
import type { Reason, RestoreCause } from "../model/outcome";
import type { StateTag } from "../model/stateTag";

/** Why a secret is only copied although the mode would move it. */
export type CopyOnly = "owned-by-iac" | "undone" | "author-unknown";

/** What all acts that lead to a proof have: the version to prove, and what may happen after the proof. */
export interface Act {
  readonly mode: "copy" | "move";
  readonly copyOnly?: CopyOnly;
  /** With `undone`: the mover's own tag of that deletion, which follows each value that is proven. */
  readonly undone?: StateTag;
  /** The AWSCURRENT version to read. */
  readonly versionId: string;
}

/** `b` lets it move again, for the run that sent the delete itself; `u` has it copied only. */
export interface TakenBack {
  readonly tag: StateTag;
  readonly state: "b" | "u";
}

export type Decision =
  | {
      readonly act: "stop";
      readonly outcome: "skipped" | "refused" | "deferred" | "unchanged";
      readonly reason: Reason;
    }
  /** Mode `audit`: nothing is done; `intent` is what a higher mode would do. */
  | { readonly act: "report"; readonly intent: "copy" | "move" | "restore" }
  /**
   * Take the scheduled deletion back and start over. `then`: what the tag says afterwards; absent when it is not the tag
   * of that deletion any more, and stays as it is.
   */
  | { readonly act: "restore"; readonly cause: RestoreCause; readonly then?: TakenBack }
  /** A run took its replicas apart, or was putting them back, and stopped: put back those that are missing. */
  | { readonly act: "put-back"; readonly tag: StateTag }
  /** The deletion is sound, and the home's labels no longer tell of it: write them again. */
  | { readonly act: "relabel"; readonly tag: StateTag }
  /** Write the value as the version after `base`, the home's current one (0: there is none). */
  | (Act & { readonly act: "write"; readonly base: number })
  /** The home's current version should hold the value already. */
  | (Act & { readonly act: "prove"; readonly homeVersion: number; readonly label: VersionLabel })
  /**
   * The value of the home's current version decides. `own`: the mover wrote it and stopped before it labelled it; what is
   * unequal is written over. `listed`: a mover may have written it, which any value shows that the source still lists.
   * `accept-equal`: it must hold the source's current value.
   */
  | (Act & { readonly act: "recognise"; readonly homeVersion: number; readonly by: "own" | "listed" | "accept-equal" });

export const stop = (outcome: "skipped" | "refused" | "deferred" | "unchanged", reason: Reason): Decision => ({
  act: "stop",
  outcome,
  reason,
});
