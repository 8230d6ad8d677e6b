/** Finds the secret that a person means, by its name, its ARN, or the home that every outcome names. */
import { looksLikeArn, parseSecretArn } from "../runtime/model/arn";
import { decodeName, homePath, isSecretName } from "../runtime/model/path";
import type { MoverSettings } from "../runtime/shared/environment";
import { Failure } from "./failure";

export interface Target {
  readonly name: string;
  /** Path of the home below the mount. */
  readonly path: string;
  /** What DescribeSecret is asked for. */
  readonly id: string;
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
  return { name, path: homePath(settings, name), id: arn === undefined ? name : text };
}
