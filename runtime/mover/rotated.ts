/** What the mover sees of a secret's rotator: who wrote its rotation, at the pending path. */
import { absentHome } from "../model/home";
import type { Home } from "../model/home";
import { pendingPath } from "../model/path";
import type { PathSettings } from "../model/path";
import type { HomePort } from "../model/ports";
import type { Source } from "../model/source";
import type { MoverSettings } from "../shared/environment";
import { isRetryableError } from "../shared/errors";
import type { Decision } from "./decision";

/** What a home that is not the mover's is refused as: written by somebody, or by the rotator of this very secret. */
export type Conflict = "home-conflict" | "home-rotated";

/** Whether a decision says that somebody else wrote the home. */
export const isConflict = (decision: Decision): boolean =>
  decision.act === "stop" && decision.reason === "home-conflict";

/**
 * Names a conflict. A rotator is known by what Vault recorded: the entity that wrote the home's current version has also
 * written the rotation of this secret, at the pending path. No label has a say. Nothing else depends on the answer, so
 * whoever can write both paths gains another word and nothing more.
 *
 * @param home the home's metadata, as the decision saw it
 * @param name the secret's name
 * @returns `home-conflict` also where the server records no authors, and for a login that may not read the rotation's metadata
 * @throws a RetryableError when Vault can't be reached
 */
export async function nameConflict(
  home: Home,
  name: string,
  settings: Pick<PathSettings, "account" | "region">,
  metadata: HomePort["metadata"],
): Promise<Conflict> {
  const author = home.versions[home.currentVersion]?.authorEntityId ?? "";
  // Tokens without an entity have one name, whoever holds them.
  if (author === "") return "home-conflict";
  const { versions } = await rotationOf(pendingPath(settings, name), metadata);
  return Object.values(versions).some(({ authorEntityId }) => authorEntityId === author)
    ? "home-rotated"
    : "home-conflict";
}

/**
 * Whether a secret that rotates in Secrets Manager stays there although nothing else keeps it: the setting hands it over
 * to a rotator, and none waits. A rotator that waits has written its rotation. That it has can only let happen what the
 * setting allows.
 *
 * @throws a RetryableError when Vault can't be reached
 */
export async function lacksRotator(
  decision: Decision,
  { name, rotating }: Source,
  settings: Pick<MoverSettings, "account" | "region" | "rotation">,
  metadata: HomePort["metadata"],
): Promise<boolean> {
  const acts = decision.act === "report" ? decision.intent !== "restore" : "mode" in decision;
  if (!acts || !rotating || settings.rotation !== "hand-over") return false;
  const { currentVersion, versions } = await rotationOf(pendingPath(settings, name), metadata);
  const current = versions[currentVersion];
  return current === undefined || current.destroyed || current.deletionTime !== "";
}

async function rotationOf(path: string, metadata: HomePort["metadata"]): Promise<Home> {
  try {
    return await metadata(path);
  } catch (error) {
    // A person's login may be narrower than the mover's: that is no reason to tell nothing of the secret.
    if (isRetryableError(error) && error.code === "vault-denied") return absentHome;
    throw error;
  }
}
