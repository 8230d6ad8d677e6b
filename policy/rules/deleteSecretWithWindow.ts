import { covers } from "../glob";
import { documentsOf, isAbout, policyTypes } from "../iamPolicies";
import type { Statement } from "../iamPolicies";
import { isMap, later, listOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";

const action = "secretsmanager:DeleteSecret";
const forceKey = "secretsmanager:forcedeletewithoutrecovery";

const isTrue = (wanted: Known): boolean =>
  wanted === later || wanted === true || (typeof wanted === "string" && wanted.toLowerCase() === "true");

/** A Deny whose only condition, if it has one, is that the deletion is forced. */
function deniesForce({ denies, condition }: Statement): boolean {
  if (!denies) return false;
  if (condition === undefined) return true;
  if (!isMap(condition)) return condition === later;
  const tests = Object.entries(condition).flatMap(([operator, keys]) =>
    isMap(keys) ? Object.entries(keys).map(([key, wanted]) => ({ operator, key: key.toLowerCase(), wanted })) : [],
  );
  return tests.every(
    ({ operator, key, wanted }) =>
      /^Bool(IfExists)?$/.test(operator) && key === forceKey && listOf(wanted).some(isTrue),
  );
}

/** Whether the Deny reaches all that the Allow reaches. */
function reachesAllOf(deny: Statement, allow: Statement): boolean {
  if (deny.partial) return true;
  const { resources } = deny;
  if (resources === undefined) return false;
  return (allow.resources ?? ["*"]).every((one) => resources.some((wide) => covers(wide, one)));
}

export const deleteSecretWithWindow = rule<object>({
  name: "delete-secret-with-window",
  description: "Who may delete secrets is denied to do so by force, without a recovery window.",
  level: "mandatory",
  types: policyTypes,
  check: (resource) =>
    documentsOf(resource)
      .filter((statements) => {
        const about = statements.filter((statement) => isAbout(statement, action));
        const denies = about.filter(deniesForce);
        return about.some((allow) => allow.allows && !denies.some((deny) => reachesAllOf(deny, allow)));
      })
      .map(
        () =>
          `The IAM policy of ${resource.name} grants ${action} without denying it by force, after which no secret can be restored: add to the same policy a Deny of ${action} on "*" with the condition Bool secretsmanager:ForceDeleteWithoutRecovery "true".`,
      ),
});
