/**
 * `npm run test:deep`: the explorer to ten million states, more schedules, every pair of acts to six thousand states, a
 * sample of threes, and 100 killed rotations of each target. Its arguments: states, schedules, states of a pair, minutes
 * for the threes.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const [states = "10000000", schedules = "100000", pairs = "6000", minutes = "90"] = process.argv.slice(2);

const { status } = spawnSync(
  process.execPath,
  [
    "--max-old-space-size=8192",
    join(root, "node_modules/mocha/bin/mocha.js"),
    "tests/model/explorer.test.ts",
    "tests/model/scheduler.test.ts",
    "tests/model/authority.test.ts",
    "tests/model/pairs.test.ts",
    "tests/model/triplesOfActs.ts",
    "tests/rotator/proof/proof.test.ts",
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      HOMING_MODEL_STATES: states,
      HOMING_MODEL_SCHEDULES: schedules,
      HOMING_MODEL_PAIR_STATES: pairs,
      HOMING_MODEL_AUTHORITY_STATES: "1000",
      HOMING_MODEL_TRIPLE_MINUTES: minutes,
      HOMING_ROTATIONS: "100",
    },
  },
);
process.exitCode = status ?? 1;
