/** Reads the IAM policies that a resource holds. */
import { globs } from "./glob";
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
  readonly effect: Known;
  /** Undefined where the statement says NotAction instead. */
  readonly actions: readonly string[] | undefined;
  readonly notActions: readonly string[];
  /** Undefined where the statement says NotResource instead. */
  readonly resources: readonly string[] | undefined;
  readonly condition: Known;
  /** Something of it is known only when the resource is made. */
  readonly partial: boolean;
}

function parsed(document: Known): Known {
  if (typeof document !== "string") return document;
  try {
    return JSON.parse(document) as Known;
  } catch {
    return undefined; // Not for us to say: AWS refuses it.
  }
}

function statementOf(statement: { readonly [name: string]: Known }): Statement {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const lists = [Action, NotAction, Resource, NotResource].flatMap(listOf);
  return {
    effect: statement["Effect"],
    actions: NotAction === undefined ? textsOf(Action) : undefined,
    notActions: textsOf(NotAction),
    resources: NotResource === undefined ? textsOf(Resource) : undefined,
    condition: Condition,
    partial: Condition === later || lists.includes(later),
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
    return isMap(read) ? listOf(read["Statement"]).filter(isMap).map(statementOf) : [];
  });
}

/** Whether the statement is about an action. Actions have no case. */
export function isAbout({ actions, notActions }: Statement, action: string): boolean {
  const among = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => globs(pattern.toLowerCase(), action.toLowerCase()));
  return actions === undefined ? !among(notActions) : among(actions);
}
