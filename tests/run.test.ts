import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { needsTools } from "./support/needsTools";

const checkout = dirname(__dirname);

describe("npm test with the name of a file", function () {
  this.timeout(120_000);
  let copy: string;

  /** A checkout in which nothing is installed yet but the packages. */
  before(() => {
    copy = mkdtempSync(join(tmpdir(), "homing-run-"));
    for (const part of [
      ...["cli", "components", "local", "runtime", "settings", "tests"],
      ...[".mocharc.json", "package.json", "tsconfig.json"],
    ]) {
      cpSync(join(checkout, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
  });
  after(() => {
    rmSync(copy, { recursive: true });
  });

  /** On a machine without Go and Python. */
  function run(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["-r", "ts-node/register/transpile-only", join("tests", "run.ts"), ...args],
      { cwd: copy, encoding: "utf8", env: { PATH: "" }, timeout: 100_000 },
    );
    return { code: status, said: stdout + stderr };
  }

  it("installs nothing for tests that need no tools", () => {
    const { code, said } = run("tests/runtime/model/path.test.ts");

    assert.equal(code, 0, said);
    assert.match(said, /\d+ passed, 0 failed/);
  });

  it("installs them before tests that need them, alone or beside others, by file or by folder", () => {
    for (const args of [
      ["tests/components/homingPreview.test.ts"],
      ["tests/runtime/model/path.test.ts", "tests/components/homingPreview.test.ts"],
      ["--recursive", "tests/components"],
    ]) {
      const { code, said } = run(...args);

      assert.equal(code, 1, said);
      assert.match(said, /^vault: Go is not on PATH/m);
    }
  });
});

describe("tests that need tools", () => {
  for (const [file, expected] of [
    ["system/awsOnVault", true],
    ["components/vault/neighbours", true],
    ["cli/commandLine", true],
    ["cli/status", false],
    ["policy/threeFences", true],
    ["policy/configuration", false],
  ] as const) {
    it(`${expected ? "are" : "are not"} ${file}`, () => {
      assert.equal(needsTools(join(__dirname, `${file}.test.ts`)), expected);
    });
  }
});
