/** One run over a secret: what its parts pass to each other. */
import type { Outcome } from "../model/outcome";
import type { MoveDeps } from "../model/ports";
import type { MoverSettings } from "../shared/environment";
import type { Trace } from "./trace";

/** What one message asks for: to look at a secret and move it as far as its mode allows. */
export interface MoveRequest {
  /** An ARN or a name, as the sender wrote it. Nothing else in an event is believed. */
  readonly secret: string;
  /** How often SQS has delivered the message, from 1. */
  readonly receiveCount: number;
  /** Milliseconds until the function is stopped. */
  readonly remainingMs: () => number;
}

/** One run over a secret whose identity is known. */
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
