/** What can be decided about a secret. */
import type { VersionLabel } from "../model/labels";
import type { Reason, RestoreCause } from "../model/outcome";

/** A version of a source that was read back equal from a version of its home. */
export interface Proof {
  readonly homeVersion: number;
  readonly createdTime: string;
  readonly versionId: string;
}

/** Why a secret is copied although the mode would move it. */
export type CopyOnly = "owned-by-iac" | "restored-by-somebody" | "author-unknown";

/** An act that ends in a proof: of which version, and how far it goes then. */
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
  /** Mode `audit`: nothing is done, and this would be. */
  | { readonly act: "report"; readonly intent: "copy" | "move" | "restore" }
  /** Take the scheduled deletion back and start over. */
  | { readonly act: "restore"; readonly versionId: string; readonly cause: RestoreCause }
  /**
   * A mover began to restore the source, which does not show as scheduled: remove the restore's labels and start over.
   * `deletionMayBePending`: Secrets Manager may only not show the deletion yet, and the mover may have stopped before RestoreSecret.
   */
  | { readonly act: "finish-restore"; readonly deletionMayBePending: boolean }
  /** The late check of a finished move found it sound: write that down. */
  | { readonly act: "check" }
  /** A mover stopped after its delete and before its label: write the label. */
  | { readonly act: "recover"; readonly versionId: string; readonly homeVersion: number }
  /** Write the value over this KV version (0: none). */
  | (Act & { readonly act: "write"; readonly base: number })
  /** The home's current version should hold the value already. */
  | (Act & { readonly act: "prove"; readonly homeVersion: number; readonly label: VersionLabel })
  /**
   * Nobody knows that the mover wrote the home's current version, so its value decides. `label`: a mover may have
   * stopped before it labelled the version, so every value that the source still lists counts. `accept-equal`: only the
   * source's current value counts.
   */
  | (Act & { readonly act: "recognise"; readonly homeVersion: number; readonly by: "label" | "accept-equal" });

export const stop = (outcome: "skipped" | "refused" | "deferred" | "unchanged", reason: Reason): Decision => ({
  act: "stop",
  outcome,
  reason,
});
