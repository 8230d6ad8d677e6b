import * as assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const checkout = dirname(dirname(__dirname));
const page = readFileSync(join(checkout, "docs", "threat-model.md"), "utf8");

/** A path in backquotes that is a test or one of its parts. */
const testsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(tests\/[\w./-]+\.ts)`/g)].map(([, path = ""]) => path);

describe("docs/threat-model.md", () => {
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(2);

  it("names asset, attacker and what stops it in every row, and a test that shows it", () => {
    assert.ok(rows.length >= 30, `${rows.length} rows`);
    for (const [asset = "", attacker = "", stops = "", shown = ""] of rows) {
      assert.ok(asset !== "" && stops !== "", attacker);
      assert.ok(testsIn(shown).length > 0, attacker);
    }
  });

  it("names only tests that exist, and parts of tests that a test file runs", () => {
    for (const path of testsIn(page)) {
      const file = join(checkout, path);
      assert.ok(existsSync(file), path);
      if (path.endsWith(".test.ts")) continue;
      const [suite = "", part = ""] = path.replace(/\.ts$/, "").split(/\/(?=[^/]+$)/);
      const folder = join(checkout, suite.replace(/\/behaviours$/, ""));
      const runners = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
      const isRun = runners.some((name) => readFileSync(join(folder, name), "utf8").includes(`/${part}"`));
      assert.ok(isRun, path);
    }
  });
});
