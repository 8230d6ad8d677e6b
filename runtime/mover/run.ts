/** One run over a secret, as its parts hand it to each other. */
import type { Outcome } from "../model/outcome";
import type { MoveDeps } from "../model/ports";
import type { MoverSettings } from "../shared/environment";
import type { Trace } from "./trace";

/** One message's wish to have a secret moved. */
export interface MoveRequest {
  /** An ARN or a name, as somebody typed it: nothing else of an event is believed. */
  readonly secret: string;
  /** How often SQS has delivered the message, from 1. */
  readonly receiveCount: number;
  /** Milliseconds until the function is stopped. */
  readonly remainingMs: () => number;
}

/** One run over a secret whose identity is settled. */
export interface Run {
  readonly arn: string;
  readonly path: string;
  readonly remainingMs: () => number;
  readonly settings: MoverSettings;
  readonly deps: MoveDeps;
  readonly trace: Trace;
}

/** How a run ended, or that it starts over. */
export type Result = Outcome | "again";
