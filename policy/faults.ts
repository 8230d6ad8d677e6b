/** What can be wrong with the parameters of more than one rule. */

/**
 * Faults of a list of name patterns. One that matches everything would switch the rule off without saying so.
 *
 * @param given undefined when the parameter was left out
 */
export function patternFaults(parameter: string, given: unknown): readonly string[] {
  if (!Array.isArray(given)) return [];
  return given
    .filter((pattern): pattern is string => typeof pattern === "string")
    .filter((pattern) => /^\**$/.test(pattern))
    .map(
      (pattern) =>
        `${parameter} has the pattern "${pattern}", which ${pattern === "" ? "is empty" : "matches everything"}: to switch the rule off, set its level to "disabled"`,
    );
}
