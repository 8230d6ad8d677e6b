/** What the explorer is told of a scene: who acts in it, how often, and on what. */
import type { MoverSettings } from "../../runtime/shared/environment";
import type { HomeState } from "../support/fakeHome";
import type { Wrap } from "./movers";
import type { State } from "./state";

export interface Configuration {
  readonly name: string;
  readonly settings?: Partial<MoverSettings>;
  readonly home?: Partial<HomeState>;
  /** One message each; all can come at any time, again after a crash or a retryable error, and out of order. */
  readonly messages: readonly ("arn" | "name")[];
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
  /** Findings that are accepted, with the reason. */
  readonly accepted?: (finding: string, state: State) => string | undefined;
}
