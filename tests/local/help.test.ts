import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Runs a program of the local cloud; what asks for help must start nothing. */
function run(script: string, ...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-r", "ts-node/register/transpile-only", join("local", script), ...args],
    { cwd: root, encoding: "utf8" },
  );
  return { code: status, out: stdout, err: stderr };
}

describe("the help of the local cloud's programs", () => {
  for (const { script, names } of [
    { script: "cli.ts", names: ["npm run local -- up", "npm run local -- down", "--mode", "--set key=value"] },
    { script: "demo.ts", names: ["npm run demo", "--vault"] },
  ]) {
    for (const option of ["--help", "-h"]) {
      it(`${script} ${option}: on standard output, within 80 columns, exit code 0`, () => {
        const { code, out, err } = run(script, option);

        assert.deepEqual([code, err], [0, ""]);
        for (const name of names) assert.ok(out.includes(name), `${name} in ${out}`);
        for (const line of out.split("\n")) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
      });
    }
  }

  it("stands after a command as well", () => {
    assert.deepEqual(run("cli.ts", "up", "--help"), { ...run("cli.ts", "--help") });
  });

  it("is shown with the error for an option that there is not", () => {
    for (const script of ["cli.ts", "demo.ts"]) {
      const { code, out, err } = run(script, "--helpp");
      assert.equal(code, 1);
      assert.match(out + err, /Unknown option '--helpp'.*\n[^]*Usage: npm run/);
    }
  });
});
