/** A clock that goes as the wall clock does and, now and then, jumps: what rotators and readers wait for needs no waiting. */

/** So many milliseconds were left out, at a moment of the wall clock. */
export interface Jump {
  readonly at: number;
  readonly ms: number;
}

/** The simulated time of a moment of the wall clock. The same moment is always the same time, whoever asks. */
export const simulated = (wallMs: number, jumps: readonly Jump[]): number =>
  jumps.reduce((time, { at, ms }) => (at <= wallMs ? time + ms : time), wallMs);

export interface JumpingClock {
  /** Simulated milliseconds since the epoch. */
  readonly now: () => number;
  readonly jump: (ms: number) => void;
  readonly jumps: () => readonly Jump[];
  /** Simulated time that went by for each second of the wall clock. */
  readonly factor: () => number;
}

export function jumpingClock(): JumpingClock {
  const jumps: Jump[] = [];
  const started = Date.now();
  const now = (): number => simulated(Date.now(), jumps);
  return {
    now,
    jump: (ms) => {
      jumps.push({ at: Date.now(), ms });
    },
    jumps: () => jumps,
    factor: () => (now() - started) / (Date.now() - started),
  };
}
