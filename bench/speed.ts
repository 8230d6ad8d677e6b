/** Loading the function and moving secrets with it, each beside a bare script on the same Node and the same servers. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";

import type { Answered, Container } from "../tests/bundle/support/container";
import type { StoredSecret } from "../tests/bundle/support/fakeAws";
import { about, batch, openStage } from "../tests/bundle/support/stage";
import type { Stage } from "../tests/bundle/support/stage";
import { median } from "./figures";
import type { Figure } from "./figures";

export interface SpeedOptions {
  /** Pairs of fresh processes. */
  readonly loads: number;
  /** Pairs of moves, and moves after which the memory is read. */
  readonly moves: number;
  readonly progress: (line: string) => void;
}

/** Moves that are made before any is measured, until the engine has compiled what runs often. */
const warmUp = 50;
/** The largest value that Secrets Manager holds is 65,536 bytes. */
const largeBytes = 60_000;

const small = JSON.stringify({ username: "app", password: "correct horse battery staple", port: 5432 });
const large = JSON.stringify({ certificate: "0123456789abcdef".repeat(largeBytes / 16), key: "k" });

async function workOff(container: Container, event: unknown): Promise<Answered> {
  const answer = await container.invoke(event);
  if (answer.is === "failed") throw new Error(`${answer.error.message}\n${container.output()}`);
  return answer;
}

function loadMs({ loaded, output }: Container): number {
  if (loaded.is === "failed") throw new Error(`${loaded.error.message}\n${output()}`);
  return loaded.ms;
}

interface Movers {
  readonly ours: (value: string) => Promise<Answered>;
  readonly bare: (value: string) => Promise<Answered>;
}

/** Two containers that move secrets of the same fakes, named one by one. */
async function startMovers(stage: Stage): Promise<Movers> {
  const { HOMING_HOME_PREFIX: prefix, HOMING_ACCOUNT: account, HOMING_REGION: region } = stage.environment;
  const [ours, bare] = await Promise.all([stage.start(), stage.start({}, "move.js")]);
  let count = 0;
  const next = (value: string): StoredSecret => {
    count += 1;
    // The fakes' logs grow with every call and would make later moves slower than earlier ones.
    stage.aws.calls.length = 0;
    stage.vault.calls.length = 0;
    return stage.aws.put(`app/secret-${count}`, value);
  };
  return {
    ours: (value) => workOff(ours, batch(about(count.toString(), next(value).arn))),
    bare: (value) => {
      const { arn, name, versionId } = next(value);
      const path = `${prefix}/${account}/${region}/${name}`;
      return workOff(bare, { arn, path, suffix: arn.slice(-6), versionId });
    },
  };
}

/** The calls since the last secret was made, without what tells one secret from another. */
const callsOf = ({ aws, vault }: Stage): readonly (readonly string[])[] => [
  aws.calls.map(({ action }) => action),
  vault.calls.map(({ method, path }) => `${method} ${path.replace(/\d+$/, "")}`),
];

async function assertSameCalls(stage: Stage, { ours, bare }: Movers): Promise<void> {
  await ours(small);
  const wanted = JSON.stringify(callsOf(stage));
  await bare(small);
  const made = JSON.stringify(callsOf(stage));
  if (wanted !== made) throw new Error(`bench/bare/move.js makes other calls than the function:\n${made}\n${wanted}`);
}

interface Pairs {
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

/** Runs both in turns, so that whatever else the machine does falls on both. */
async function inTurns(count: number, ours: () => Promise<number>, bare: () => Promise<number>): Promise<Pairs> {
  const samples = { ours: [] as number[], bare: [] as number[] };
  for (let turn = 0; turn < count; turn += 1) {
    samples.ours.push(await ours());
    samples.bare.push(await bare());
  }
  return samples;
}

const ratioOf = ({ ours, bare }: Pairs): number => median(ours) / median(bare);

async function measureLoads(stage: Stage, count: number): Promise<readonly Figure[]> {
  const first: number[] = [];
  const fresh = async (file?: string): Promise<Container> => stage.start({}, file);
  const ours = async (): Promise<number> => {
    const container = await fresh();
    const ms = loadMs(container);
    const { arn } = stage.aws.put(`app/first-${first.length}`, small);
    first.push(ms + (await workOff(container, batch(about("1", arn)))).ms);
    await container.stop();
    return ms;
  };
  const bare = async (): Promise<number> => {
    const container = await fresh("load.js");
    await container.stop();
    return loadMs(container);
  };
  const pairs = await inTurns(count, ours, bare);
  return [
    {
      name: "cold load against the bare SDK client",
      unit: "",
      samples: [ratioOf(pairs)],
      goal: 1.5,
      note: "ratio of the medians of the next two lines; no network is involved.",
    },
    { name: "cold load of the function", unit: "ms", samples: pairs.ours },
    { name: "cold load of the bare SDK client", unit: "ms", samples: pairs.bare },
    {
      name: "cold load and first move",
      unit: "ms",
      samples: first,
      note: "with the login and the check of the recorded template, on servers that answer at once.",
    },
  ];
}

async function measureMoves(stage: Stage, count: number): Promise<readonly Figure[]> {
  const movers = await startMovers(stage);
  await movers.ours(small);
  await movers.bare(small);
  await assertSameCalls(stage, movers);
  const pairsOf = (value: string, turns: number): Promise<Pairs> =>
    inTurns(
      turns,
      async () => (await movers.ours(value)).ms,
      async () => (await movers.bare(value)).ms,
    );
  await pairsOf(small, warmUp);
  const pairs = await pairsOf(small, count);
  const largePairs = await pairsOf(large, Math.ceil(count / 10));
  return [
    {
      name: "warm move against a bare script",
      unit: "",
      samples: [ratioOf(pairs)],
      goal: 1.3,
      note: "ratio of the medians of the next two lines: the same 14 calls in the same order on the same servers, which answer at once; the nearer the servers, the higher the ratio.",
    },
    { name: "warm move by the function", unit: "ms", samples: pairs.ours },
    { name: "warm move by the bare script", unit: "ms", samples: pairs.bare },
    { name: "warm move of 60 KB by the function", unit: "ms", samples: largePairs.ours },
    { name: "warm move of 60 KB by the bare script", unit: "ms", samples: largePairs.bare },
  ];
}

async function measureMemory(stage: Stage, moves: number): Promise<Figure> {
  const container = await stage.start();
  let peakKiB = 0;
  for (let move = 0; move < moves; move += 1) {
    stage.aws.calls.length = 0;
    stage.vault.calls.length = 0;
    const { arn } = stage.aws.put(`app/memory-${move}`, small);
    ({ peakKiB } = await workOff(container, batch(about("1", arn))));
  }
  return {
    name: "peak memory of the function",
    unit: "MiB",
    samples: [peakKiB / 1_024],
    goal: 128,
    note: `the whole Node process, after ${moves} moves one by one, its heap set for ${stage.environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] ?? ""} MiB as Lambda does it.`,
  };
}

/** Measures on servers of this process, so nothing leaves the machine. */
export async function measureSpeed({ loads, moves, progress }: SpeedOptions): Promise<readonly Figure[]> {
  const stage = await openStage();
  try {
    for (const script of ["load.js", "move.js"]) {
      copyFileSync(join(__dirname, "bare", script), join(stage.deployment.directory, script));
    }
    progress(`loading the function and the bare SDK client, ${loads} times each`);
    const loaded = await measureLoads(stage, loads);
    progress(`moving secrets by the function and by a bare script, ${moves} times each`);
    const moved = await measureMoves(stage, moves);
    progress(`moving ${moves} secrets for the memory`);
    return [...loaded, ...moved, await measureMemory(stage, moves)];
  } finally {
    await stage.close();
  }
}
