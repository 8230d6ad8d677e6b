/** Reads a secret's resource policy to find out whether it lets an AWS service in. */
import { membersOf } from "../shared/members";

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

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
  return list(membersOf(parsed)["Statement"]).some((statement) => {
    const { Effect, Principal } = membersOf(statement);
    return Effect === "Allow" && list(membersOf(Principal)["Service"]).length > 0;
  });
}
