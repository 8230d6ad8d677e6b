/**
 * Secrets that show by their format alone. Each is fixed by who issues it, at `source`; nothing is guessed from how
 * random a text looks, so what has no format of its own (most passwords) is not found.
 */

import { urlWithPassword } from "./urlPassword";

export interface SecretFormat {
  /** What it is, as in "the value is like …". */
  readonly what: string;
  readonly form: RegExp;
  readonly source: string;
}

export const secretFormats: readonly SecretFormat[] = [
  {
    what: "an AWS access key id",
    form: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/,
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes",
  },
  {
    what: "a GitHub token",
    form: /\b(?:gh[opusr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_)/,
    source: "https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available",
  },
  {
    what: "a GitLab token",
    form: /\bgl(?:pat|rt|dt|ptt|oas|soat|cbt|ft|agent)-[A-Za-z0-9_-]{20}/,
    source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
  },
  {
    what: "a Slack token",
    form: /\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9]{1,14}-[A-Za-z0-9-]{8}/,
    source: "https://docs.slack.dev/authentication/tokens",
  },
  {
    what: "a Vault token",
    form: /\bhv[bsr]\.[A-Za-z0-9_-]{20}/,
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes",
  },
  {
    what: "a Stripe key",
    form: /\b[sr]k_live_[A-Za-z0-9]{10}/,
    source: "https://docs.stripe.com/keys",
  },
  {
    what: "an npm token",
    form: /\bnpm_[A-Za-z0-9]{36}\b/,
    source: "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format",
  },
  {
    what: "a DigitalOcean token",
    form: /\bdo[opr]_v1_[a-f0-9]{64}\b/,
    source: "https://docs.digitalocean.com/notes/2022/api-token-format",
  },
  {
    what: "a private key",
    form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/,
    source:
      "https://www.rfc-editor.org/rfc/rfc7468#section-10 and https://www.rfc-editor.org/rfc/rfc9580#section-6.2.1",
  },
  {
    // A reference, as in ${PASSWORD}, $PASSWORD, {{password}} or <password>, is no password.
    what: "a URL with a password",
    form: urlWithPassword,
    source: "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
  },
];

/** What secrets a text holds, by their formats. Never the text itself. */
export const secretsIn = (text: string): readonly string[] =>
  secretFormats.filter(({ form }) => form.test(text)).map(({ what }) => what);
