import { deepEqual, doesNotMatch, equal, match, ok, throws } from "node:assert/strict";

import { highestMode, readEnvironment, variableOf, writeEnvironment } from "../../../runtime/shared/environment";
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
      confirmedNames: ["vault-lab/*"],
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
      readEnvironment({ ...rest, HOMING_MODE: "delete", HOMING_SETTLE_MINUTES: "soon", HOMING_OWNER_TAGS: "[" }),
    );
    match(text, /missing environment variables: HOMING_REGION;/);
    match(text, /HOMING_MODE is not one of audit, copy, move/);
    match(text, /HOMING_SETTLE_MINUTES is not a number/);
    match(text, /HOMING_OWNER_TAGS is not a list of texts/);
  });

  it("takes no JSON of another form, and quotes none", () => {
    const cases: readonly (readonly [variable: string, value: string])[] = [
      ["HOMING_EXEMPT_NAMES", '{"0":"canary"}'],
      ["HOMING_EXEMPT_NAMES", '["a",1]'],
      ["HOMING_OWNER_TAGS", "canary"],
      ["HOMING_FORMER_ENTITY_IDS", "null"],
      ["HOMING_MODE_RULES", '["canary"]'],
      ["HOMING_MODE_RULES", '[{"pattern":"canary","mode":"delete"}]'],
      ["HOMING_MODE_RULES", '[{"mode":"move"}]'],
      ["HOMING_MODE_RULES", "[null]"],
    ];
    for (const [variable, value] of cases) {
      const text = thrownText(() => readEnvironment({ ...writeEnvironment(moverSettings()), [variable]: value }));
      match(text, new RegExp(`^The mover can't start: ${variable} is not a list of `), `${variable}=${value}`);
      doesNotMatch(text, /canary/);
    }
  });

  it("takes no number below 0, and none without an end", () => {
    for (const value of ["-1", "Infinity", "NaN"]) {
      throws(
        () => readEnvironment({ ...writeEnvironment(moverSettings()), HOMING_SETTLE_MINUTES: value }),
        /HOMING_SETTLE_MINUTES is not a number/,
        value,
      );
    }
  });

  it("holds the mover's settings and no others", () => {
    const others = { ...moverSettings(), sweepShare: 0.5, cacheSeconds: 60, canary: "canary" };
    deepEqual(writeEnvironment(others), writeEnvironment(moverSettings()));
  });

  it("knows the most that any secret's mode allows", () => {
    equal(highestMode({ mode: "audit", modeRules: [{ pattern: "dev/*", mode: "move" }] }), "move");
    equal(highestMode({ mode: "copy", modeRules: [{ pattern: "dev/*", mode: "audit" }] }), "copy");
    equal(highestMode({ mode: "audit", modeRules: [] }), "audit");
  });

  it("takes no mode that it does not know", () => {
    throws(() => readEnvironment({ ...writeEnvironment(moverSettings()), HOMING_MODE: "MOVE" }), /HOMING_MODE/);
  });
});
