/** `npm run backfill -- [secrets [fleet|local]]`: empties the local cloud of many secrets, through the fleet and with --local, killed thrice. */
import { stopAll } from "../../local/processes";
import { startBench } from "../system/support/bench";
import { backfill } from "./support/backfill";
import { homingIn } from "./support/homing";
import { operatorSettings } from "../system/support/operatorLogin";
import { terminalLogins } from "./support/terminalLogins";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(secrets: number, only: string | undefined): Promise<void> {
  // As many containers as a deployment has by default.
  const settings = { ...operatorSettings, maxConcurrency: "5", tokenTtlMinutes: "60" };
  const bench = await startBench({ name: "backfill", login: "aws", server: "vault", settings });
  try {
    const homing = homingIn(bench.system);
    const { operator } = await terminalLogins(bench);
    const ways = [
      { prefix: "fleet", what: "through the fleet", args: ["--concurrency", "100"] },
      { prefix: "local", what: "with --local", args: ["--local"], env: { VAULT_TOKEN: operator } },
    ];
    for (const { what, ...way } of ways.filter(({ prefix }) => only === undefined || only === prefix)) {
      say(`${what}:`);
      const report = await backfill({
        bench,
        homing,
        secrets,
        kills: 3,
        say: (line) => {
          say(`  ${line}`);
        },
        ...way,
      });
      say(`  planned: ${JSON.stringify(report.planned)}`);
      say(
        `  plan = result for all ${secrets}; ${report.moved} moved, equal in Vault, sources scheduled; ${report.kept} kept`,
      );
      say(
        `  killed by SIGKILL after ${report.killedAt.join(", ")} outcomes of a run; ${report.seconds.toFixed(0)} s in all`,
      );
    }
  } finally {
    await bench.cloud.stop();
  }
}

main(Number(process.argv[2] ?? 2_000), process.argv[3]).catch(async (error: unknown) => {
  await stopAll();
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
