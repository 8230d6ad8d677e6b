/** `homing restore`: after the recovery window, from Vault back to Secrets Manager. */
import { CreateSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import type { GetSecretValueCommandOutput } from "@aws-sdk/client-secrets-manager";

import { exemptTag } from "../../runtime/model/exemption";
import { ask } from "../ask";
import { awsFailure, Failure } from "../failure";
import { restoreInput } from "../restore";
import type { Session } from "../session";
import { targetOf } from "../target";
import { ownTag } from "../undo";
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
  if (!source.scheduled) {
    throw new Failure(`${source.name} is in Secrets Manager already: nothing is restored over it.`);
  }
  const back =
    ownTag(source, session.deployment.settings) === undefined ? "aws secretsmanager restore-secret" : "homing undo";
  throw new Failure(`${source.name} is still in its recovery window: ${back} brings it back as it was.`);
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
      `Creates ${target.name} in Secrets Manager from version ${homeVersion} of its home:`,
      `    ${deployment.settings.mount}/${target.path}`,
      `  Encrypted with ${options.kmsKey === undefined ? "AWS's own key" : `the key ${options.kmsKey}`}, tagged ${exemptTag.key}=${exemptTag.value}.`,
      ...(labelled.length === 0
        ? []
        : [
            `  Tags by the home's labels, which whoever may patch metadata can write, ${withTags ? "are set" : "are not set (--with-tags sets them)"}: ${shown}`,
          ]),
    ].join("\n"),
  );
  await ask(screen, `Create ${target.name}?`, 1, options.yes === true);
  if (session.stopped()) throw new Failure("Stopped: nothing was created.", 130);
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
    [
      `${target.name} is in Secrets Manager again, read back and equal to version ${homeVersion} of its home:`,
      `    ${made.ARN ?? ""}`,
      `The tag ${exemptTag.key}=${exemptTag.value} keeps the mover from it.`,
    ].join("\n"),
  );
  return 0;
}
