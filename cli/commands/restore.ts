/** `homing restore`: after the recovery window, from Vault back to Secrets Manager. */
import { CreateSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import type { GetSecretValueCommandOutput } from "@aws-sdk/client-secrets-manager";

import { ask } from "../ask";
import { awsFailure, Failure } from "../failure";
import { restoreInput } from "../restore";
import type { Session } from "../session";
import { targetOf } from "../target";
import { describeTarget } from "./undo";

export interface RestoreCommandOptions {
  readonly kmsKey?: string;
  readonly withTags?: boolean;
  readonly yes?: boolean;
}

/** Refuses if the secret still exists, so that nothing is overwritten. */
async function requireAbsent(session: Session, text: string): Promise<void> {
  const source = await describeTarget(session, text);
  if (source === undefined) return;
  throw new Failure(
    source.scheduled
      ? `${source.name} is still in its recovery window: homing undo brings it back as it was.`
      : `${source.name} is in Secrets Manager already: nothing is restored over it.`,
  );
}

export async function restoreCommand(session: Session, options: RestoreCommandOptions, home: string): Promise<number> {
  const { deployment, secrets, screen } = session;
  const target = targetOf(home, deployment.settings);
  await requireAbsent(session, home);
  // By its former ARN a secret that was created anew under the name is not found.
  if (target.suffix !== undefined) await requireAbsent(session, target.name);
  const { homeVersion, labelled, ...rest } = await restoreInput(target, deployment.settings, session);
  const withTags = options.withTags === true;
  const Tags = [...(rest.Tags ?? []), ...(withTags ? labelled : [])].slice(0, 50);
  const input = { ...rest, Tags };
  const shown = labelled.map(({ Key, Value }) => `${Key ?? ""}=${Value ?? ""}`).join(", ");
  screen.note(
    [
      `CreateSecret ${target.name} with version ${homeVersion} of ${deployment.settings.mount}/${target.path}, key ${options.kmsKey ?? "of AWS"}, tagged as exempt.`,
      ...(labelled.length === 0
        ? []
        : [
            `  Tags by the home's labels, which whoever may patch metadata can write, ${withTags ? "are set" : "are not set (--with-tags sets them)"}: ${shown}`,
          ]),
    ].join("\n"),
  );
  await ask(screen, `Create ${target.name}?`, 1, options.yes === true);
  let made;
  try {
    const key = options.kmsKey === undefined ? {} : { KmsKeyId: options.kmsKey };
    made = await secrets.send(new CreateSecretCommand({ ...input, ...key }));
  } catch (error) {
    throw awsFailure("CreateSecret", error);
  }
  let back: GetSecretValueCommandOutput;
  try {
    back = await secrets.send(new GetSecretValueCommand({ SecretId: made.ARN }));
  } catch (error) {
    throw awsFailure("GetSecretValue, after the secret was created,", error);
  }
  const equal =
    input.SecretBinary === undefined
      ? back.SecretString === input.SecretString
      : back.SecretBinary !== undefined && Buffer.from(back.SecretBinary).equals(Buffer.from(input.SecretBinary));
  if (!equal)
    throw new Failure(`${target.name} was created, and Secrets Manager gives back another value than Vault holds.`);
  const tags = input.Tags.map(({ Key }) => Key);
  await screen.record("restore", {
    secret: target.name,
    arn: made.ARN,
    home: `${deployment.settings.mount}/${target.path}`,
    homeVersion,
    tags,
  });
  await screen.say(
    `${target.name} is in Secrets Manager again, read back and equal to version ${homeVersion} of its home, as ${made.ARN ?? ""}. The tag vault-mover-mode=exempt keeps the mover from it.`,
  );
  return 0;
}
