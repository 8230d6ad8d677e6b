import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { openPolicyPreviews } from "../../local/policy/preview";
import type { PolicyPreviews, Verdict } from "../../local/policy/preview";
import { installEngine } from "../../local/tools";
import type { EngineTools } from "../../local/tools";

describe("Homing in the real engine", function () {
  this.timeout(600_000);
  const program = join(__dirname, "support", "homings");
  let tools: EngineTools;
  let previews: PolicyPreviews;

  before(async () => {
    tools = await installEngine({
      progress: (line) => {
        console.error(line);
      },
    });
    previews = await openPolicyPreviews(tools, program, "homings");
  });
  after(() => {
    previews.close();
  });

  const run = (make: string): Promise<Verdict> =>
    previews.preview({ config: { "aws:region": "eu-west-1", "homings:make": make } });

  it("is there twice in one program, under two names; a sweep that is switched off is warned of", async () => {
    const { passed, output, violations } = await run("two");

    ok(passed, output);
    deepEqual(violations, []);
    match(output, /homing:index:Homing \(second\):\s+warning: sweepEnabled is false: nobody counts the deletions/);
    doesNotMatch(output, /homing:index:Homing \(homing\):\s+warning:/);
  });

  it("is refused twice under one name", async () => {
    const { passed, output } = await run("twins");

    equal(passed, false);
    match(output, /Duplicate resource URN 'urn:pulumi:[^']*::homing:index:Homing::homing'/);
  });

  it("is refused in the preview where it doesn't fit the region of its provider, by the argument's name", async () => {
    const { passed, output } = await run("elsewhere");

    equal(passed, false);
    match(output, /Homing homing can't be made:\s+- regions must have the stack's own region, eu-west-1/);
  });

  it("is refused in the preview in a stack whose name leaves no room in the names in AWS", async () => {
    const long = await openPolicyPreviews(tools, program, "with-a-name-that-leaves-no-room");
    try {
      const { passed, output } = await long.preview({ config: { "aws:region": "eu-west-1", "homings:make": "two" } });

      equal(passed, false);
      match(
        output,
        /Homing homing can't be made:\s+- stack: the name local-with-a-name-that-leaves-no-room-\d+ has \d+ characters; of the 64 /,
      );
    } finally {
      long.close();
    }
  });

  it("has its parts changed by transforms", async () => {
    const { violations } = await run("transformed");

    deepEqual(violations.map(({ rule, resource }) => [rule, resource]).sort(), [
      ["queue-encryption", "homing-mover-dead-letters"],
      ["queue-encryption", "homing-mover-queue"],
    ]);
  });
});
