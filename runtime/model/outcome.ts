import { exemptTag } from "./exemption";
import { stateTag } from "./stateTag";

/** What became of one secret. */
export const outcomeKinds = ["moved", "copied", "unchanged", "skipped", "refused", "deferred", "failed"] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/**
 * Why, for every outcome that needs a reason: a closed list, each with the sentence that tells a person what it means
 * and what to do. Nothing that a parser or a server said is ever quoted, since such texts can hold a part of a value.
 */
export const reasons = {
  // skipped
  audit: "mode audit only reports; set the mode to copy or move to act",
  exempt: `exempt by its name or by the tag ${exemptTag.key}=${exemptTag.value}`,
  "outside-prefix": "its name does not start with namePrefix",
  "service-owned": "an AWS service owns it and manages its value",
  "service-read": "an AWS service reads it from Secrets Manager by itself",
  replica: "it is a replica; the mover of its primary region handles it",
  "cross-account": "it is one end of a replication between two accounts; it moves once that is ended",
  replicated: "it is replicated; to move it set replicas to remove and name all of its regions in replicaRegions",
  rotating: "rotation is enabled; set rotation to move or hand-over, and it moves while no version is pending",
  "rotator-absent": "rotation is enabled, and no RotatingSecret waits for its home; deploy one for it",
  staged: "a version besides AWSCURRENT and AWSPREVIOUS carries a staging label, and only Secrets Manager holds it",
  "no-value": "it has no current value yet",
  "scheduled-by-others": "somebody else scheduled it for deletion",
  "another-mover": `its ${stateTag} tag belongs to another deployment; it moves again once that is released`,
  "not-found": "Secrets Manager has no such secret",
  // moved, copied and unchanged
  proven: "the home holds this version, read back and found equal",
  "already-moved": "an earlier move of this version is complete",
  "owned-by-iac": "CloudFormation or an owner tag says that a tool would create it again; copied, not deleted",
  undone: "its deletion was taken back, by a person or by the mover; copied only, until homing release",
  "author-unknown": "the server does not record who wrote a version; copied only, unless authorship is label",
  // refused
  foreign: "it belongs to another account or region",
  "name-unsupported": "its name holds characters that Secrets Manager does not document",
  "arn-mismatch": "Secrets Manager answered for another secret than the one asked for",
  "access-denied": "the function's role or the secret's resource policy denies this step",
  "vault-own":
    "it looks like what Vault or its clients start from (docs/roll-out.md); name it in exemptNames, or confirm it in confirmedNames",
  undecryptable: "its KMS key can't be used: disabled, pending deletion or denied",
  "value-unsupported": "Vault can't hold this value unchanged",
  "home-conflict": "its home was written by somebody else",
  "home-rotated": "a RotatingSecret has rotated its home since; what Secrets Manager holds is not copied over that",
  "home-deleted": "the current version of its home was deleted or destroyed in Vault",
  "home-of-another": "its home belongs to a secret of the same name that existed before",
  "home-expires": "Vault will delete the copy by itself: the mount or the path has delete_version_after",
  "home-rejected": "Vault refused to store it",
  "label-format": "its home carries labels of a newer version of this program",
  "label-no-room": "its home's custom metadata has no room for the mover's labels",
  unequal: "what Vault gave back differs from what was written",
  "version-id-unsupported": "its version id does not fit in a tag",
  "tags-full": `it has no room for the ${stateTag} tag`,
  "tag-format": `its ${stateTag} tag is cut off or of another version of this program; it is left alone`,
  "tag-lost": `it was deleted by a move and has lost its ${stateTag} tag, so the mover can't take the deletion back`,
  "homes-moved": `its ${stateTag} tag names another place of the homes; set mount and path back, or name formerPlaces`,
  "replicas-missing": "a move removed its replicas in regions that replicaRegions no longer names; name them again",
  "regions-no-room": `the regions of its replicas do not fit in its ${stateTag} tag`,
  "deletion-unclaimed": "it is scheduled for deletion with a value that no mover proved; restore it with RestoreSecret",
  // deferred
  settling: "copied; it is deleted after the settle time",
  "deletion-unseen": "a delete was sent a moment ago and Secrets Manager does not show it yet",
  // failed
  "home-recreated": "its home was deleted and written anew while the mover was writing",
  "source-rejected": "Secrets Manager refused this step",
} as const;
export type Reason = keyof typeof reasons;

/** The moments of a move, in milliseconds after its start; a moment that was not reached is absent. */
export interface Steps {
  readonly described?: number;
  readonly read?: number;
  readonly written?: number;
  readonly proven?: number;
  readonly deleted?: number;
}

/** Why the mover took a scheduled deletion back. */
export const restoreCauses = {
  "changed-meanwhile": "the source or its home changed while the source was being deleted",
  "home-gone": "its home is gone from Vault",
  "deletion-unclaimed": "its deletion was nobody's, and its window was about to end",
} as const;
export type RestoreCause = keyof typeof restoreCauses;

/** What became of one secret, and why. Holds no value, length or hash. */
export interface Outcome {
  readonly outcome: OutcomeKind;
  readonly reason: Reason;
  /** What the caller named: an ARN or a name. */
  readonly secret: string;
  readonly arn?: string;
  /** `<mount>/<path>` of the home. */
  readonly home?: string;
  readonly homeVersion?: number;
  readonly versionId?: string;
  /** Mode `audit` only: what the mover would do. */
  readonly intent?: "copy" | "move" | "restore";
  /** Set when this run restored the source before it came to its end. */
  readonly restored?: RestoreCause;
  /** Set with the reason `vault-own`: what of Vault's it looks like. */
  readonly looksLike?: string;
  /** Tags that did not fit in Vault's custom metadata. */
  readonly droppedTags?: number;
  readonly steps: Steps;
}
