/** Reads the IAM policies that a resource holds. */
import { globs } from "./glob";
import { readJson } from "./jsonText";
import type { JsonText } from "./jsonText";
import { isMap, later, listOf, textsOf } from "./known";
import type { Known } from "./known";
import type { Looked } from "./rule";

/** The resources that hold policy documents of principals. */
export const policyTypes = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:iam/role:Role",
] as const;

/** A statement, as far as it is known. */
export interface Statement {
  readonly allows: boolean;
  /** Never of a document with a key that is given more than once: nobody can say how much of it AWS denies. */
  readonly denies: boolean;
  /** Undefined where the statement says NotAction instead. */
  readonly actions: readonly string[] | undefined;
  readonly notActions: readonly string[];
  /** Undefined where the statement says NotResource instead. */
  readonly resources: readonly string[] | undefined;
  readonly condition: Known;
  /** Some of its actions or resources are known only when the resource is made. */
  readonly partial: boolean;
}

type Members = { readonly [name: string]: Known };

/** A text that is no JSON is not for us to judge: AWS refuses it. */
const parsed = (document: Known): JsonText | undefined =>
  typeof document === "string" ? readJson(document) : { value: document, repeats: false };

/** The members by their names in small letters: which case AWS takes is not said. */
const folded = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name.toLowerCase(), value]));

function statementOf(members: Members, repeats: boolean): Statement {
  const { effect, action, notaction, resource, notresource, condition } = folded(members);
  const lists = [action, notaction, resource, notresource].flatMap(listOf);
  const effects = textsOf(effect).map((text) => text.toLowerCase());
  return {
    allows: effects.includes("allow"),
    denies: !repeats && effects.includes("deny"),
    actions: notaction === undefined ? textsOf(action) : undefined,
    notActions: textsOf(notaction),
    resources: notresource === undefined ? textsOf(resource) : undefined,
    condition,
    partial: lists.includes(later),
  };
}

/** Path of policies that are permissions boundaries, which grant nothing, whatever they allow. */
const boundaryPath = "/boundary/";

/** The statements of each document that the resource holds, and that grants something. */
export function documentsOf(resource: Looked): readonly (readonly Statement[])[] {
  if (resource.type === "aws:iam/policy:Policy" && resource.read("path") === boundaryPath) return [];
  const held =
    resource.type === "aws:iam/role:Role"
      ? listOf(resource.read("inlinePolicies")).map((inline) => (isMap(inline) ? inline["policy"] : undefined))
      : [resource.read("policy")];
  return held.map((document) => {
    const read = parsed(document);
    if (read === undefined || !isMap(read.value)) return [];
    const statements = listOf(folded(read.value)["statement"]).filter(isMap);
    return statements.map((statement) => statementOf(statement, read.repeats));
  });
}

/** Whether the statement is about an action. Actions have no case. */
export function isAbout({ actions, notActions }: Statement, action: string): boolean {
  const among = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => globs(pattern.toLowerCase(), action.toLowerCase()));
  return actions === undefined ? !among(notActions) : among(actions);
}
