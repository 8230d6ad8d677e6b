/** The pages that tell how to deploy, word for word: the real `pulumi` command in a copy of this checkout. */
import * as assert from "node:assert/strict";

import { describePipeline } from "./parts/pipeline";
import { describeDeploy } from "./parts/deploy";
import { describeEnvironments } from "./parts/environments";
import { describeLeaving } from "./parts/leaving";
import { describePlaces } from "./parts/places";
import { useWalker } from "./support/walker";

describe("the pages, word for word", function () {
  this.timeout(600_000);
  // Each step stands on those before it. mocha's bail would end the other files' tests as well when they run in parallel.
  let isBroken = false;
  beforeEach(() => {
    if (isBroken) throw new Error("a step before this one failed");
  });
  afterEach(function () {
    isBroken ||= this.currentTest?.state === "failed";
  });
  const walker = useWalker();

  describeDeploy(walker);
  describePlaces(walker);
  describeLeaving(walker);
  describePipeline(walker);
  describeEnvironments(walker);

  // Of a suite mocha runs what stands in it directly before the suites in it.
  describe("all in all", () => {
    it("have no command that was neither run nor listed with a reason, and no substitution without use", () => {
      process.stdout.write(`${walker().walk.report()}\n`);

      assert.deepEqual(walker().walk.faults(), []);
    });
  });
});
