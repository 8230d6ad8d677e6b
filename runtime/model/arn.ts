export interface SecretArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
  /** The six random characters that tell a secret from an earlier one of the same name. */
  readonly suffix: string;
}

const form = /^arn:(aws[a-z-]*):secretsmanager:([a-z0-9-]+):(\d{12}):secret:(.+)-([A-Za-z0-9]{6})$/s;

/** Takes a secret's full ARN apart; undefined when it is not one. */
export function parseSecretArn(arn: string): SecretArn | undefined {
  const [, partition, region, account, name, suffix] = form.exec(arn) ?? [];
  if (!partition || !region || !account || !name || !suffix) return undefined;
  return { partition, region, account, name, suffix };
}

/** Whether a text claims to be an ARN, well-formed or not. */
export const looksLikeArn = (id: string): boolean => id.startsWith("arn:");
