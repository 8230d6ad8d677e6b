/** Checks whether the mover knows this login: it takes what a stranger writes for a conflict. */
import type { MoverSettings } from "../runtime/shared/environment";
import { membersOf } from "../runtime/shared/members";
import type { TokenSource } from "../runtime/vault/token";
import type { Transport } from "../runtime/vault/transport";
import { answerError, readJson } from "../runtime/vault/vaultErrors";
import { Failure } from "./failure";

export interface LookupDeps {
  readonly transport: Transport;
  readonly token: TokenSource;
}

/** The identity entity of the token; empty for a token without one. */
export async function entityOf({ transport, token }: LookupDeps, namespace: string): Promise<string> {
  const answer = await transport({
    step: "login",
    method: "GET",
    path: "/v1/auth/token/lookup-self",
    headers: {
      "x-vault-token": await token.get(),
      "x-vault-request": "true",
      ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
    },
  });
  if (answer.status !== 200) throw answerError("login", answer);
  const entity = membersOf(membersOf(readJson("login", answer.text))["data"])["entity_id"];
  return typeof entity === "string" ? entity : "";
}

/**
 * Asks Vault which entity this login belongs to, before anything is written with it.
 *
 * @throws a {@link Failure} that says how to log in as an operator
 */
export async function requireMover(deps: LookupDeps, settings: MoverSettings): Promise<void> {
  const { entityId, formerEntityIds, login, operatorEntityIds } = settings;
  const entity = await entityOf(deps, settings.vaultNamespace);
  if ([entityId, ...formerEntityIds, ...operatorEntityIds].includes(entity)) return;
  if (entity === "") {
    throw new Failure(
      "This Vault token has no identity entity (a root token has none), so nothing tells that what it writes is the mover's: log in by a method that gives one.",
    );
  }
  const nobody = operatorEntityIds.length === 0 ? "name your IAM role in operatorRoleArns, run `pulumi up`, and " : "";
  throw new Failure(
    `This login is Vault's entity ${entity}, which is no operator's: the mover would take what it writes for somebody else's. To move from here, ${nobody}log in by --login ${login} --role ROLE, with yours of \`pulumi stack output operatorLoginRoles\`.`,
  );
}
