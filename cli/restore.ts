/** Brings a secret back to Secrets Manager that only Vault has: by the value contract and the label's kind, never a guess. */
import type { CreateSecretCommandInput, Tag } from "@aws-sdk/client-secrets-manager";

import { exemptTag } from "../runtime/model/exemption";
import { modeTag, readVersionLabel } from "../runtime/model/labels";
import type { HomePort } from "../runtime/model/ports";
import { stateTag } from "../runtime/model/stateTag";
import { readValue } from "../runtime/model/value";
import { authorOf, liveVersion } from "../runtime/mover/homeFacts";
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";
import type { Target } from "./target";

export interface RestoreDeps {
  readonly home: Pick<HomePort, "metadata" | "read">;
  readonly now: () => number;
}

const tagPrefix = "tag.";

/**
 * Tags that were copied to the home, as far as they may be set: AWS's own can't, and the mover's are not the person's.
 * Whoever may patch metadata can write such labels, and tags can give access: a person decides whether they are set.
 */
const labelledTags = (labels: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(labels)
    .filter(([key]) => key.startsWith(tagPrefix))
    .map(([key, Value]) => ({ Key: key.slice(tagPrefix.length), Value }))
    .filter(({ Key }) => !/^aws:/i.test(Key) && Key.toLowerCase() !== modeTag && Key !== stateTag);

/**
 * What CreateSecret is to be sent. The tag that exempts the secret is in the same call, so that the mover never sees it
 * without. `labelled` are the tags that the home's labels name, which are sent only if the person wants them.
 *
 * @throws a {@link Failure} when the home can't be given back as what it was
 */
export async function restoreInput(
  { name, path, suffix }: Target,
  settings: MoverSettings,
  { home, now }: RestoreDeps,
): Promise<CreateSecretCommandInput & { readonly homeVersion: number; readonly labelled: readonly Tag[] }> {
  const metadata = await home.metadata(path);
  const shown = `${settings.mount}/${path}`;
  if (metadata.currentVersion === 0) throw new Failure(`There is no home ${shown}: nothing can be restored from it.`);
  const current = liveVersion(metadata, now());
  if (current === undefined) {
    throw new Failure(
      `The current version of ${shown} was deleted in Vault: undelete it there (vault kv undelete), then run this again.`,
    );
  }
  const read = readVersionLabel(metadata.labels, metadata.currentVersion);
  if (read.is !== "ours" || authorOf(current, settings) === "foreign") {
    throw new Failure(
      `Version ${metadata.currentVersion} of ${shown} is not the mover's, so nothing tells how its value was kept: it is not restored by guess. docs/value-and-path.md says how to read it by hand.`,
    );
  }
  if (suffix !== undefined && suffix !== read.label.suffix) {
    throw new Failure(
      `${shown} holds the secret whose ARN ended in -${read.label.suffix}, not -${suffix}: give the name, or the whole ARN.`,
    );
  }
  const answer = await home.read(path);
  if (answer.is === "gone" || answer.version !== metadata.currentVersion) {
    throw new Failure(`${shown} changed while it was being read: run the same command again.`);
  }
  const value = readValue(answer.data, read.label.kind);
  if (value === undefined) {
    throw new Failure(`${shown} does not hold what its label says (${read.label.kind}): it is not restored by guess.`);
  }
  return {
    homeVersion: answer.version,
    Name: name,
    ...(value.type === "string" ? { SecretString: value.string } : { SecretBinary: value.bytes }),
    Tags: [{ Key: exemptTag.key, Value: exemptTag.value }],
    labelled: labelledTags(metadata.labels),
  };
}
