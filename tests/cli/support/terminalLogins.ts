/** Tokens of Vault with which people come to a terminal. */
import type { Bench } from "../../system/support/bench";
import { assumeOperator, operatorToken } from "../../system/support/operatorLogin";

const password = "a-password-of-the-tests";

/** @returns a token of the operator whom the program lets in, and one of a person with the same policy whom nobody knows */
export async function terminalLogins(bench: Bench): Promise<{ readonly operator: string; readonly person: string }> {
  const { vault, system } = bench;
  const token_policies = [system().outputs["moverPolicyName"] ?? ""];
  await vault.write("sys/auth/people", { type: "userpass" });
  await vault.write("auth/people/users/somebody", { password, token_policies });
  const { status, text } = await vault.request("POST", "auth/people/login/somebody", { password });
  if (status !== 200) throw new Error(`somebody can't log in: ${status}`);
  const { auth } = JSON.parse(text) as { readonly auth: { readonly client_token: string } };
  return { operator: await operatorToken(bench, await assumeOperator(bench)), person: auth.client_token };
}
