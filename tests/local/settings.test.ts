import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const checkout = join(__dirname, "..", "..");
const name = `wrong-setting-${process.pid.toString()}`;

/** `npm run local -- up` with settings that the program refuses; it has to end long before a server has started. */
function up(...settings: readonly string[]): { readonly code: number | null; readonly said: string } {
  const args = ["-r", "ts-node/register/transpile-only", join("local", "cli.ts"), "up", "--name", name];
  const sets = settings.flatMap((setting) => ["--set", setting]);
  const options = { cwd: checkout, encoding: "utf8", timeout: 50_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...sets], options);
  return { code: status, said: stdout + stderr };
}

describe("a wrong setting of a local cloud", function () {
  this.timeout(120_000);
  it("is said once, before any server starts and anything is written", () => {
    assert.deepEqual(up("mode=fast"), {
      code: 1,
      said: "The configuration can't be used:\n  - homing:mode must be one of audit, copy, move\n",
    });
    for (const file of [join(".local", name), join(".local", `${name}.lock`), `Pulumi.local-${name}.yaml`]) {
      assert.equal(existsSync(join(checkout, file)), false, file);
    }
  });

  it("is named where its JSON is broken, and so is one that there is not", () => {
    const { code, said } = up('tags={"team":', "mdoe=move");

    assert.equal(code, 1);
    const [head, ...faults] = said.trimEnd().split("\n");
    assert.equal(head, "The configuration can't be used:");
    assert.deepEqual(
      faults.map((fault) => fault.replace(/ must be .*/, "")),
      ["  - homing:mdoe is no setting of this program", "  - homing:tags, which is no JSON object {…},"],
    );
  });
});
