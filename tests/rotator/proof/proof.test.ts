/** Rotations of real targets, each cut off by `kill -9` at a random call, under 16 readers with caches of 0 to 300 s. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { randomInt } from "node:crypto";

import { startRotatorVault } from "../support/rotatedHome";
import type { RotatorVault } from "../support/rotatedHome";
import { prove } from "./proof";
import type { Report } from "./proof";
import { keysOfApi, postgres } from "./targets";
import type { Target } from "./targets";

/** How many rotations of each target; `npm run test:deep` makes 100. */
const wanted = Number(process.env["HOMING_ROTATIONS"] ?? "6");
const seed = Number(process.env["HOMING_ROTATION_SEED"] ?? randomInt(2 ** 31));

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`;
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
  before(async () => {
    vault = await startRotatorVault();
  });
  after(async () => {
    await vault.stop();
  });

  async function proven(name: string, target: Target, stepMs: number, rotations: number): Promise<Report> {
    try {
      ok((await target.unknown([])) > 0, "what is not in Vault is seen");
      const report = await prove(name, { vault, target, rotations, seed, stepMs });
      tell(report);
      deepEqual([report.finished, report.killed, report.lost], [rotations, rotations, 0]);
      return report;
    } finally {
      await target.stop();
    }
  }
  const failedOf = ({ readers }: Report): number => sum(readers.map(({ failed }) => failed));

  it("never turn a reader of a PostgreSQL away, with alternating users", async () => {
    equal(failedOf(await proven("proof/alternating", await postgres("alternating users"), 200_000, wanted)), 0);
  });

  it("never turn a reader of an API with two keys away", async () => {
    equal(failedOf(await proven("proof/two-keys", await keysOfApi("two keys"), 200_000, wanted)), 0);
  });

  for (const [title, name, made] of [
    ["a PostgreSQL away, with a single user", "proof/single-user", () => postgres("single user")],
    ["an API with one key away", "proof/one-key", () => keysOfApi("one key")],
  ] as const) {
    it(`turn readers of ${title}, for as long as their caches and the next attempt`, async () => {
      const report = await proven(name, await made(), 30_000, Math.ceil(wanted / 2));
      for (const { cacheMs, gapMs } of report.readers) say(`cache ${seconds(cacheMs)}: gap ${seconds(gapMs)}`);
      ok(failedOf(report) > 0);
    });
  }
});
