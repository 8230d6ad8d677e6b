/** The shipped sweeper over accounts of any size: its memory, and its time for each secret. */
import { region } from "../../tests/support/mocks";
import { deploy, lambdaNode, startContainer } from "../../tests/bundle/support/container";
import type { Answered, Container } from "../../tests/bundle/support/container";
import { startFakeSweepAws } from "../../tests/bundle/support/fakeSweepAws";
import { planted, shippedFunction } from "../../tests/bundle/support/shipped";
import type { Shipped } from "../../tests/bundle/support/shipped";
import { workOff } from "../container";
import type { Figure } from "../figures";
import { perSecret, scalingFigures } from "../scaling";
import type { Sized } from "../scaling";
import { sizes } from "../scaling";
import type { Part } from "./part";

/** Secrets that a process lists before it is measured, until the engine has compiled what runs often. */
const warmUp = 10_000;
/** A sample is of so many secrets at least, so that one of a small account is no shorter than the clock's noise. */
const sampleOf = 10_000;
const rounds = 3;

interface Sweeper {
  readonly secrets: number;
  readonly sweep: () => Promise<Answered>;
  readonly stop: () => Promise<void>;
}

async function startSweeper(shipped: Shipped, directory: string, secrets: number): Promise<Sweeper> {
  const aws = await startFakeSweepAws(secrets, false);
  const container: Container = await startContainer({
    node: await lambdaNode(),
    directory,
    memory: shipped.memory,
    env: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret-access-key-of-the-role",
      AWS_SESSION_TOKEN: "session-token-of-the-role",
      ...shipped.environment,
      AWS_ENDPOINT_URL: aws.address,
      HOMING_QUEUE_URL: aws.queueUrl,
      // Its pace has its own test; here it would be all that is measured.
      HOMING_SWEEP_SHARE: "1000000",
    },
  });
  return {
    secrets,
    sweep: async () => {
      aws.lists.length = 0;
      const answered = await workOff(container, { sweep: "all" });
      const { sent } = answered.answer as { readonly sent: number };
      if (sent !== secrets) throw new Error(`a sweep of ${secrets} secrets sent ${sent}`);
      return answered;
    },
    stop: async () => {
      await container.stop();
      await aws.stop();
    },
  };
}

const timesFor = (secrets: number, least: number): number => Math.max(1, Math.ceil(least / secrets));

async function warm({ secrets, sweep }: Sweeper): Promise<void> {
  // The large ones warm themselves: the first 10,000 are a small part of them.
  if (secrets > warmUp) return;
  for (let time = 0; time < timesFor(secrets, warmUp); time += 1) await sweep();
}

async function sample({ secrets, sweep }: Sweeper): Promise<Sized> {
  const answers: Answered[] = [];
  for (let time = 0; time < timesFor(secrets, sampleOf); time += 1) answers.push(await sweep());
  return perSecret(secrets, answers);
}

async function measure(progress: (line: string) => void): Promise<readonly Figure[]> {
  const shipped = await shippedFunction(planted, "sweeper");
  const deployment = deploy(shipped);
  const sweepers: Sweeper[] = [];
  try {
    for (const secrets of sizes) sweepers.push(await startSweeper(shipped, deployment.directory, secrets));
    for (const sweeper of sweepers) await warm(sweeper);
    const samples: Sized[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`round ${round} of ${rounds}`);
      for (const sweeper of sweepers) {
        // The large ones once, in the middle: they are many samples themselves.
        if (sweeper.secrets > sampleOf && round !== 2) continue;
        samples.push(await sample(sweeper));
      }
    }
    return scalingFigures(samples, "sweep");
  } finally {
    for (const { stop } of sweepers) await stop();
    deployment.remove();
  }
}

export const sweep: Part = {
  name: "sweep",
  title: "The sweeper, from 1,000 to 500,000 secrets",
  about:
    "The shipped sweeper on Node 24, a process for each size, against a fake of ListSecrets and SendMessageBatch that answers at once; the rate that it allows itself on AWS is lifted. Processor time is the process's own, so that others on the machine are not in it.",
  measure: ({ progress }) => measure(progress),
};
