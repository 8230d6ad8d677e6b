/** A login of Vault whose entity is the mover's, as an operator sets one up for a backfill from a terminal. */
import type { Bench } from "../../system/support/bench";

/** @returns a token whose writes are the mover's, and one of a person with the same policy and another entity */
export async function moverLogin({
  vault,
  system,
}: Bench): Promise<{ readonly mover: string; readonly person: string }> {
  const { outputs } = system();
  const policies = [outputs["moverPolicyName"] ?? ""];
  await vault.write("sys/auth/backfill", { type: "userpass" });
  const methods = (await vault.read("sys/auth")) as Readonly<Record<string, { readonly accessor: string }>>;
  const token = async (name: string): Promise<string> => {
    await vault.write(`auth/backfill/users/${name}`, { password: "a-password-of-the-tests", token_policies: policies });
    const { status, text } = await vault.request("POST", `auth/backfill/login/${name}`, {
      password: "a-password-of-the-tests",
    });
    if (status !== 200) throw new Error(`${name} can't log in: ${status}`);
    return (JSON.parse(text) as { auth: { client_token: string } }).auth.client_token;
  };
  await vault.write("identity/entity-alias", {
    name: "operator",
    canonical_id: outputs["moverEntityId"],
    mount_accessor: methods["backfill/"]?.accessor,
  });
  return { mover: await token("operator"), person: await token("somebody") };
}
