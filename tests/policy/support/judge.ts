/** Runs a rule as the policy SDK does, on inputs as the engine sends them. */
import { deepEqual, ok } from "node:assert/strict";
import * as sdk from "@pulumi/policy";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { Rule } from "../../../policy/rule";

/** What the engine sends for a value that is known only when the resource is made. */
export { unknownValue } from "../../../local/providers/values";

export interface Given {
  readonly type: string;
  /** Default `it`. */
  readonly name?: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Names of the resources that a property was made from, of the same stack. */
  readonly madeFrom?: Readonly<Record<string, readonly string[]>>;
}

/** The SDK's own proxy, which its types leave out. */
const { unknownCheckingProxy } = sdk as unknown as {
  readonly unknownCheckingProxy: (props: object) => Record<string, unknown>;
};

type Parameters = Readonly<Record<string, unknown>>;

/** The parameters with the schema's defaults, as the engine fills them in. */
function configOf(rule: Rule, given: Parameters): Parameters {
  const defaults = Object.entries(rule.configSchema.properties).map(([name, schema]): [string, unknown] => [
    name,
    schema.default,
  ]);
  return { ...Object.fromEntries(defaults), ...given };
}

/** What the SDK gives to every validation. */
const common = (config: Parameters) => ({
  getConfig: () => config as never,
  notApplicable: (): never => {
    throw new Error("not applicable");
  },
});

const argsOf = ({ type, name = "it", props }: Given, config: Parameters): ResourceValidationArgs => ({
  type,
  name,
  props: unknownCheckingProxy({ ...props }),
  urn: `urn:pulumi:test::app::${type}::${name}`,
  opts: {} as ResourceValidationArgs["opts"],
  stackTags: new Map(),
  isType: () => false,
  asType: () => undefined,
  ...common(config),
});

/** The sentences that the rule has against one resource. */
export function judge(rule: Rule, resource: Given, parameters: Parameters = {}): readonly string[] {
  const sentences: string[] = [];
  const { validateResource } = rule;
  if (typeof validateResource !== "function") throw new Error(`${rule.name} looks at no resource`);
  void validateResource(argsOf(resource, configOf(rule, parameters)), (sentence) => sentences.push(sentence));
  return sentences;
}

/** The sentences that the rule has against resources together, with the name of each. */
export function judgeStack(
  rule: Rule,
  resources: readonly Given[],
  parameters: Parameters = {},
): readonly (readonly [name: string, sentence: string])[] {
  if (rule.validateStack === undefined) throw new Error(`${rule.name} looks at no stack`);
  const config = configOf(rule, parameters);
  const made = resources.map((one) => ({ ...argsOf(one, config), dependencies: [], propertyDependencies: {} }));
  const stack = made.map((one, index) => ({
    ...one,
    propertyDependencies: Object.fromEntries(
      Object.entries(resources[index]?.madeFrom ?? {}).map(([property, sources]) => [
        property,
        made.filter(({ name }) => sources.includes(name)),
      ]),
    ),
  })) as unknown as PolicyResource[];
  const sentences: (readonly [string, string])[] = [];
  void rule.validateStack({ resources: stack, stackTags: new Map(), ...common(config) }, (sentence, urn) =>
    sentences.push([urn?.split("::").at(-1) ?? "", sentence]),
  );
  return sentences;
}

/** A row of a rule's table: what it is, the inputs, and what the sentence must say; undefined when it passes. */
export type Row = readonly [what: string, props: Readonly<Record<string, unknown>>, says?: RegExp];

/** One test for each row. */
export function rowsFor(rule: Rule, type: string, rows: readonly Row[], parameters: Parameters = {}): void {
  for (const [what, props, says] of rows) {
    it(`${says === undefined ? "lets pass" : "refuses"} ${what}`, () => {
      const sentences = judge(rule, { type, props }, parameters);
      if (says === undefined) deepEqual(sentences, []);
      else
        ok(
          sentences.some((sentence) => says.test(sentence)),
          sentences.join("\n") || "nothing was said",
        );
    });
  }
}
