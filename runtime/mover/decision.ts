/** The decisions that there can be about a secret. */
import type { VersionLabel } from "../model/labels";
import type { Reason, RestoreCause } from "../model/outcome";

/** A version of a source that was read back equal from a version of its home. */
export interface Proof {
  readonly homeVersion: number;
  readonly createdTime: string;
  readonly versionId: string;
}

/** Why a secret is only copied although the mode would move it. */
export type CopyOnly = "owned-by-iac" | "restored-by-somebody" | "author-unknown";

/** What all acts that lead to a proof have: the version to prove, and what may happen after the proof. */
export interface Act {
  readonly mode: "copy" | "move";
  readonly copyOnly?: CopyOnly;
  /** The AWSCURRENT version to read. */
  readonly versionId: string;
}

export type Decision =
  | {
      readonly act: "stop";
      readonly outcome: "skipped" | "refused" | "deferred" | "unchanged";
      readonly reason: Reason;
    }
  /** Mode `audit`: nothing is done; `intent` is what a higher mode would do. */
  | { readonly act: "report"; readonly intent: "copy" | "move" | "restore" }
  /** Take the scheduled deletion back and start over. */
  | { readonly act: "restore"; readonly versionId: string; readonly cause: RestoreCause }
  /**
   * A mover began to restore the source, and DescribeSecret does not show it as scheduled: clear the labels and start
   * over. `deletionMayBePending`: Secrets Manager may only not show the deletion yet, and the mover may have stopped
   * before its RestoreSecret.
   */
  | { readonly act: "finish-restore"; readonly deletionMayBePending: boolean }
  /** The late check found a finished move sound: record that. */
  | { readonly act: "check" }
  /** A mover stopped between its delete and the label `deleted`: write the label. */
  | { readonly act: "recover"; readonly versionId: string; readonly homeVersion: number }
  /** Write the value as the version after `base`, the home's current one (0: there is none). */
  | (Act & { readonly act: "write"; readonly base: number })
  /** The home's current version should hold the value already. */
  | (Act & { readonly act: "prove"; readonly homeVersion: number; readonly label: VersionLabel })
  /**
   * Nothing shows that the mover wrote the home's current version, so its value decides. `label`: a mover may have
   * stopped before it labelled the version, so it may hold any value that the source still lists. `accept-equal`: it must
   * hold the source's current value.
   */
  | (Act & { readonly act: "recognise"; readonly homeVersion: number; readonly by: "label" | "accept-equal" });

export const stop = (outcome: "skipped" | "refused" | "deferred" | "unchanged", reason: Reason): Decision => ({
  act: "stop",
  outcome,
  reason,
});
