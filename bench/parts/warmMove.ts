/** A warm move of the shipped function: against the hops that it must wait for, and against a bare loop of its calls. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";

import type { Answered, Container } from "../../tests/bundle/support/container";
import type { StoredSecret } from "../../tests/bundle/support/fakeAws";
import { about, batch, openStage } from "../../tests/bundle/support/stage";
import type { Stage } from "../../tests/bundle/support/stage";
import { workOff } from "../container";
import type { Figure } from "../figures";
import { longestChain } from "../hops/chain";
import type { Chain } from "../hops/chain";
import { startHop } from "../hops/hop";
import type { Hop, HopServer } from "../hops/hop";
import { signatureOf, templateOf } from "../hops/template";
import type { Subject, TemplateCall } from "../hops/template";
import { inTurns, median, ratios } from "../statistics";
import { large, small } from "../subjects";
import type { Part } from "./part";

const hopMs = 10;
const delayedMoves = 100;
const pairsOfMoves = 300;
/** Moves that are made before any is measured, until the engine has compiled what runs often. */
const warmUp = 50;

/** Every request of a container passes one of two hops. */
interface Hops {
  readonly aws: HopServer;
  readonly vault: HopServer;
  readonly environment: Readonly<Record<string, string>>;
}

async function openHops({ aws, vault }: Stage, delayMs: number): Promise<Hops> {
  const [toAws, toVault] = await Promise.all([startHop(aws.address, delayMs), startHop(vault.address, delayMs)]);
  const environment = { AWS_ENDPOINT_URL: toAws.address, HOMING_VAULT_ADDRESS: toVault.address };
  return { aws: toAws, vault: toVault, environment };
}

const takeHops = ({ aws, vault }: Hops): readonly Hop[] => [...aws.hops.splice(0), ...vault.hops.splice(0)];

interface Delayed {
  readonly ms: number;
  readonly calls: number;
  readonly chain: Chain;
}

const named = (count: string, { arn, name, versionId }: StoredSecret, value: string): [string, Subject] => [
  count,
  { arn, name, versionId, value },
];

/** Hands out secrets one by one. */
function makeSupply(stage: Stage): (value: string) => [string, Subject] {
  let count = 0;
  return (value) => {
    count += 1;
    // The fakes' logs grow with every call and would make later moves slower than earlier ones.
    stage.forgetCalls();
    return named(count.toString(), stage.aws.put(`app/secret-${count}`, value), value);
  };
}

type Supply = ReturnType<typeof makeSupply>;

/** Runs the mover behind hops; gives every move and the calls of the last one, with the secret they were about. */
async function moveBehindHops(
  stage: Stage,
  supply: Supply,
): Promise<{ readonly moves: readonly Delayed[]; readonly hops: readonly Hop[]; readonly subject: Subject }> {
  const hops = await openHops(stage, hopMs);
  try {
    const container = await stage.start(hops.environment);
    const moves: Delayed[] = [];
    for (let move = 0; ; move += 1) {
      const [id, subject] = supply(small);
      const { ms } = await workOff(container, batch(about(id, subject.arn)));
      const seen = takeHops(hops);
      // The first few log in, and run code that isn't compiled yet.
      if (move >= 10) moves.push({ ms, calls: seen.length, chain: longestChain(seen) });
      if (moves.length === delayedMoves) return { moves, hops: seen, subject };
    }
  } finally {
    await Promise.all([hops.aws.stop(), hops.vault.stop()]);
  }
}

/** The one number that all moves agree on. */
function constant(numbers: readonly number[], what: string): number {
  const [first = 0, ...others] = new Set(numbers);
  if (others.length > 0) throw new Error(`moves differ in their ${what}: ${[first, ...others].join(", ")}`);
  return first;
}

function delayedFigures(moves: readonly Delayed[]): readonly Figure[] {
  const calls = constant(
    moves.map((move) => move.calls),
    "calls",
  );
  const follow = median(moves.map(({ chain }) => chain.hops));
  return [
    {
      name: "warm move against its hops",
      unit: "",
      samples: moves.map(({ ms, chain }) => ms / chain.ms),
      goal: { atMost: 1.1 },
      note: `the move's time by the time of the calls that followed one another in that very move, as the hop in front of the servers saw them (its ${hopMs} ms, its timer's lateness and the server's answer; not the connection to it). ${calls} calls a move, ${follow} of them one after another.`,
    },
    {
      name: `warm move against ${follow} × ${hopMs} ms`,
      unit: "",
      samples: moves.map(({ ms }) => ms / (follow * hopMs)),
      note: "the same moves by the nominal time, as if timers, connections and servers took none.",
    },
    { name: `warm move, ${hopMs} ms on every hop`, unit: "ms", samples: moves.map(({ ms }) => ms) },
    { name: "calls of a move", unit: "", samples: [calls] },
    { name: "calls of a move that follow one another", unit: "", samples: moves.map(({ chain }) => chain.hops) },
  ];
}

interface Movers {
  readonly ours: (value: string) => Promise<Answered>;
  readonly bare: (value: string) => Promise<Answered>;
}

/** The token of the mover that ran behind the hops. */
function tokenOf({ vault: { tokens } }: Stage): string {
  const [token] = tokens;
  if (token === undefined) throw new Error("no mover has logged in so far");
  return token;
}

async function startBare(stage: Stage): Promise<Container> {
  copyFileSync(join(__dirname, "..", "bare", "replay.js"), join(stage.deployment.directory, "replay.js"));
  return stage.start({}, "replay.js");
}

async function startMovers(stage: Stage, supply: Supply, template: readonly TemplateCall[]): Promise<Movers> {
  const [ours, bare] = await Promise.all([stage.start(), startBare(stage)]);
  const token = tokenOf(stage);
  return {
    ours: (value) => {
      const [id, { arn }] = supply(value);
      return workOff(ours, batch(about(id, arn)));
    },
    bare: (value) => {
      const [, subject] = supply(value);
      return workOff(bare, { template, secrets: [subject], concurrency: 1, vault: stage.vault.address, token });
    },
  };
}

/** The yardstick is only one if it makes the same calls. */
async function assertSameCalls(stage: Stage, supply: Supply, template: readonly TemplateCall[]): Promise<void> {
  const hops = await openHops(stage, 0);
  try {
    const container = await stage.start(hops.environment, "replay.js");
    const token = tokenOf(stage);
    const [, subject] = supply(small);
    const way = { vault: hops.vault.address, token };
    await workOff(container, { template, secrets: [subject], concurrency: 1, ...way });
    const [made, wanted] = [templateOf(takeHops(hops), subject), template].map((calls) =>
      signatureOf(calls).join("\n"),
    );
    if (made !== wanted)
      throw new Error(`bench/bare/replay.js makes other calls than the function:\n${made ?? ""}\n\n${wanted ?? ""}`);
  } finally {
    await Promise.all([hops.aws.stop(), hops.vault.stop()]);
  }
}

async function measurePairs(
  stage: Stage,
  supply: Supply,
  template: readonly TemplateCall[],
): Promise<readonly Figure[]> {
  const movers = await startMovers(stage, supply, template);
  const pairsOf = (value: string, turns: number) =>
    inTurns(
      turns,
      async () => (await movers.ours(value)).ms,
      async () => (await movers.bare(value)).ms,
    );
  await pairsOf(small, warmUp);
  const pairs = await pairsOf(small, pairsOfMoves);
  const largePairs = await pairsOf(large, Math.ceil(pairsOfMoves / 10));
  return [
    {
      name: "warm move against a bare loop of its calls",
      unit: "",
      samples: ratios(pairs),
      goal: { below: 1.3 },
      note: "the next two lines, divided turn by turn: the same calls in the same order, recorded from a move, on the same servers, which answer at once; the nearer the servers, the higher the ratio.",
    },
    { name: "warm move by the function", unit: "ms", samples: pairs.ours },
    { name: "warm move by the bare loop", unit: "ms", samples: pairs.other },
    { name: "warm move of 60 KB by the function", unit: "ms", samples: largePairs.ours },
    { name: "warm move of 60 KB by the bare loop", unit: "ms", samples: largePairs.other },
  ];
}

export const warmMove: Part = {
  name: "move",
  title: "A warm move",
  about:
    "The shipped function on Node 24, called with one message at a time, between in-memory fakes of AWS and Vault on loopback.",
  measure: async ({ progress }) => {
    const stage = await openStage();
    try {
      const supply = makeSupply(stage);
      progress(`moving ${delayedMoves} secrets with ${hopMs} ms on every hop`);
      const { moves, hops, subject } = await moveBehindHops(stage, supply);
      const template = templateOf(hops, subject);
      progress(`moving secrets by the function and by a bare loop of its calls, ${pairsOfMoves} times each`);
      const pairs = await measurePairs(stage, supply, template);
      await assertSameCalls(stage, supply, template);
      return [...delayedFigures(moves), ...pairs];
    } finally {
      await stage.close();
    }
  },
};
