/** Reads a secret's resource policy, as far as the question goes whether an AWS service is let in. */

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/**
 * Whether a statement that allows names a service as its principal. Such a service reads the secret from Secrets
 * Manager by itself and can't be told to read Vault. A policy that can't be read counts as letting one in.
 */
export function letsServiceIn(policy: string): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(policy);
  } catch {
    return true;
  }
  return list(member(parsed, "Statement")).some(
    (statement) =>
      member(statement, "Effect") === "Allow" && list(member(member(statement, "Principal"), "Service")).length > 0,
  );
}
