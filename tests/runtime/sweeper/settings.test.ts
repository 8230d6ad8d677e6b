import { deepEqual, equal, throws } from "node:assert/strict";

import { readSweepEnvironment, writeSweepEnvironment } from "../../../runtime/sweeper/settings";
import { sweepSettings } from "../../support/builders";

const settings = sweepSettings({ namePrefix: "app/", exemptNames: ["app/keep/*", "b"], sweepShare: 0.05 });

describe("the sweeper's environment", () => {
  it("gives back what was written, an empty prefix too", () => {
    for (const one of [settings, { ...settings, namePrefix: "", exemptNames: [] }]) {
      deepEqual(readSweepEnvironment(writeSweepEnvironment(one)), one);
    }
  });

  it("holds no empty value, which Lambda refuses", () => {
    equal("HOMING_NAME_PREFIX" in writeSweepEnvironment({ ...settings, namePrefix: "" }), false);
  });

  it("is refused with all its faults at once, and without quoting a value", () => {
    const env = { ...writeSweepEnvironment(settings), HOMING_QUEUE_URL: "", HOMING_SWEEP_SHARE: "half" };

    throws(() => readSweepEnvironment({ ...env, HOMING_EXEMPT_NAMES: "[1" }), {
      message:
        "The sweeper can't start: missing environment variables: HOMING_QUEUE_URL; " +
        "HOMING_EXEMPT_NAMES is not a list of texts; HOMING_SWEEP_SHARE is not a number. Deploy the stack again with pulumi up.",
    });
    throws(() => readSweepEnvironment({ ...env, HOMING_EXEMPT_NAMES: "[1]" }), /HOMING_EXEMPT_NAMES is not a list/);
    throws(() => readSweepEnvironment({}), /missing environment variables: HOMING_REGION, .*HOMING_SETTLE_MINUTES/);
  });
});
