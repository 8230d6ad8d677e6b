import { deepEqual, equal, match, throws } from "node:assert/strict";
import { Server, status } from "@grpc/grpc-js";
import { configurationFaults, withConfigurationCheck } from "../../policy/configuration";
import type { Configuration } from "../../policy/configuration";
import { patternFaults } from "../../policy/faults";
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
    deepEqual(
      configurationFaults(rules.slice(0, 2), { nothing: {} }).map((fault) => fault.split("; ")),
      [["nothing is no rule of this pack", `its rules are ${rules[0]?.name ?? ""}, ${rules[1]?.name ?? ""}`]],
    );
    match(configurationFaults(rules, { "no-secrets-manager-secret": { x: 1 } }).join(), /parameters are \w+, \w+, /);
  });

  for (const [patterns, says] of [
    ["*", []],
    [["app*", "*app", [], 5], []],
    [["app", ""], ["is empty"]],
    [
      ["*", "**"],
      ["matches everything", "matches everything"],
    ],
  ] as const) {
    it(`has ${says.join(" and ") || "nothing"} against the patterns ${JSON.stringify(patterns)}`, () => {
      deepEqual(
        patternFaults("names", patterns).map(
          (fault) => /^names has the pattern ".*", which (.*): to switch/.exec(fault)?.[1],
        ),
        says,
      );
    });
  }

  describe("at the pack's server", () => {
    type Functions = Parameters<Server["addService"]>[1];

    /** The functions that a server is given, after the check was put before its own. */
    function served(functions: Functions): Functions {
      // eslint-disable-next-line @typescript-eslint/unbound-method
      const before = Server.prototype.addService;
      let given: Functions = {};
      Server.prototype.addService = (_, all) => {
        given = all;
      };
      try {
        withConfigurationCheck(rules, () => {
          new Server().addService({}, functions);
        });
      } finally {
        Server.prototype.addService = before;
      }
      return given;
    }

    /** What a request to configure the pack comes to. */
    function configure(configuration: Configuration): {
      readonly error: unknown;
      readonly configured: readonly unknown[];
    } {
      const configured: unknown[] = [];
      let error: unknown;
      const own = (call: unknown): void => {
        configured.push(call);
      };
      const checked = served({ configure: own, analyze: own })["configure"] as (
        call: unknown,
        callback: (reason: unknown) => void,
      ) => void;
      const entries = Object.entries(configuration).map(
        ([name, parameters]) => [name, { getProperties: () => ({ toJavaScript: () => parameters }) }] as const,
      );
      checked({ request: { getPolicyconfigMap: () => new Map(entries) } }, (reason) => {
        error = reason;
      });
      return { error, configured };
    }

    it("reaches the server's own function where it can be used", () => {
      const { error, configured } = configure({ "log-retention": { exemptResources: ["a"] } });

      deepEqual([error, configured.length], [undefined, 1]);
    });

    it("is refused with every fault, and never reaches it, where it can't", () => {
      const { error, configured } = configure({ nothing: {}, "log-retention": { exemptResources: ["*"], days: 3 } });

      deepEqual(configured, []);
      const { code, details } = error as { readonly code: unknown; readonly details: string };
      equal(code, status.INVALID_ARGUMENT);
      const [head, ...faults] = details.split("\n");
      equal(head, "The policy pack's configuration can't be used:");
      deepEqual(
        faults.map((fault) => fault.slice(0, 20)),
        ["  - nothing is no ru", "  - log-retention ha", "  - log-retention: e"],
      );
    });

    it("leaves the server's other functions as they are, and takes no other service for the pack's", () => {
      const analyze = (): void => undefined;

      equal(served({ configure: analyze, analyze })["analyze"], analyze);
      throws(() => served({ analyze }), /can't check its configuration/);
    });
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
