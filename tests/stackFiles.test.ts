import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { readSettings } from "../settings/settings";
import { fileOf, stackFile } from "./support/stackFile";

const checkout = join(__dirname, "..");
const environments = ["dev", "staging", "prod"] as const;

function settingsOf(environment: (typeof environments)[number]) {
  const { "aws:region": region = "", ...config } = stackFile(environment);
  const own = Object.entries(config).map(([key, value]): [string, string] => {
    ok(key.startsWith("homing:"), key);
    return [key.slice("homing:".length), value];
  });
  return readSettings(Object.fromEntries(own), region);
}

describe("the stack files", () => {
  it("are dev's, and examples of two more: a first stack named prod begins with the program's own settings", () => {
    const committed = readdirSync(checkout).filter((name) => /^Pulumi\.(?!local-).+\.yaml$/.test(name));

    deepEqual(committed.sort(), environments.map((environment) => fileOf(environment)).sort());
  });

  it("are accepted, and differ in mode and windows: the nearer to production, the more time", () => {
    const rows = environments.map((environment) => {
      const { mode, settleMinutes = 0, recoveryWindowDays, regions = [] } = settingsOf(environment);
      return { environment, mode, settleMinutes, recoveryWindowDays, regions: Math.max(1, regions.length) };
    });

    deepEqual(rows, [
      { environment: "dev", mode: "move", settleMinutes: 0, recoveryWindowDays: 7, regions: 1 },
      { environment: "staging", mode: "move", settleMinutes: 1_440, recoveryWindowDays: 14, regions: 1 },
      { environment: "prod", mode: "audit", settleMinutes: 10_080, recoveryWindowDays: 30, regions: 2 },
    ]);
  });

  it("name a Vault each, and hold no value that was encrypted", () => {
    const vaults = environments.map((environment) => settingsOf(environment).vaultAddress);

    equal(new Set(vaults).size, environments.length);
    for (const environment of environments) {
      ok(!readFileSync(join(checkout, fileOf(environment)), "utf8").includes("secure:"));
    }
  });
});
