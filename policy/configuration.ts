/**
 * Checks how the pack is configured. The engine checks levels, and the types of parameters; it takes a rule or a
 * parameter that doesn't exist, and knows nothing of what a pattern or a prefix means. A fence with a hole that nobody
 * sees is worse than none, so the pack refuses to run then.
 */
import { Server, status } from "@grpc/grpc-js";
import type { Rule } from "./rule";

/** Parameters by rule, as the engine sends them: the defaults are filled in. */
export type Configuration = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A level for all rules stands under this name. */
const allRules = "all";

/** One sentence for each fault. */
export function configurationFaults(rules: readonly Rule[], configuration: Configuration): readonly string[] {
  return Object.entries(configuration).flatMap(([name, parameters]) => {
    if (name === allRules) return [];
    const rule = rules.find((one) => one.name === name);
    if (rule === undefined) {
      return [`${name} is no rule of this pack; its rules are ${rules.map((one) => one.name).join(", ")}`];
    }
    const known = Object.keys(rule.configSchema.properties);
    const odd = Object.keys(parameters).filter((parameter) => !known.includes(parameter));
    return [
      ...odd.map((parameter) => `${name} has no parameter ${parameter}; its parameters are ${known.join(", ")}`),
      ...rule.faults(parameters).map((fault) => `${name}: ${fault}`),
    ];
  });
}

/** What the engine's request to configure the pack holds. */
interface ConfigureCall {
  readonly request: {
    readonly getPolicyconfigMap: () => {
      readonly entries: () => Iterable<
        [string, { readonly getProperties: () => { readonly toJavaScript: () => Record<string, unknown> } }]
      >;
    };
  };
}
type Callback = (error: object | null, answer?: unknown) => void;
type Configure = (call: ConfigureCall, callback: Callback) => unknown;

/**
 * Runs what starts the pack's server, with a check before the server's own `configure`. The SDK has no such hook, so
 * it is put in where the server takes its functions.
 *
 * @throws when the server was started without the check
 */
export function withConfigurationCheck(rules: readonly Rule[], start: () => void): void {
  const state = { checks: false };
  // Called for the server at hand, below; kept to be put back.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, functions) {
    const { configure } = functions as { readonly configure?: Configure };
    if (configure === undefined) {
      addService.call(this, service, functions);
      return;
    }
    state.checks = true;
    const checked: Configure = (call, callback) => {
      const given = [...call.request.getPolicyconfigMap().entries()];
      const configuration = Object.fromEntries(
        given.map(([name, config]) => [name, config.getProperties().toJavaScript()]),
      );
      const faults = configurationFaults(rules, configuration);
      if (faults.length === 0) return configure(call, callback);
      const details = `The policy pack's configuration can't be used:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`;
      callback({ code: status.INVALID_ARGUMENT, details });
      return undefined;
    };
    addService.call(this, service, { ...functions, configure: checked });
  };
  try {
    start();
  } finally {
    Server.prototype.addService = addService;
  }
  if (!state.checks) {
    throw new Error(
      "The policy pack can't check its configuration: @pulumi/policy uses another @grpc/grpc-js than this checkout. Run npm ci.",
    );
  }
}
