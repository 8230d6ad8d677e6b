import { deepEqual, equal, throws } from "node:assert/strict";
import { Server } from "@grpc/grpc-js";
import { configurationFaults, withConfigurationCheck } from "../../policy/configuration";
import { rules } from "../../policy/rules";

describe("the configuration of the policy pack", () => {
  it("takes every rule with the defaults of its own schema", () => {
    const defaults = rules.map(({ name, configSchema }) => {
      const values = Object.entries(configSchema.properties).map(([parameter, schema]) => [parameter, schema.default]);
      return [name, Object.fromEntries(values)] as const;
    });

    deepEqual(configurationFaults(rules, Object.fromEntries(defaults)), []);
    deepEqual(configurationFaults(rules, { all: {} }), []);
  });

  it("says what is wrong with each rule and parameter", () => {
    deepEqual(configurationFaults(rules, { "log-retention": { exemptResources: ["", "a*"], days: 3 } }), [
      "log-retention has no parameter days; its parameters are exemptResources",
      'log-retention: exemptResources has the pattern "", which is empty: to switch the rule off, set its level to "disabled"',
    ]);
  });

  it("is never left unchecked: a pack whose server starts by another way does not start", () => {
    throws(() => {
      withConfigurationCheck(rules, () => undefined);
    }, /can't check its configuration/);
  });

  it("leaves the way to start a server as it was", () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const before = Server.prototype.addService;

    throws(() => {
      withConfigurationCheck(rules, () => {
        throw new Error("no port");
      });
    }, /no port/);
    // eslint-disable-next-line @typescript-eslint/unbound-method
    equal(Server.prototype.addService, before);
  });

  it("names, describes and levels every rule once", () => {
    equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const { name, description, enforcementLevel, configSchema } of rules) {
      equal(/^[a-z0-9-]+$/.test(name), true, name);
      equal(description.endsWith("."), true, name);
      equal(enforcementLevel === "mandatory" || enforcementLevel === "advisory", true, name);
      for (const schema of Object.values(configSchema.properties)) equal(typeof schema.description, "string", name);
    }
  });
});
