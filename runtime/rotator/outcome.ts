/** What became of one attempt. The reasons are a closed list: no text of a callback or of Vault is ever repeated. */

/**
 * `rotated`: the home holds the new value · `retired`: the former one has ended · `nothing`: not now · `restarted`: the
 * value that was made is given up, and another one will be · `refused`: a person has to act · `failed`: tried again.
 */
export type OutcomeKind = "rotated" | "retired" | "nothing" | "restarted" | "refused" | "failed";

export const reasons = {
  rotated: "the target accepts the new value, and the home holds it",
  retired: "the former value has ended",
  "retired-unread":
    "the former value has ended after the longest overlap, and a reader that is named may still have used it",
  "not-due": "no rotation is due",
  "home-fresh": "the home was changed a short time ago, and readers may still use what it held before",
  "home-awaited": "Vault holds nothing at the home yet: the first rotation begins once it was copied there and moved",
  "source-live":
    "the home holds a copy of what is still in Secrets Manager: the first rotation begins once it was moved",
  overlap: "readers may still use the former value",
  "readers-awaited": "the overlap is over, and a reader that is named may still use the former value",
  "readers-late":
    "a reader that is named may still use the former value, which ends all the same after the longest overlap",
  waiting: "the last attempt is still going on, or failed a short time ago",
  elsewhere: "another rotator or a person changed the entry at the pending path meanwhile",
  "set-back": "somebody set the home back to the former value: the newer one ends after the overlap",
  "home-edited": "somebody changed the home meanwhile: a new value will be made from what it holds now",
  "home-not-accepted": "the target does not accept what the home holds: a new value will be made",
  "value-refused": "the target refuses the new value, which has ended: another one will be made",
  "home-absent": "Vault holds nothing at the home",
  "home-deleted": "the current version of the home is deleted, destroyed or expired",
  "home-unsupported": "the home holds a value that this program can't keep exactly, or one that is too long",
  "pending-unreadable": "the entry at the pending path is not what this program wrote there",
  "pending-deleted": "the current version at the pending path is deleted",
  "create-failed": "create threw",
  "create-no-value":
    "create returned nothing that is a JSON object, or one that Vault can't keep exactly, or one that is too long",
  "create-repeats": "create returned a value that the target has had or refused before",
  "set-failed": "set threw, or returned neither set nor refused",
  "test-failed": "test threw, or returned neither true nor false",
  "retire-failed": "retire threw",
  "not-accepted-yet": "set succeeded, and the target does not accept the new value yet",
  "timed-out": "a callback did not return within the function's time",
  "out-of-time": "the attempt's time is over",
  "vault-rejected": "Vault refused to store the value",
} as const;
export type Reason = keyof typeof reasons;

export interface Outcome {
  readonly outcome: OutcomeKind;
  readonly reason: Reason;
}
