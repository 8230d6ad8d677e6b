import type { Emulator } from "./emulator";
import { isObject, jsonObject } from "./message";
import type { JsonObject } from "./message";
import { xmlTexts } from "./xml";

/** What a call asks for, in IAM's words. */
export interface Ask {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the call in lower case; a key that the call does not set is absent. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Reads the Deny statements of a role's inline and attached policies. */
export interface RolePolicies {
  /** True when a statement denies the call because of one of the keys in `ask.keys`. */
  denies(roleName: string, ask: Ask): Promise<boolean>;
}

const AGE_MS = 1_000;

/** Policies are read from the emulator's IAM as root and kept for a second. */
export function readRolePolicies(emulator: Emulator, now: () => number = Date.now): RolePolicies {
  const known = new Map<string, { readonly statements: readonly JsonObject[]; readonly until: number }>();

  async function iam(action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const { status, xml } = await emulator.rootQuery("iam", { Action: action, Version: "2010-05-08", ...parameters });
    if (status !== 200) throw new Error(`${action} failed with status ${status}: ${xmlTexts(xml, "Code").join()}`);
    return xml;
  }

  const documentIn = (xml: string, element: string): JsonObject[] =>
    statementsOf(jsonObject(decodeURIComponent(xmlTexts(xml, element)[0] ?? "")));

  async function read(RoleName: string): Promise<JsonObject[]> {
    const statements: JsonObject[] = [];
    for (const PolicyName of xmlTexts(await iam("ListRolePolicies", { RoleName }), "member")) {
      statements.push(...documentIn(await iam("GetRolePolicy", { RoleName, PolicyName }), "PolicyDocument"));
    }
    for (const PolicyArn of xmlTexts(await iam("ListAttachedRolePolicies", { RoleName }), "PolicyArn")) {
      const [VersionId] = xmlTexts(await iam("GetPolicy", { PolicyArn }), "DefaultVersionId");
      if (VersionId === undefined) continue;
      statements.push(...documentIn(await iam("GetPolicyVersion", { PolicyArn, VersionId }), "Document"));
    }
    return statements.filter((statement) => statement["Effect"] === "Deny");
  }

  return {
    async denies(roleName, ask) {
      const cached = known.get(roleName);
      if (cached !== undefined && cached.until > now()) return cached.statements.some((one) => matches(one, ask));
      const statements = await read(roleName);
      known.set(roleName, { statements, until: now() + AGE_MS });
      return statements.some((one) => matches(one, ask));
    },
  };
}

function statementsOf(document: JsonObject | undefined): JsonObject[] {
  const statement = document?.["Statement"];
  return (Array.isArray(statement) ? statement : [statement]).filter(isObject);
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

/** IAM's wildcards: `*` is any text, `?` is one character. */
function like(pattern: string, text: string, flags: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, `${flags}s`).test(text);
}

/** A statement whose condition names none of the call's keys is left to the emulator, which evaluates it itself. */
export function matches(statement: JsonObject, ask: Ask): boolean {
  const names = (field: string, text: string, flags: string): boolean | undefined =>
    field in statement ? listOf(statement[field]).some((pattern) => like(pattern, text, flags)) : undefined;
  const action = names("Action", ask.action, "i") ?? !(names("NotAction", ask.action, "i") ?? true);
  const resource = names("Resource", ask.resource, "") ?? !(names("NotResource", ask.resource, "") ?? true);
  const condition = isObject(statement["Condition"]) ? statement["Condition"] : {};
  const tests = Object.entries(condition).flatMap(([operator, operands]) =>
    Object.entries(isObject(operands) ? operands : {}).map(([key, wanted]) => ({
      operator,
      key: key.toLowerCase(),
      wanted,
    })),
  );
  if (!action || !resource || !tests.some(({ key }) => key in ask.keys)) return false;
  return tests.every(({ operator, key, wanted }) => holds(operator, ask.keys[key], listOf(wanted), key));
}

const COMPARISONS: Readonly<Record<string, (actual: number, wanted: number) => boolean>> = {
  NumericEquals: (actual, wanted) => actual === wanted,
  NumericNotEquals: (actual, wanted) => actual !== wanted,
  NumericLessThan: (actual, wanted) => actual < wanted,
  NumericLessThanEquals: (actual, wanted) => actual <= wanted,
  NumericGreaterThan: (actual, wanted) => actual > wanted,
  NumericGreaterThanEquals: (actual, wanted) => actual >= wanted,
};

function holds(operator: string, actual: string | undefined, wanted: readonly string[], key: string): boolean {
  const ifExists = operator.endsWith("IfExists");
  const base = ifExists ? operator.slice(0, -"IfExists".length) : operator;
  const compare = COMPARISONS[base];
  if (base !== "Bool" && compare === undefined) {
    throw new Error(`The local cloud cannot evaluate ${operator} on ${key} beside a condition key that it supplies.`);
  }
  if (actual === undefined) return ifExists;
  if (compare === undefined) return wanted.some((one) => one.toLowerCase() === actual);
  const each = (one: string): boolean => compare(Number(actual), Number(one));
  return base === "NumericNotEquals" ? wanted.every(each) : wanted.some(each);
}
