/** What a resource of an IAM statement means among the ARNs of secrets. */
import { anyOne, anything, anythingBut, literally, meet } from "./wildcard";
import type { Part } from "./wildcard";

const field = anythingBut(":");
const digit: Part = { takes: (character) => /\d/.test(character), many: false };
const hyphen = literally("-");

/** The ARNs of all secrets. A region is like `eu-west-1`, so that no service is taken for one. */
const allSecrets: readonly Part[] = [
  ...literally("arn:"),
  field,
  ...literally(":secretsmanager:"),
  ...[field, ...hyphen, field, ...hyphen, digit],
  ...literally(":"),
  ...[digit, { ...digit, many: true }],
  ...literally(":secret:"),
  field,
];

/** `*` and `?` go beyond colons, as AWS lets a `*` at the end of a field; a policy variable may be any text. */
const partsOf = (resource: string): readonly Part[] =>
  resource.split(/(\*|\?|\$\{.*?\})/s).flatMap((piece, index) => {
    if (index % 2 === 0) return literally(piece);
    return piece === "?" ? [anyOne] : [anything];
  });

/** Whether there can be secrets among what the resource means. */
export const reachesSecrets = (resource: string): boolean => meet(partsOf(resource.toLowerCase()), allSecrets);

/** The secrets' names begin with what the resource says, so that they are of somebody. */
const namesSecrets = (resource: string): boolean => /:secret:[^*?$:]/i.test(resource);

const isOfOnePlace = (resource: string): boolean => /^arn:[^:]*:secretsmanager:[^*?$:]+:[^*?$:]+:/i.test(resource);

/** Whether it tells no secret from another; those of one account and region are narrow enough without `namedOnly`. */
export const isWide = (resource: string, namedOnly: boolean): boolean =>
  reachesSecrets(resource) && !namesSecrets(resource) && (namedOnly || !isOfOnePlace(resource));
