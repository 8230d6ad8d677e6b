/** `homing plan` over accounts of any size: its memory, and its time for each secret. */
import { startFakeSweepAws } from "../../tests/bundle/support/fakeSweepAws";
import { startScript } from "../backfill/contenders";
import { workOff } from "../container";
import { scalingFigures, sizes } from "../scaling";
import { measureScaling } from "../scalingRun";
import type { Scaled } from "../scalingRun";
import type { Part } from "./part";

/** Node's own share of a heap for young objects is that of so many MiB. */
const memory = 320;
/** As `npx homing` sets it. */
const options = ["--heap-growing-percent=50"];

async function startPlanner(secrets: number): Promise<Scaled> {
  const aws = await startFakeSweepAws(secrets, false);
  const env = {
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret-access-key-of-a-person",
    AWS_ENDPOINT_URL: aws.address,
  };
  const planner = await startScript("plan/planner.ts", env, memory, options);
  return {
    secrets,
    run: async () => {
      aws.lists.length = 0;
      const answered = await workOff(planner, {});
      const { work, secrets: planned } = answered.answer as { readonly secrets: number; readonly work: number };
      if (planned !== secrets || work !== secrets) throw new Error(`of ${secrets} secrets ${planned} were planned`);
      return answered;
    },
    stop: async () => {
      await planner.stop();
      await aws.stop();
    },
  };
}

export const plan: Part = {
  name: "plan",
  title: "`homing plan`, from 1,000 to 500,000 secrets",
  about:
    "The plan of the command line on Node 24, a process for each size, against a fake of ListSecrets that answers at once and a Vault in memory that holds nothing yet; the rates that it allows itself on AWS are lifted, and no resource policy is read.",
  measure: async ({ progress }) => {
    const planners: Scaled[] = [];
    for (const secrets of sizes) planners.push(await startPlanner(secrets));
    return scalingFigures(await measureScaling(planners, progress), "plan");
  },
};
