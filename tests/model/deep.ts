/** `npm run test:deep`: the explorer to ten million states, and more schedules; the bound is the first argument. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const [states = "10000000", schedules = "100000"] = process.argv.slice(2);

const { status } = spawnSync(
  process.execPath,
  [
    "--max-old-space-size=8192",
    join(root, "node_modules/mocha/bin/mocha.js"),
    "tests/model/explorer.test.ts",
    "tests/model/scheduler.test.ts",
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, HOMING_MODEL_STATES: states, HOMING_MODEL_SCHEDULES: schedules },
  },
);
process.exitCode = status ?? 1;
