import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runHere } from "./support/homing";

const commands = ["plan", "move", "status", "undo", "release", "restore", "resolve", "verify", "log"];
const withFilters = ["plan", "move", "status", "undo", "release", "verify"];

describe("the help of homing", () => {
  for (const command of [[], ...commands.map((name) => [name])]) {
    it(`${["homing", ...command].join(" ")} --help: within 80 columns, on standard output, exit code 0`, async () => {
      const { code, out, err } = await runHere([...command, "--help"], {});

      assert.deepEqual([code, err], [0, ""]);
      for (const line of out.split("\n")) assert.ok(line.length <= 80, `${line.length.toString()} columns: ${line}`);
      assert.match(out, /^Examples?, in the checkout of homing:\n {2}\$ npx homing /m);
    });
  }

  for (const command of commands) {
    it(`has the options of ${command} in groups, its own first`, async () => {
      const { out } = await runHere([command, "--help"], {});

      const heads = [...out.matchAll(/^(Options|Which [^:]*|Output):$/gm)].map(([, head]) => head);
      assert.deepEqual(
        heads.filter((head) => head !== "Options"),
        [
          ...(withFilters.includes(command) ? ["Which secrets"] : []),
          command === "log" ? "Which mover" : "Which mover, and which login",
          "Output",
        ],
      );
      assert.ok(!heads.includes("Options") || heads[0] === "Options", heads.join(", "));
      assert.doesNotMatch(out, /default: \[\]/);
    });
  }

  it("has a version: that of package.json", async () => {
    const text = readFileSync(join(__dirname, "..", "..", "package.json"), "utf8");
    const { version } = JSON.parse(text) as { readonly version: string };

    const { code, out, err } = await runHere(["--version"], {});

    assert.deepEqual([code, out, err], [0, `homing ${version}\n`, ""]);
  });
});
