/** Runs one thing over accounts of several sizes, each size in a process of its own. */
import type { Answered } from "../tests/bundle/support/container";
import { perSecret } from "./scaling";
import type { Sized } from "./scaling";

/** Secrets that a process lists before it is measured, until the engine has compiled what runs often. */
const warmUp = 10_000;
/** A sample is of so many secrets at least, so that one of a small account is no shorter than the clock's noise. */
const sampleOf = 10_000;
const rounds = 3;

export interface Scaled {
  readonly secrets: number;
  readonly run: () => Promise<Answered>;
  readonly stop: () => Promise<void>;
}

const timesFor = (secrets: number, least: number): number => Math.max(1, Math.ceil(least / secrets));

async function warm({ secrets, run }: Scaled): Promise<void> {
  // The large ones warm themselves: the first 10,000 are a small part of them.
  if (secrets > warmUp) return;
  for (let time = 0; time < timesFor(secrets, warmUp); time += 1) await run();
}

async function sample({ secrets, run }: Scaled): Promise<Sized> {
  const answers: Answered[] = [];
  for (let time = 0; time < timesFor(secrets, sampleOf); time += 1) answers.push(await run());
  return perSecret(secrets, answers);
}

/** @param scaled are stopped at the end */
export async function measureScaling(
  scaled: readonly Scaled[],
  progress: (line: string) => void,
): Promise<readonly Sized[]> {
  const samples: Sized[] = [];
  try {
    for (const one of scaled) await warm(one);
    for (let round = 1; round <= rounds; round += 1) {
      progress(`round ${round} of ${rounds}`);
      for (const one of scaled) {
        // The large ones once, in the middle: they are many samples themselves.
        if (one.secrets > sampleOf && round !== 2) continue;
        samples.push(await sample(one));
      }
    }
    return samples;
  } finally {
    for (const { stop } of scaled) await stop();
  }
}
