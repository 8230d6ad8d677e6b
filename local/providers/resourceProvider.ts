import { randomBytes } from "node:crypto";
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  ReadResult,
} from "@pulumi/pulumi/provider";
import { changedProperties, check, same } from "./properties";
import type { ProviderTable, ResourceType } from "./resourceType";
import { containsSecret, plain, plainValues, secretOf, secretTexts, unknownValue, withoutAbsent } from "./values";
import type { Values } from "./values";

/** What has to change of a resource. */
export interface Difference extends DiffResult {
  /** All that differs: where a program says `replaceOnChanges`, the engine looks for its properties here. */
  readonly changed: readonly string[];
}

/** What the engine asks of a provider. */
export interface Operations extends Required<
  Pick<Provider, "check" | "create" | "read" | "update" | "delete" | "invoke">
> {
  readonly diff: (id: string, urn: string, olds: Values, news: Values) => Promise<Difference>;
}

interface Named {
  /** `aws:sqs/queue:Queue` */
  readonly token: string;
  /** The name in the program. */
  readonly name: string;
}

/** The type and the name of a resource: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export function parseUrn(urn: string): Named {
  const [, , types, ...name] = urn.split("::");
  return { token: types?.split("$").at(-1) ?? "", name: name.join("::") };
}

const autoNamed = (name: string, value: unknown): boolean =>
  typeof value === "string" &&
  value.length === name.length + 8 &&
  /-[0-9a-f]{7}$/.test(value) &&
  value.startsWith(name);

const newName = (name: string): string => `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`;

/** An output keeps the secret mark of the input of the same name. */
function withMarks(outputs: Values, inputs: Values): Values {
  const marked = Object.entries(withoutAbsent(outputs) as Values).map(([name, value]) => {
    const lost = containsSecret(inputs[name]) && !containsSecret(value);
    return [name, lost ? secretOf(value) : value] as const;
  });
  return Object.fromEntries(marked);
}

function explain(error: unknown, { token, name }: Named, step: string, values: Values): Error {
  const message = error instanceof Error ? error.message : String(error);
  const safe = secretTexts(values).reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), message);
  return new Error(`${token} "${name}": ${step}: ${safe}`);
}

/** Checks what the program gave and names the resource when it doesn't; a name once given stays. */
function checkInputs(type: ResourceType, name: string, olds: Values, news: Values): CheckResult {
  const given: Record<string, unknown> = { ...news };
  const property = type.autoName;
  if (property !== undefined && (given[property] === undefined || given[property] === null)) {
    const former = plain(olds[property]);
    given[property] = autoNamed(name, former) ? former : newName(name);
  }
  const { inputs, failures } = check(type.properties, given);
  const broken = failures.length > 0 ? failures : (type.rules?.(plainValues(inputs)) ?? []);
  // Were the property named apart, the engine would print its value, which may be a secret.
  const reasons = broken.map(({ property: failing, reason }) => ({
    property: "",
    reason: `property ${failing} ${reason}`,
  }));
  return { inputs, failures: reasons };
}

/** Whether the state has to change, and whether in place. */
function difference(type: ResourceType, name: string, olds: Values, news: Values): Difference {
  const [state, wish] = [plainValues(olds), plainValues(news)];
  const changed = changedProperties(type.properties, state, wish);
  const replaces = changed.filter((property) => type.update === undefined || type.properties[property]?.replaces);
  const moved = type.identity.some((property) => wish[property] === unknownValue || state[property] !== wish[property]);
  // The engine gives an automatically named replacement a new name, so that old and new can exist side by side.
  const newlyNamed = type.autoName !== undefined && autoNamed(name, wish[type.autoName]);
  return {
    changes: changed.length > 0,
    changed,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && !moved && !newlyNamed,
  };
}

const currentId = (type: ResourceType, id: string, state: Values): string => type.idOf?.(state) ?? id;

/**
 * Makes the provider that the engine talks to of a table of types.
 *
 * A type, a function or a property that is not in the table is refused, so that nothing is recorded as created that
 * nobody created. Every error names the resource's type, its name, the step, and what the server said.
 */
export function providerOf(table: ProviderTable): Operations {
  const packageName = Object.keys(table.types)[0]?.split(":")[0] ?? "";
  let asked: Promise<void> | undefined;
  const admitted = (): Promise<void> => (asked ??= table.admit?.() ?? Promise.resolve());

  function typeOf(named: Named): ResourceType {
    const type = table.types[named.token];
    if (type) return type;
    throw new Error(
      `${named.token} "${named.name}": the local ${packageName} provider has no such type; it has ${Object.keys(table.types).join(", ")}`,
    );
  }

  async function attempt<T>(
    urn: string,
    step: string,
    values: Values,
    work: (type: ResourceType, name: string) => Promise<T>,
  ): Promise<T> {
    const named = parseUrn(urn);
    const type = typeOf(named);
    try {
      await admitted();
      return await work(type, named.name);
    } catch (error) {
      throw explain(error, named, step, values);
    }
  }

  return {
    check: (urn: string, olds: Values, news: Values): Promise<CheckResult> =>
      attempt(urn, "check", news, (type, name) => Promise.resolve(checkInputs(type, name, olds, news))),

    diff: (_id: string, urn: string, olds: Values, news: Values): Promise<Difference> =>
      attempt(urn, "diff", { olds, news }, (type, name) => Promise.resolve(difference(type, name, olds, news))),

    create: (urn: string, inputs: Values): Promise<CreateResult> =>
      attempt(urn, "create", inputs, async (type) => {
        const { id, outputs } = await type.create(plainValues(inputs));
        return { id, outs: withMarks({ ...inputs, ...outputs }, inputs) };
      }),

    read: (id: string, urn: string, props: Values = {}): Promise<ReadResult> =>
      attempt(urn, "read", props, async (type) => {
        const state = plainValues(props);
        const current = currentId(type, id, state);
        const found = await type.read(current, state);
        if (found === undefined) return { id: "", props: {} };
        const merged: Record<string, unknown> = { ...props };
        for (const [name, value] of Object.entries(found)) {
          const property = type.properties[name];
          if (!(property && same(property, state[name], value))) merged[name] = value;
        }
        const outputs = withMarks(merged, props);
        const inputs = Object.fromEntries(Object.entries(outputs).filter(([name]) => name in type.properties));
        return { id: current, props: outputs, inputs };
      }),

    update: (id: string, urn: string, olds: Values, news: Values) =>
      attempt(urn, "update", { olds, news }, async (type) => {
        if (!type.update) throw new Error("can't be changed in place");
        const state = plainValues(olds);
        const outputs = await type.update(currentId(type, id, state), state, plainValues(news));
        const computed = Object.entries(olds).filter(
          ([name]) => !(name in type.properties) || type.properties[name]?.computed,
        );
        return { outs: withMarks({ ...Object.fromEntries(computed), ...news, ...outputs }, news) };
      }),

    delete: (id: string, urn: string, props: Values): Promise<void> =>
      attempt(urn, "delete", props, (type) => {
        const state = plainValues(props);
        return type.remove(currentId(type, id, state), state);
      }),

    async invoke(token: string, args: Values): Promise<InvokeResult> {
      const invoke = table.invokes[token];
      if (!invoke) throw new Error(`${token}: the local ${packageName} provider has no such function`);
      const { inputs, failures } = check(invoke.properties, args);
      if (failures.length > 0) return { failures: [...failures], outputs: {} };
      try {
        await admitted();
        return { outputs: withoutAbsent(await invoke.run(plainValues(inputs))) };
      } catch (error) {
        throw new Error(`${token}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
