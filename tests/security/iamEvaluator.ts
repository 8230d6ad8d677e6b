/**
 * Evaluates policies by the rules of the "IAM JSON policy elements" reference, as far as this program writes policies:
 * for conditions that the emulator does not look at. What it does not know it refuses to evaluate.
 */

/** What somebody asks for. */
export interface Ask {
  /** The service that calls, for a policy with principals. */
  readonly principal?: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys; one that the call does not set is absent. A list is a key with several values. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A statement with the lists that the builders always make. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: readonly string[];
  /** Absent in a trust policy only. */
  readonly Resource?: readonly string[];
  /** In the place of Resource: all but these. */
  readonly NotResource?: readonly string[];
  readonly Condition?: Conditions;
}

const known = new Set(["Effect", "Principal", "Action", "Resource", "NotResource", "Condition", "Sid"]);

/** Takes statements as the program writes them. @throws for an element that would not be evaluated */
export function statementsOf(written: unknown): readonly Statement[] {
  const statements = JSON.parse(JSON.stringify(written)) as readonly Statement[];
  for (const statement of statements) {
    const odd = Object.keys(statement).filter((element) => !known.has(element));
    if (odd.length > 0) throw new Error(`no rule for the element ${odd.join()}`);
    if (!["Allow", "Deny"].includes(statement.Effect)) throw new Error(`no rule for the effect ${statement.Effect}`);
    for (const list of [statement.Action, statement.Resource ?? [], statement.NotResource ?? []]) {
      if (!Array.isArray(list)) throw new Error("actions and resources are lists");
      // A policy variable would be replaced by IAM before it compares.
      if (list.some((pattern: string) => pattern.includes("${"))) throw new Error("no rule for policy variables");
    }
  }
  return statements;
}

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === "string" ? [value] : value);

/** `*` is any text, `?` is one character. */
export function like(pattern: string, text: string, flags = ""): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, `${flags}s`).test(text);
}

/** Wildcards of one ARN component don't reach into the next; the sixth is all that is left. */
function arnLike(pattern: string, arn: string): boolean {
  const parts = (text: string): string[] => {
    const [a = "", b = "", c = "", d = "", e = "", ...rest] = text.split(":");
    return [a, b, c, d, e, rest.join(":")];
  };
  const wanted = parts(pattern);
  return parts(arn).every((part, index) => like(wanted[index] ?? "", part));
}

type Test = (wanted: string, actual: string) => boolean;

const numbers =
  (compare: (wanted: number, actual: number) => boolean): Test =>
  (wanted, actual) =>
    compare(Number(wanted), Number(actual));

/** A negated operator holds when none of the wanted values matches, and also when the key is absent. */
const operators: Readonly<Record<string, { readonly test: Test; readonly negated: boolean }>> = {
  StringEquals: { test: (wanted, actual) => wanted === actual, negated: false },
  StringEqualsIgnoreCase: { test: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(), negated: false },
  StringNotEquals: { test: (wanted, actual) => wanted === actual, negated: true },
  StringLike: { test: (wanted, actual) => like(wanted, actual), negated: false },
  StringNotLike: { test: (wanted, actual) => like(wanted, actual), negated: true },
  ArnEquals: { test: arnLike, negated: false },
  ArnLike: { test: arnLike, negated: false },
  ArnNotLike: { test: arnLike, negated: true },
  Bool: { test: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(), negated: false },
  NumericEquals: { test: numbers((wanted, actual) => actual === wanted), negated: false },
  NumericLessThan: { test: numbers((wanted, actual) => actual < wanted), negated: false },
  NumericGreaterThan: { test: numbers((wanted, actual) => actual > wanted), negated: false },
};

function holds(operator: string, wanted: readonly string[], actual: string | readonly string[] | undefined): boolean {
  if (operator === "Null") {
    const [absent] = wanted;
    if (absent !== "true" && absent !== "false") throw new Error("Null wants true or false");
    return (actual === undefined) === (absent === "true");
  }
  const [, set, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const rule = operators[name];
  if (rule === undefined) throw new Error(`no rule for the operator ${operator}`);
  const { test, negated } = rule;
  const one = (value: string): boolean => wanted.some((candidate) => test(candidate, value)) !== negated;
  const values = actual === undefined ? [] : listOf(actual);
  if (set === "ForAllValues") return values.every(one);
  if (set === "ForAnyValue") return values.some(one);
  if (actual === undefined) return ifExists !== undefined || negated;
  const [value, ...more] = values;
  // A key with several values needs a set operator, or its meaning is undefined.
  if (value === undefined || more.length > 0) throw new Error(`${operator} compares a key of one value`);
  return one(value);
}

function matches(statement: Statement, ask: Ask): boolean {
  const { Principal, Action, Resource, NotResource, Condition } = statement;
  const keys = Object.fromEntries(Object.entries(ask.keys ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  if (Principal !== undefined && !listOf(Principal["Service"] ?? []).includes(ask.principal ?? "")) return false;
  if (!Action.some((pattern) => like(pattern, ask.action, "i"))) return false;
  if (Resource !== undefined && !Resource.some((pattern) => like(pattern, ask.resource))) return false;
  if (NotResource?.some((pattern) => like(pattern, ask.resource)) === true) return false;
  return Object.entries(Condition ?? {}).every(([operator, operands]) =>
    Object.entries(operands).every(([key, wanted]) => holds(operator, listOf(wanted), keys[key.toLowerCase()])),
  );
}

/** An explicit Deny wins; what nothing allows is denied too. */
export function isAllowed(policy: readonly Statement[], ask: Ask): boolean {
  const applying = policy.filter((statement) => matches(statement, ask));
  return applying.length > 0 && applying.every(({ Effect }) => Effect === "Allow");
}
