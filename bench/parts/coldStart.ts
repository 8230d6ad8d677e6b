/** Loading the shipped function in fresh processes, beside the bare SDK client on the same Node. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";

import type { Container } from "../../tests/bundle/support/container";
import { about, batch, openStage } from "../../tests/bundle/support/stage";
import type { Stage } from "../../tests/bundle/support/stage";
import { loadMs, workOff } from "../container";
import type { Figure } from "../figures";
import { inTurns, ratios } from "../statistics";
import { small } from "../subjects";
import type { Part } from "./part";

const pairsOfProcesses = 15;
const movesForMemory = 500;

async function measureLoads(stage: Stage): Promise<readonly Figure[]> {
  copyFileSync(join(__dirname, "..", "bare", "load.js"), join(stage.deployment.directory, "load.js"));
  const first: number[] = [];
  const fresh = (file?: string): Promise<Container> => stage.start({}, file);
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
  const pairs = await inTurns(pairsOfProcesses, ours, bare);
  return [
    {
      name: "cold load against the bare SDK client",
      unit: "",
      samples: ratios(pairs),
      goal: { below: 1.5 },
      note: "the next two lines, divided turn by turn; no network is involved.",
    },
    { name: "cold load of the function", unit: "ms", samples: pairs.ours },
    { name: "cold load of the bare SDK client", unit: "ms", samples: pairs.other },
    {
      name: "cold load and first move",
      unit: "ms",
      samples: first,
      note: "with the login and the check of the recorded template, on servers that answer at once.",
    },
  ];
}

async function measureMemory(stage: Stage): Promise<Figure> {
  const container = await stage.start();
  let peakKiB = 0;
  for (let move = 0; move < movesForMemory; move += 1) {
    stage.forgetCalls();
    const { arn } = stage.aws.put(`app/memory-${move}`, small);
    ({ peakKiB } = await workOff(container, batch(about("1", arn))));
  }
  return {
    name: "peak memory of the function",
    unit: "MiB",
    samples: [peakKiB / 1_024],
    goal: { below: 128 },
    note: `the whole Node process, after ${movesForMemory} moves one by one, its heap set for ${stage.environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] ?? ""} MiB as Lambda does it.`,
  };
}

export const coldStart: Part = {
  name: "cold",
  title: "Cold start on Node 24",
  about: "Fresh processes on the Node of Lambda's runtime, in turns; the servers are in-memory fakes on loopback.",
  measure: async ({ progress }) => {
    const stage = await openStage();
    try {
      progress(`loading the function and the bare SDK client, ${pairsOfProcesses} times each`);
      const loads = await measureLoads(stage);
      progress(`moving ${movesForMemory} secrets for the memory`);
      return [...loads, await measureMemory(stage)];
    } finally {
      await stage.close();
    }
  },
};
