/** Rotations of a real target under readers, each cut off by `kill -9` at a random call. */
import { isDeepStrictEqual } from "node:util";

import { limitsOf } from "../../../runtime/rotator/handler";
import type { Limits, Wish } from "../../../runtime/rotator/run";
import { seededRandom } from "../../outage/random";
import { sharingExample } from "../../support/exampleFolder";
import type { RotatedHome, RotatorVault } from "../support/rotatedHome";
import { jumpingClock } from "./clock";
import { startReaders } from "./readers";
import type { Seen } from "./readers";
import { startRelay } from "./relay";
import type { Fate } from "./relay";
import { rotatorProcess } from "./rotatorProcess";
import type { Answer } from "./rotatorProcess";
import type { Target } from "./targets";

const second = 1_000;
/** A cache of 0 to 300 seconds for each of 16 readers. */
const caches = Array.from({ length: 16 }, (_, at) => at * 20 * second);
/** As a deployed rotator has them: a minute more than the longest cache. */
export const limits: Limits = limitsOf({
  intervalSeconds: 30 * 86_400,
  overlapSeconds: 360,
  longestOverlapSeconds: 0,
  timeoutSeconds: 60,
});
/** Looks that must be enough to bring a rotation to its end. */
const mostLooks = 120;

export interface ProofOptions {
  readonly vault: RotatorVault;
  readonly target: Target;
  readonly rotations: number;
  readonly seed: number;
  /** Between two looks of the rotator, simulated, at most. */
  readonly stepMs: number;
  readonly limits?: Limits;
}

export interface Report {
  /** Rotations after which the home holds another value, which the target accepts, and the former one has ended. */
  readonly finished: number;
  /** Values that were given up on the way. */
  readonly undone: number;
  readonly killed: number;
  /** Calls of a rotation that nobody cuts off. */
  readonly calls: number;
  /** Moments at which the credentials that the target accepts were looked for in Vault, and what was not there. */
  readonly samples: number;
  readonly lost: number;
  readonly readers: readonly Seen[];
  readonly factor: number;
}

/** Where in a rotation it is cut off: before the home has the new value or after, and at which call of an attempt. */
interface Cut {
  readonly part: Part;
  readonly call: number;
  readonly fate: Fate;
}
type Part = "rotated" | "retired";

/** Counts a rotator's calls, and looks at each of them whether what the target accepts is in Vault. */
function watch(home: RotatedHome, target: Target) {
  const counted = { samples: 0, lost: 0 };
  let [part, calls, cut]: [Part, number, Cut | undefined] = ["rotated", 0, undefined];
  const sample = async (): Promise<void> => {
    counted.samples += 1;
    counted.lost += await target.unknown(await home.values());
  };
  return {
    counted,
    sample,
    calls: () => calls,
    cutAt: (next: Cut): void => {
      cut = next;
    },
    begin: (next: Part): void => {
      [part, calls] = [next, 0];
    },
    fate: async (): Promise<Fate> => {
      await sample();
      // A login that is denied has sometimes one call less: where a part ended too early, the next begins with the end.
      const here = cut !== undefined && (cut.part === part ? calls >= cut.call : part === "retired") ? cut : undefined;
      calls += 1;
      if (here === undefined) return "goes on";
      cut = undefined;
      return here.fate;
    },
  };
}

/** Proves it. The target is the proof's own: nobody else changes its credentials meanwhile. */
export async function prove(name: string, options: ProofOptions): Promise<Report> {
  const { vault, target, rotations, seed, stepMs } = options;
  const random = seededRandom(seed);
  const clock = jumpingClock();
  const example = sharingExample(target.example);
  const stops: (() => Promise<unknown>)[] = [];
  let cut = (): Promise<void> => Promise.resolve();
  let fate = (): Promise<Fate> => Promise.resolve("goes on");
  const relayTo = async (port: number): Promise<number> => {
    const relay = await startRelay(port, { fate: () => fate(), cut: () => cut() });
    stops.push(relay.stop);
    return relay.port;
  };
  try {
    const { config, first } = target.given(await relayTo(target.port));
    const home = await vault.homeOf(name, first);
    const address = `http://127.0.0.1:${(await relayTo(Number(new URL(vault.address).port))).toString()}`;
    const rotator = rotatorProcess({
      place: { ...home.place, address },
      example: example.folder,
      config,
      limits: options.limits ?? limits,
    });
    stops.push(rotator.kill);
    const watched = watch(home, target);
    const tally = { finished: 0, undone: 0, killed: 0 };
    cut = async () => {
      tally.killed += 1;
      await rotator.kill();
      await watched.sample();
    };
    fate = watched.fate;
    const readers = startReaders(caches, { clock, read: home.read, login: target.login });
    let seen: readonly Seen[] | undefined;
    stops.push(async () => {
      seen ??= await readers.stop();
    });

    const pass = (): Promise<void> => readers.jump(Math.ceil(stepMs * (0.25 + 0.75 * random())));
    /** @returns the calls of the attempts that did something */
    async function rotateOnce(): Promise<Readonly<Record<Part, number>>> {
      const former = await home.read();
      const calls = { rotated: 0, retired: 0 };
      let part: Part = "rotated";
      const answers: (Answer | "killed")[] = [];
      while (answers.length < mostLooks) {
        watched.begin(part);
        // What was killed before anything was written is not due by itself.
        const wish: Wish = part === "rotated" ? "start" : "continue";
        const answer = await rotator.attempt({ wish, jumps: clock.jumps() });
        answers.push(answer);
        await watched.sample();
        if (answer !== "killed") {
          if (answer.outcome === "restarted") tally.undone += 1;
          if (answer.outcome === part) calls[part] = watched.calls();
          if (answer.outcome === "retired") break;
          if (answer.outcome === "rotated") part = "retired";
        }
        await pass();
      }
      const current = await home.read();
      const isFinished =
        !isDeepStrictEqual(current, former) && (await target.login(current)) && !(await target.login(former));
      if (!isFinished) throw new Error(`a rotation was not finished: ${JSON.stringify(answers)}`);
      tally.finished += 1;
      return calls;
    }

    const { rotated, retired } = await rotateOnce();
    tally.finished = 0;
    for (let at = 0; at < rotations; at += 1) {
      const call = Math.floor(random() * (rotated + retired));
      const where =
        call < rotated ? ({ part: "rotated", call } as const) : ({ part: "retired", call: call - rotated } as const);
      watched.cutAt({ ...where, fate: random() < 0.5 ? "is cut off before" : "is cut off after" });
      await rotateOnce();
    }
    const factor = clock.factor();
    seen = await readers.stop();
    const { samples, lost } = watched.counted;
    return { ...tally, calls: rotated + retired, samples, lost, readers: seen, factor };
  } finally {
    for (const stop of stops.reverse()) await stop();
    example.remove();
  }
}
