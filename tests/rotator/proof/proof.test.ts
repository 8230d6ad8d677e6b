/** Rotations of real targets, each cut off by `kill -9` at a random call, under 16 readers with caches of 0 to 300 s. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { randomInt } from "node:crypto";

import type { PostgresServer } from "../../support/postgresServer";
import { startRotatorVault } from "../support/rotatedHome";
import type { RotatorVault } from "../support/rotatedHome";
import { limits, prove } from "./proof";
import type { ProofOptions, Report } from "./proof";
import { databaseOfTwo, keysOfApi, postgres } from "./targets";
import type { Target } from "./targets";

/** How many rotations of each target; `npm run test:deep` makes 100. */
const rotations = Number(process.env["HOMING_ROTATIONS"] ?? "4");
const withGap = Number(process.env["HOMING_ROTATIONS"] ?? "1");
/** Where they are cut off; another place each time, unless it is told. */
const seed = Number(process.env["HOMING_ROTATION_SEED"] ?? randomInt(2 ** 31));
/** At most so much time goes by at once: little, where a gap is measured. */
const steps = { wide: 300_000, narrow: 60_000 };

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)}s`;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function tell({ finished, undone, killed, calls, samples, lost, readers, factor }: Report): void {
  const logins = sum(readers.map((reader) => reader.logins));
  const failed = sum(readers.map((reader) => reader.failed));
  say(
    `${finished.toString()} rotations of ${calls.toString()} calls finished, ${killed.toString()} killed, ${undone.toString()} values given up`,
  );
  say(`${logins.toString()} logins of ${readers.length.toString()} readers, ${failed.toString()} failed`);
  say(`${samples.toString()} looks into Vault, ${lost.toString()} credentials not there`);
  say(`time ${factor.toFixed(0)} times as fast, seed ${seed.toString()}`);
}

describe("rotations that are killed", function () {
  this.timeout(0);
  let vault: RotatorVault;
  let database: PostgresServer;
  before(async () => {
    vault = await startRotatorVault();
    database = await databaseOfTwo();
  });
  after(async () => {
    await database.stop();
    await vault.stop();
  });

  async function proven(
    name: string,
    target: Target,
    stepMs: number,
    more: Partial<ProofOptions> = {},
  ): Promise<Report> {
    try {
      ok((await target.unknown([])) > 0, "what is not in Vault is seen");
      const report = await prove(name, { vault, target, rotations, seed, stepMs, ...more });
      tell(report);
      const wanted = more.rotations ?? rotations;
      deepEqual([report.finished, report.killed, report.lost], [wanted, wanted, 0]);
      return report;
    } finally {
      await target.stop();
    }
  }
  const failedOf = ({ readers }: Report): number => sum(readers.map(({ failed }) => failed));

  it("never turn a reader of a PostgreSQL away, with alternating users", async () => {
    equal(failedOf(await proven("proof/alternating", await postgres(database, "alternating users"), steps.wide)), 0);
  });

  it("never turn a reader of an API with two keys away", async () => {
    equal(failedOf(await proven("proof/two-keys", await keysOfApi("two keys"), steps.wide)), 0);
  });

  it("would turn readers away if the overlap were shorter than their caches", async () => {
    const short = { rotations: 1, limits: { ...limits, overlapMs: 60_000 } };
    ok(failedOf(await proven("proof/short-overlap", await keysOfApi("two keys"), steps.narrow, short)) > 0);
  });

  for (const [title, name, made] of [
    ["a PostgreSQL away, with a single user", "proof/single-user", () => postgres(database, "single user")],
    ["an API with one key away", "proof/one-key", () => keysOfApi("one key")],
  ] as const) {
    it(`turn readers of ${title}: for as long as their caches and the next attempt`, async () => {
      const report = await proven(name, await made(), steps.narrow, { rotations: withGap });
      say(
        `gap by cache: ${report.readers.map(({ cacheMs, gapMs }) => `${seconds(cacheMs)} ${seconds(gapMs)}`).join(", ")}`,
      );
      ok(failedOf(report) > 0);
      for (const { cacheMs, gapMs } of report.readers) ok(gapMs <= cacheMs + limits.leaseMs + 4 * steps.narrow);
    });
  }
});
