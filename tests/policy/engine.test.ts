import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { make, openPolicyPreviews, packDirectory, ruleProgram } from "../../local/policy/preview";
import type { PolicyPreviews, Verdict } from "../../local/policy/preview";
import { pairs, plantedToken } from "../../local/policy/programs";
import { checkout } from "../../local/stack";
import { installEngine } from "../../local/tools";
import { rules } from "../../policy/rules";

const names = rules.map(({ name }) => name);

describe("the policy pack in the real engine", function () {
  this.timeout(600_000);
  let previews: PolicyPreviews;
  let own: PolicyPreviews;

  const run = (which: "passing" | "failing", configured?: Readonly<Record<string, unknown>>): Promise<Verdict> =>
    previews.preview({ config: make(which), ...(configured === undefined ? {} : { rules: configured }) });

  before(async function () {
    this.timeout(900_000);
    const progress = (line: string): void => {
      console.error(line);
    };
    const tools = await installEngine({ progress });
    previews = await openPolicyPreviews(tools, ruleProgram, "policy-test");
    own = await openPolicyPreviews(tools, checkout, "policy-own");
  });
  after(() => {
    previews.close();
    own.close();
  });

  it("has a passing and a failing program for every rule", () => {
    deepEqual(Object.keys(pairs).sort(), [...names].sort());
  });

  it("lets every passing program pass, with values that are not known yet", async () => {
    const { passed, violations, output } = await run("passing");

    deepEqual(violations, []);
    ok(passed, output);
  });

  it("refuses every failing program by its own rule, with a sentence that names the resource and no value", async () => {
    const { passed, violations, output } = await run("failing");

    equal(passed, false);
    for (const rule of rules) {
      const own = violations.filter((violation) => violation.rule === rule.name);
      ok(own.length > 0, `${rule.name} said nothing`);
      for (const { level, resource, sentence } of own) {
        equal(level, rule.enforcementLevel);
        ok(resource.startsWith(rule.name), `${rule.name} on ${resource}`);
        match(sentence, /^The .+\.$/s);
        ok(sentence.includes(resource), sentence);
      }
    }
    equal(violations.filter(({ rule }) => rule === "no-literal-secret").length, 4);
    equal(violations.filter(({ rule }) => rule === "no-secrets-manager-secret").length, 2);
    ok(!output.includes(plantedToken));
  });

  it("takes levels and parameters: one mandatory violation is enough, an exempt resource has none", async () => {
    const { passed, violations } = await run("failing", {
      all: "disabled",
      "log-retention": { enforcementLevel: "mandatory", exemptResources: ["log-*"] },
      "queue-encryption": "advisory",
      "vault-kv-version-2": "mandatory",
    });

    deepEqual(violations.map(({ rule, level }) => [rule, level]).sort(), [
      ["queue-encryption", "advisory"],
      ["vault-kv-version-2", "mandatory"],
    ]);
    equal(passed, false);
  });

  for (const login of ["aws", "jwt"]) {
    it(`lets our own program pass with login ${login} and all that it may do`, async () => {
      const { passed, violations, output } = await own.preview({
        config: {
          "aws:region": "eu-west-1",
          "homing:vaultAddress": "https://vault.example.com:8200",
          "homing:login": login,
          "homing:mode": "move",
          "homing:replicas": "remove",
          "homing:rotation": "move",
          "homing:subnetIds": ["subnet-0a"],
          "homing:securityGroupIds": ["sg-0a"],
        },
      });

      deepEqual(violations, []);
      ok(passed, output);
      match(output, /aws:lambda:Function/);
    });
  }

  it("refuses a configuration with unknown rules and parameters, with holes and with overlaps, and says why", async () => {
    const team = (name: string, prefix: string) => ({ team: name, policies: `${name}-*`, prefixes: [prefix] });
    const { passed, output } = await previews.preview({
      config: make("passing"),
      rules: {
        "no-such-rule": "mandatory",
        "log-retention": { retention: 90 },
        "no-secrets-manager-secret": { exemptNames: ["app/*", "*"], serviceReadNames: [""] },
        "queue-encryption": { exemptResources: ["**"] },
        "vault-policy-scope": { teams: [team("payments", "secret/pay"), team("audit", "/secret/pay/audit/")] },
      },
    });

    equal(passed, false);
    for (const fault of [
      /no-such-rule is no rule of this pack; its rules are no-secrets-manager-secret, /,
      /log-retention has no parameter retention; its parameters are exemptResources/,
      /no-secrets-manager-secret: exemptNames has the pattern "\*", which matches everything/,
      /no-secrets-manager-secret: serviceReadNames has the pattern "", which is empty/,
      /queue-encryption: exemptResources has the pattern "\*\*", which matches everything/,
      /vault-policy-scope: teams: the prefix secret\/pay of payments overlaps secret\/pay\/audit of audit/,
    ]) {
      match(output, fault);
    }
  });

  it("refuses a level that does not exist", async () => {
    const { passed, output } = await run("passing", { "log-retention": "strict" });

    equal(passed, false);
    match(output, /log-retention.*"strict" is not a valid enforcement level/);
  });

  it("has the version of the project", () => {
    const versionIn = (folder: string): unknown =>
      (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: unknown }).version;

    equal(versionIn(packDirectory), versionIn(join(packDirectory, "..")));
  });
});
