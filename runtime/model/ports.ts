/** The two sides of a move as the protocol sees them. A failed connection to one of them is thrown as a RetryableError. */
import type { Home } from "./home";
import type { LabelPatch } from "./labels";
import type { Reason } from "./outcome";
import type { Replica, Source } from "./source";
import type { SourceValue } from "./value";

/** The secret itself prevents the call: that is an outcome, and a retry would not help. */
export interface Refusal {
  readonly is: "refused";
  readonly outcome: "refused" | "skipped" | "failed";
  readonly reason: Reason;
}

/** `stale`: the secret is no longer what was described, so the protocol starts over. */
export type MutationResult = { readonly is: "done" } | { readonly is: "stale" } | Refusal;

/** Secrets Manager. */
export interface SourcePort {
  /** DescribeSecret; `step` names the caller in errors. */
  readonly describe: (
    id: string,
    step: "resolve" | "describe",
  ) => Promise<{ readonly is: "found"; readonly source: Source } | { readonly is: "absent" } | Refusal>;
  /** Whether the secret's resource policy lets an AWS service in. */
  readonly isReadByService: (arn: string) => Promise<{ readonly is: "known"; readonly read: boolean } | Refusal>;
  /** GetSecretValue of exactly this version. */
  readonly read: (
    arn: string,
    versionId: string,
  ) => Promise<{ readonly is: "value"; readonly value: SourceValue } | { readonly is: "stale" } | Refusal>;
  /** Writes the `vault-mover` tag. */
  readonly tag: (arn: string, value: string) => Promise<MutationResult>;
  /** DeleteSecret with a recovery window in days; never without one. `has-replicas`: refused because of its replicas. */
  readonly schedule: (arn: string, windowDays: number) => Promise<MutationResult | { readonly is: "has-replicas" }>;
  /** RestoreSecret; done as well when the secret was not scheduled. */
  readonly restore: (arn: string) => Promise<MutationResult>;
  readonly removeReplicas: (arn: string, regions: readonly string[]) => Promise<MutationResult>;
  readonly replicate: (arn: string, replicas: readonly Replica[]) => Promise<MutationResult>;
}

/** A home in Vault; paths are below the mount. */
export interface HomePort {
  readonly metadata: (path: string) => Promise<Home>;
  /** A check-and-set write of a body made by `writeBody`. */
  readonly write: (
    path: string,
    body: string,
  ) => Promise<
    { readonly is: "written"; readonly version: number } | { readonly is: "mismatch" } | { readonly is: "rejected" }
  >;
  /** Merges into the custom metadata; `gone` when the entry has none. */
  readonly label: (
    path: string,
    patch: LabelPatch,
  ) => Promise<{ readonly is: "done" } | { readonly is: "gone" } | { readonly is: "rejected" }>;
  /** The current version: its number, its times and the JSON text of its data. */
  readonly read: (path: string) => Promise<
    | {
        readonly is: "value";
        readonly version: number;
        readonly createdTime: string;
        readonly deletionTime: string;
        readonly data: string;
      }
    | { readonly is: "gone" }
  >;
}

export interface MoveDeps {
  readonly source: SourcePort;
  readonly home: HomePort;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Resolves when this container may send its next DeleteSecret; throws a RetryableError when that is too far away. */
  readonly rateLimit: () => Promise<void>;
}

/** The mover's queues, as far as a batch calls them itself. */
export interface QueuePort {
  /** Makes a message visible again after so many seconds. */
  readonly delay: (receiptHandle: string, seconds: number) => Promise<void>;
  /** Puts a message that nobody can read on the dead-letter queue, where a person will find it. */
  readonly sendToDeadLetterQueue: (body: string, messageId: string) => Promise<void>;
}
