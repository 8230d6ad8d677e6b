/** A secret as the list shows it; up to five minutes old. */
export interface Entry {
  /** ARN, which the message to the mover names. */
  readonly secretId: string;
  readonly name: string;
  /** Milliseconds since the epoch; absent when the list doesn't tell. */
  readonly changedAt?: number;
  /** It is scheduled for deletion. */
  readonly scheduled: boolean;
  readonly tags: readonly string[];
  /** What the mover's tag says. */
  readonly tag?: string;
  /** An AWS service owns it, or it is a managed external secret. */
  readonly serviceOwned: boolean;
}
