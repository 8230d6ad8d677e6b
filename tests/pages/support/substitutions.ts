/** What the pages say and is another thing here, with the reason. Everything else is run as it stands there. */

export interface Substitution {
  /** As it stands in a page. */
  readonly page: string;
  readonly here: string;
  readonly why: string;
}

export interface Places {
  /** The folder of packages that `npm ci` made. */
  readonly packages: string;
  readonly vault: string;
  readonly aws: string;
  /** Plays GitHub. */
  readonly issuer: string;
  readonly account: string;
}

/** In the order in which they are made: the longer before what it holds. */
export const substitutionsFor = (places: Places): readonly Substitution[] => [
  {
    page: "npm ci",
    here: `cp -al ${places.packages} .`,
    why: "the packages that npm ci installed for these tests, as hard links: no registry is asked again",
  },
  { page: "https://vault.example.com:8200", here: places.vault, why: "a Vault on this machine" },
  {
    page: "VAULT_TOKEN=…",
    here: "VAULT_TOKEN=$DEPLOY_TOKEN",
    why: "a token with the policy of docs/permissions.md and nothing else",
  },
  {
    page: "--cli-binary-format raw-in-base64-out ",
    here: "",
    why: "an option of aws version 2; this is version 1, which does so by itself",
  },
  {
    page: "aws sqs send-message",
    here: `aws --endpoint-url ${places.aws} sqs send-message`,
    why: "version 1 asks another host for SQS than it is told by the environment",
  },
  {
    page: "awskms://alias/pulumi",
    here: "'awskms://alias/pulumi?awssdk=v2'",
    why: "Pulumi's older AWS SDK can't be told where the emulator is",
  },
  { page: "https://token.actions.githubusercontent.com", here: places.issuer, why: "GitHub's issuer is played" },
  {
    page: "token.actions.githubusercontent.com",
    here: places.issuer.replace("http://", ""),
    why: "the same, as AWS names it",
  },
  { page: "123456789012", here: places.account, why: "the emulator's account" },
];

export interface Substituted {
  readonly text: string;
  readonly made: readonly Substitution[];
}

export function substitute(text: string, table: readonly Substitution[]): Substituted {
  const made: Substitution[] = [];
  let here = text;
  for (const one of table) {
    if (!here.includes(one.page)) continue;
    here = here.replaceAll(one.page, one.here);
    made.push(one);
  }
  return { text: here, made };
}
