import { equal } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { packDirectory } from "../../local/policy/preview";

describe("the policy pack's entry", function () {
  this.timeout(60_000);

  it("turns off the check of types that Pulumi's runner has turned on, and loads the pack", () => {
    // As the runner does before it loads the entry; a pack that was loaded serves until its process ends.
    const start = `
      const checking = require("ts-node").register({ typeCheck: true });
      require(${JSON.stringify(join(packDirectory, "index.js"))});
      process.stdout.write(checking.enabled() ? "checks" : "translates");
      process.exit();`;

    const said = execFileSync(process.execPath, ["-e", start], { cwd: packDirectory, encoding: "utf8", stdio: "pipe" });

    equal(said, "translates");
  });
});
