/** What the explorer is told of a scene: who acts in it, how often, and on what. */
import type { MoverSettings } from "../../runtime/shared/environment";
import type { HomeState } from "../support/fakeHome";
import type { Actor } from "./actors";
import type { Wrap } from "./movers";
import type { FakeSecretState } from "../support/fakeSource";
import type { State } from "./state";

export interface Configuration {
  readonly name: string;
  readonly settings?: Partial<MoverSettings>;
  readonly home?: Partial<HomeState>;
  /** What the source is like at the start. */
  readonly source?: Partial<FakeSecretState>;
  /** How long new replicas take, see the fake. */
  readonly sync?: "at-once" | "later" | "never";
  /**
   * One message each, by the secret's ARN unless it says `name`; all can come at any time, again after a crash or a
   * retryable error, and out of order. Any other word is an actor beside the mover.
   */
  readonly messages: readonly ("arn" | "name" | Exclude<Actor, "mover">)[];
  /** How often a message is delivered before it is buried. */
  readonly receives: number;
  /** How often each act may happen, at any moment. */
  readonly acts: Readonly<Record<string, number>>;
  /** How many movers may be stopped between any two calls. */
  readonly crashes: number;
  /** How many describes may be answered with an older state. */
  readonly stale: number;
  /** How often six minutes may pass, over which no run lasts and after which describes are consistent. */
  readonly ticks: number;
  /** What Vault gives back instead of the data. */
  readonly garble?: (data: string) => string;
  /** Whether a secret that nobody interfered with must end moved. Default true. */
  readonly mustMove?: boolean;
  readonly wrap?: Wrap;
  /** Whether IAM lets DeleteSecret and RestoreSecret through without the mover's own tag. Default: it does not. */
  readonly iam?: "any-tag";
  /** Findings that are accepted, with the reason. */
  readonly accepted?: (finding: string, state: State) => string | undefined;
}
