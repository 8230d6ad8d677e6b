/** Finds the secret that a person means, by its name, its ARN, or the home that every outcome names. */
import { looksLikeArn, parseSecretArn } from "../runtime/model/arn";
import { decodeName, homePath, isSecretName } from "../runtime/model/path";
import type { Source } from "../runtime/model/source";
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";

export interface Target {
  readonly name: string;
  /** Path of the home below the mount. */
  readonly path: string;
  /** What DescribeSecret is asked for. */
  readonly id: string;
  /** With an ARN: its six last characters, as far as they are the random ones. */
  readonly suffix?: string;
}

/**
 * Checks that what AWS found is what the person named. `…:secret:app-config` looks like an ARN of `app` with the random
 * characters `config`, and Secrets Manager finds `app-config` by it.
 *
 * @throws when it is another secret
 */
export function requireNamed({ name, id, suffix }: Target, source: Pick<Source, "arn" | "name">): void {
  if (source.name === name && (suffix === undefined || source.arn === id)) return;
  throw new Failure(
    `${JSON.stringify(id)} is not the whole ARN of ${source.name}, which AWS finds by it: give the name, or the ARN with its six random characters.`,
  );
}

/** What comes before the name in a home as outcomes show it, which is `<mount>/<path>`. */
const beforeName = (settings: MoverSettings): string =>
  `${settings.mount}/${homePath({ ...settings, homeTemplate: settings.homeTemplate.replace(/\{name\}$/, "") }, "")}`;

/** @throws when it can be no secret of this deployment */
export function targetOf(text: string, settings: MoverSettings): Target {
  const before = beforeName(settings);
  const arn = looksLikeArn(text) ? parseSecretArn(text) : undefined;
  if (looksLikeArn(text) && (arn?.account !== settings.account || arn.region !== settings.region)) {
    throw new Failure(
      `${JSON.stringify(text)} is no ARN of a secret in account ${settings.account}, region ${settings.region}.`,
    );
  }
  const name = arn?.name ?? (text.startsWith(before) ? decodeName(text.slice(before.length)) : text);
  if (!isSecretName(name)) {
    throw new Failure(
      `${JSON.stringify(text)} names no secret: give its name, its ARN, or its home as ${before}<name>.`,
    );
  }
  if (!name.startsWith(settings.namePrefix)) {
    throw new Failure(`${name} is outside the deployment's namePrefix ${settings.namePrefix}: it is not this mover's.`);
  }
  const path = homePath(settings, name);
  return arn === undefined ? { name, path, id: name } : { name, path, id: text, suffix: arn.suffix };
}
