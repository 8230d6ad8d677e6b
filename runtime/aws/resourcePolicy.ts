/**
 * Reads a secret's resource policy to find out whether it lets an AWS service in.
 *
 * A secret may carry several policies, and GetResourcePolicy gives only the one named `default`. A service that another
 * one lets in is not seen here: `serviceReadNames` is for such secrets.
 */
import { membersOf } from "../shared/members";

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** One test of a statement's condition: its operator, its key in lower case, and the values that the key may have. */
interface Test {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly unknown[];
}

const testsOf = (condition: unknown): readonly Test[] =>
  Object.entries(membersOf(condition)).flatMap(([operator, keys]) =>
    Object.entries(membersOf(keys)).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: list(values),
    })),
  );

/** Keys that a request has only when a service sends it, by itself or in somebody's name. */
const keysOfServices: readonly string[] = [
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:viaawsservice",
  "aws:calledvia",
  "aws:calledviafirst",
  "aws:calledvialast",
];

/**
 * Forms of the values that only an IAM principal's request can have. A value with a star or a variable where these want
 * an account or an organisation has none of these forms: it may match anything.
 */
const formsOfIamPrincipals: Readonly<Record<string, RegExp>> = {
  "aws:principalaccount": /^\d{12}$/,
  "aws:principalorgid": /^o-[a-z0-9]{10,32}$/,
  "aws:principalorgpaths": /^o-[a-z0-9]{10,32}\//,
  "aws:principalarn": /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:./,
};

/** Operators that are met only when the key is there and has one of the values: not negated, no `IfExists`, no `ForAllValues`. */
const comparing = /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like))$/;

const isFalse = ({ operator, values }: Test): boolean =>
  /^Bool(?:IfExists)?$/.test(operator) &&
  values.length > 0 &&
  values.every((value) => value === false || value === "false");

/** Whether only an IAM principal's request can meet a test. */
function needsIamPrincipal(test: Test): boolean {
  const { operator, key, values } = test;
  if (key === "aws:principalisawsservice") return operator === "Bool" && isFalse(test);
  const form = Object.hasOwn(formsOfIamPrincipals, key) ? formsOfIamPrincipals[key] : undefined;
  return (
    form !== undefined &&
    comparing.test(operator) &&
    values.length > 0 &&
    values.every((value) => typeof value === "string" && form.test(value))
  );
}

/** Whether a test speaks of services. One that asks for `false` keeps them out. */
const speaksOfService = (test: Test): boolean => keysOfServices.includes(test.key) && !isFalse(test);

/** A role that only one service can take on. */
const isServiceLinked = (value: unknown): boolean =>
  typeof value === "string" && value.includes(":role/aws-service-role/");

const principalsOf = (principal: unknown): readonly unknown[] =>
  typeof principal === "object" && principal !== null && !Array.isArray(principal)
    ? Object.values(principal).flatMap(list)
    : list(principal);

/** Whether a statement names everybody: by a star, or by all but some. */
const namesEverybody = ({ Principal, NotPrincipal }: Readonly<Record<string, unknown>>): boolean =>
  NotPrincipal !== undefined || principalsOf(Principal).includes("*");

function statementLetsServiceIn(statement: unknown): boolean {
  const members = membersOf(statement);
  if (members["Effect"] !== "Allow") return false;
  if (list(membersOf(members["Principal"])["Service"]).length > 0) return true;
  const tests = testsOf(members["Condition"]);
  if (tests.some(speaksOfService)) return true;
  if ([...principalsOf(members["Principal"]), ...tests.flatMap(({ values }) => values)].some(isServiceLinked))
    return true;
  return namesEverybody(members) && !tests.some(needsIamPrincipal);
}

/**
 * Whether a statement that allows lets an AWS service in: it names one, its condition speaks of one, or it names everybody
 * and no condition asks for an IAM principal. Such a service reads the secret from Secrets Manager by itself and can't be
 * told to read Vault. What leaves a doubt counts as letting one in, a policy that can't be read too: the secret then
 * stays where it is. A statement that denies changes nothing, since it may deny another service.
 */
export function letsServiceIn(policy: string): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(policy);
  } catch {
    return true;
  }
  return list(membersOf(parsed)["Statement"]).some(statementLetsServiceIn);
}
