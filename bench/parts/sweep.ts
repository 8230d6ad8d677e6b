/** The shipped sweeper over accounts of any size: its memory, and its time for each secret. */
import { region } from "../../tests/support/mocks";
import { deploy, lambdaNode, startContainer } from "../../tests/bundle/support/container";
import { startFakeSweepAws } from "../../tests/bundle/support/fakeSweepAws";
import { planted, shippedFunction } from "../../tests/bundle/support/shipped";
import type { Shipped } from "../../tests/bundle/support/shipped";
import { workOff } from "../container";
import type { Figure } from "../figures";
import { scalingFigures, sizes } from "../scaling";
import { measureScaling } from "../scalingRun";
import type { Scaled } from "../scalingRun";
import type { Part } from "./part";

async function startSweeper(shipped: Shipped, directory: string, secrets: number): Promise<Scaled> {
  const aws = await startFakeSweepAws(secrets, false);
  const container = await startContainer({
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
    run: async () => {
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

async function measure(progress: (line: string) => void): Promise<readonly Figure[]> {
  const shipped = await shippedFunction(planted, "sweeper");
  const deployment = deploy(shipped);
  try {
    const sweepers: Scaled[] = [];
    for (const secrets of sizes) sweepers.push(await startSweeper(shipped, deployment.directory, secrets));
    return scalingFigures(await measureScaling(sweepers, progress), "sweep");
  } finally {
    deployment.remove();
  }
}

export const sweep: Part = {
  name: "sweep",
  title: "The sweeper, from 1,000 to 500,000 secrets",
  about:
    "The shipped sweeper on Node 24, a process for each size, against a fake of ListSecrets and SendMessageBatch that answers at once; the rate that it allows itself on AWS is lifted. Processor time is the process's own, so that others on the machine are hardly in it.",
  measure: ({ progress }) => measure(progress),
};
