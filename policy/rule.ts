/** What all rules have in common: how they are configured and how they name what they refuse. */
import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { matchesAny } from "../runtime/model/pattern";
import { patternFaults } from "./faults";
import { readKnown } from "./known";
import type { Known } from "./known";

type ParameterSchema = PolicyConfigSchema["properties"][string];

/** A rule as the engine takes it, with what is wrong with its parameters beyond their types. */
export type Rule = ResourceValidationPolicy &
  Partial<StackValidationPolicy> & {
    readonly name: string;
    readonly configSchema: { readonly properties: Record<string, ParameterSchema> };
    /** One sentence for each fault of the given parameters; each begins with the parameter's name. */
    readonly faults: (parameters: Readonly<Record<string, unknown>>) => readonly string[];
  };

/** What a rule looks at. */
export interface Looked {
  /** The resource's type, as in `aws:sqs/queue:Queue`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  /** The property at a path. */
  readonly read: (...path: readonly string[]) => Known;
}

/** A resource among the others of its stack, which are seen once the program has registered them all. */
export interface LookedInStack extends Looked {
  readonly urn: string;
  /** The resources that an input was made from. */
  readonly madeFrom: (property: string) => readonly { readonly type: string; readonly urn: string }[];
}

export interface RuleArgs<P> {
  /** Small letters and hyphens. */
  readonly name: string;
  /** What it demands, as a sentence. */
  readonly description: string;
  /** `mandatory` for what must never ship. */
  readonly level: "mandatory" | "advisory";
  /** The parameters with their defaults. `exemptResources` comes to them unless `exemptible` is false. */
  readonly parameters?: Readonly<Record<string, ParameterSchema>>;
  readonly exemptible?: boolean;
  readonly faults?: (parameters: P) => readonly string[];
  /** The types of resources that it looks at one by one, as soon as each is registered. */
  readonly types: readonly string[];
  /** One sentence for each violation: it names the resource and says what to do instead. Never a value. */
  readonly check: (resource: Looked, parameters: P) => readonly string[];
  /** The types that can only be judged beside the others of their stack. */
  readonly stackTypes?: readonly string[];
  readonly checkInStack?: (
    resource: LookedInStack,
    stack: readonly LookedInStack[],
    parameters: P,
  ) => readonly string[];
}

/** The way out that most rules have. */
const exemptResources: ParameterSchema = {
  type: "array",
  items: { type: "string" },
  default: [],
  description: "Patterns of the names (in the program) of resources that this rule does not look at.",
};

const looked = ({ type, name, props }: Pick<PolicyResource, "type" | "name" | "props">): Looked => ({
  type,
  name,
  read: (...path) => readKnown(props, ...path),
});

const lookedInStack = (resource: PolicyResource): LookedInStack => ({
  ...looked(resource),
  urn: resource.urn,
  madeFrom: (property) => resource.propertyDependencies[property] ?? [],
});

/** Makes a rule of what is its own. */
export function rule<P extends object>(args: RuleArgs<P>): Rule {
  const { name, description, level, types, check, stackTypes = [], checkInStack, exemptible = true } = args;
  type Given = P & { readonly exemptResources?: readonly string[] };
  const isLookedAt = (among: readonly string[], type: string, resource: string, given: Given): boolean =>
    among.includes(type) && !(exemptible && matchesAny(given.exemptResources ?? [], resource));
  return {
    name,
    description,
    enforcementLevel: level,
    configSchema: { properties: { ...args.parameters, ...(exemptible ? { exemptResources } : {}) } },
    faults: (parameters) => [
      ...patternFaults("exemptResources", parameters["exemptResources"]),
      ...(args.faults?.(parameters as P) ?? []),
    ],
    validateResource: (resource, report) => {
      const given = resource.getConfig<Given>();
      if (!isLookedAt(types, resource.type, resource.name, given)) return;
      for (const sentence of check(looked(resource), given)) report(sentence);
    },
    ...(checkInStack === undefined
      ? {}
      : {
          validateStack: (stack, report) => {
            const given = stack.getConfig<Given>();
            const resources = stack.resources.map(lookedInStack);
            for (const resource of resources) {
              if (!isLookedAt(stackTypes, resource.type, resource.name, given)) continue;
              for (const sentence of checkInStack(resource, resources, given)) report(sentence, resource.urn);
            }
          },
        }),
  };
}
