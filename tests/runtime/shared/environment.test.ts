import { deepEqual, doesNotMatch, equal, match, ok, throws } from "node:assert/strict";

import { readEnvironment, variableOf, writeEnvironment } from "../../../runtime/shared/environment";
import { moverSettings } from "../../support/builders";

const thrownText = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("the environment", () => {
  it("gives back the settings that were written", () => {
    const settings = moverSettings({
      vaultNamespace: "team/a",
      vaultCaCertificate: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
      modeRules: [{ pattern: "dev/*", mode: "move" }],
      exemptNames: ["a,b", 'quote"', "x y"],
      formerEntityIds: ["one"],
      deletesPerSecond: 0.1,
    });
    deepEqual(readEnvironment(writeEnvironment(settings)), settings);
  });

  it("gives back empty texts and lists, though Lambda holds no empty variable", () => {
    const settings = moverSettings({ serverId: "", audience: "", namePrefix: "", vaultNamespace: "" });
    const variables = writeEnvironment(settings);
    ok(Object.values(variables).every((value) => value !== ""));
    deepEqual(readEnvironment(variables), settings);
  });

  it("names variables after their settings", () => {
    equal(variableOf("homePrefix"), "HOMING_HOME_PREFIX");
    equal(variableOf("mode"), "HOMING_MODE");
    ok(Object.keys(writeEnvironment(moverSettings())).every((name) => /^HOMING_[A-Z_]+$/.test(name)));
  });

  it("lists all that is missing in one error", () => {
    const text = thrownText(() => readEnvironment({}));
    for (const name of ["account", "region", "vaultAddress", "mount", "entityId", "mode", "modeRules", "queueUrl"]) {
      match(text, new RegExp(`\\b${variableOf(name)}\\b`));
    }
    doesNotMatch(text, /HOMING_NAME_PREFIX|HOMING_VAULT_NAMESPACE|HOMING_SERVER_ID/);
  });

  it("lists what is missing and what is wrong together", () => {
    const { HOMING_REGION, ...rest } = writeEnvironment(moverSettings());
    ok(HOMING_REGION);
    const text = thrownText(() =>
      readEnvironment({ ...rest, HOMING_MODE: "delete", HOMING_SETTLE_MINUTES: "soon", HOMING_MODE_RULES: "[" }),
    );
    match(text, /missing environment variables: HOMING_REGION;/);
    match(text, /HOMING_MODE is not one of audit, copy, move/);
    match(text, /HOMING_SETTLE_MINUTES is not a number/);
    match(text, /HOMING_MODE_RULES is not JSON/);
  });

  it("takes no mode that it does not know", () => {
    throws(() => readEnvironment({ ...writeEnvironment(moverSettings()), HOMING_MODE: "MOVE" }), /HOMING_MODE/);
  });
});
