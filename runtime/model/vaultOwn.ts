/**
 * What Vault or OpenBao and their clients start from: unseal keys, tokens, AppRole credentials, licences, TLS keys, seal
 * credentials. In the very Vault that needs it, such a secret can't be read when it is needed.
 *
 * One table serves names, tags, descriptions and values. It would rather find too much: a secret that is found stays
 * where it is, until a person exempts or confirms it.
 */
import { modeTag } from "./labels";
import { stateTag } from "./stateTag";
import type { SourceValue } from "./value";

/** A form of a value, in words and as patterns that must all be found. */
interface ValueForm {
  readonly words: string;
  readonly patterns: readonly RegExp[];
}

/**
 * One kind of secret. Phrases are words in lower case with a blank between; `vault` stands for every name of Vault and
 * OpenBao, and `*` at the end for any end of the last word.
 */
export interface VaultOwnRow {
  readonly what: string;
  /** The page of the documentation that says what it is for. */
  readonly source: string;
  /** Phrases that tell in a text that also names Vault. */
  readonly kinds: readonly string[];
  /** Phrases that tell by themselves. */
  readonly phrases: readonly string[];
  /** Forms that tell by themselves. */
  readonly forms: readonly ValueForm[];
  /** Forms that tell when the name, a tag or the description names Vault. */
  readonly formsIfNamed: readonly ValueForm[];
}

const docs = "https://developer.hashicorp.com/vault/docs";

export const vaultOwnRows: readonly VaultOwnRow[] = [
  {
    what: "unseal or recovery keys",
    source: `${docs}/concepts/seal`,
    kinds: ["unseal*", "autounseal*", "recovery key*", "key share*", "shamir"],
    phrases: ["vault init", "vault operator init", "vault master key*", "vault root key*"],
    forms: [
      {
        words:
          "what `vault operator init` prints as JSON or YAML (`unseal_keys_b64`, `recovery_keys_b64`, `keys_base64`, …)",
        patterns: [/(?<!\w)(?:(?:unseal|recovery)_keys_(?:b64|hex|base64)|keys_base64)(?!\w)/],
      },
      { words: "its text (`Unseal Key 1:`)", patterns: [/(?<!\w)(?:Unseal|Recovery) Key \d{1,3}:/] },
      {
        words: "`VAULT_UNSEAL_KEY=…`",
        patterns: [/(?<!\w)(?:VAULT|BAO|OPENBAO)_(?:UNSEAL|RECOVERY)_KEY\w*["'\\ \t]*[:=]["'\\ \t]*[^\s"'\\]/i],
      },
    ],
    formsIfNamed: [],
  },
  {
    what: "a root token",
    source: `${docs}/concepts/tokens`,
    kinds: ["root token*", "roottoken*"],
    phrases: [],
    forms: [
      { words: "a member `root_token`", patterns: [/(?<!\w)root_token["'\\ \t]*[:=]/] },
      { words: "`Root Token:`", patterns: [/(?<!\w)Root Token:/] },
    ],
    formsIfNamed: [],
  },
  {
    what: "a token for Vault",
    source: `${docs}/concepts/tokens`,
    kinds: [],
    phrases: [
      "vault token*",
      "vault access token*",
      "vault admin token*",
      "vault agent token*",
      "vault api token*",
      "vault client token*",
      "vault periodic token*",
      "vault service token*",
      "token for vault",
      "token of vault",
    ],
    forms: [
      { words: "`hvs.…`, `hvb.…`, `hvr.…`", patterns: [/(?<![\w.-])hv[sbr]\.[\w-]{24}/] },
      {
        words: "`VAULT_TOKEN=…`, `BAO_TOKEN=…`",
        patterns: [/(?<!\w)(?:VAULT|BAO|OPENBAO)(?:_DEV_ROOT)?_TOKEN(?:_ID)?["'\\ \t]*[:=]["'\\ \t]*[^\s"'\\]/i],
      },
    ],
    formsIfNamed: [
      {
        words: "`s.…`, `r.…`, `b.…`",
        patterns: [/(?<![\w.-])(?:[sr]\.[A-Za-z0-9]{24}(?![A-Za-z0-9])|b\.[\w-]{90})/],
      },
    ],
  },
  {
    what: "AppRole credentials",
    source: `${docs}/auth/approle`,
    kinds: ["secret id*", "secretid*", "role id*", "roleid*", "approle", "app role"],
    phrases: ["approle secret*", "approle cred*", "approle role id*", "app role secret id*"],
    forms: [
      {
        words: "`role_id` with `secret_id`",
        patterns: [
          /(?<![A-Za-z0-9])(?:app_?role_?)?role[_-]?id["'\\ \t]*[:=]/i,
          /(?<![A-Za-z0-9])(?:app_?role_?)?secret[_-]?id["'\\ \t]*[:=]/i,
        ],
      },
      {
        words: "`VAULT_SECRET_ID=…`",
        patterns: [/(?<!\w)(?:VAULT|BAO|OPENBAO)_(?:APPROLE_)?SECRET_ID["'\\ \t]*[:=]["'\\ \t]*[^\s"'\\]/i],
      },
    ],
    formsIfNamed: [],
  },
  {
    what: "a licence",
    source: `${docs}/license`,
    kinds: ["license*", "licence*", "hclic"],
    phrases: [],
    forms: [
      { words: "`02MV4UU43BK5…`, as all of HashiCorp's", patterns: [/(?<![A-Za-z0-9])02MV4UU43BK5[A-Z2-7]{20}/] },
      {
        words: "`VAULT_LICENSE=…`",
        patterns: [/(?<!\w)VAULT_LICENSE["'\\ \t]*[:=]["'\\ \t]*[^\s"'\\]/i],
      },
    ],
    formsIfNamed: [],
  },
  {
    what: "a TLS key of Vault's",
    source: `${docs}/configuration/listener/tcp`,
    kinds: [],
    phrases: [
      "vault tls*",
      "vault ssl",
      "vault https",
      "vault mtls",
      "vault cert*",
      "vault ca",
      "vault private key*",
      "vault keystore*",
      "vault server tls*",
      "vault server cert*",
      "vault server key*",
      "vault client cert*",
      "vault cluster tls*",
      "vault cluster cert*",
      "vault listener*",
      "vault api tls*",
      "tls for vault",
      "tls of vault",
    ],
    forms: [],
    formsIfNamed: [
      { words: "a private key in PEM", patterns: [/-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----/] },
    ],
  },
  {
    what: "credentials of Vault's seal or storage",
    source: `${docs}/configuration`,
    kinds: [],
    phrases: [
      "vault seal*",
      "vault auto seal*",
      "vault kms*",
      "vault hsm*",
      "vault storage*",
      "vault raft*",
      "vault server config*",
    ],
    forms: [
      {
        words: 'a server\'s configuration (`seal "awskms" {`, `storage "…" {`, `listener "tcp" {`)',
        patterns: [/^[ \t]*(?:seal|storage|listener)[ \t]{1,20}"[a-z0-9_]{1,40}"[ \t]*\{/m],
      },
      {
        words: "`VAULT_HSM_PIN=…`, `VAULT_SEAL_TYPE=…`, `VAULT_AWSKMS_SEAL_KEY_ID=…`, …",
        patterns: [
          /(?<!\w)(?:VAULT|BAO|OPENBAO)_(?:HSM_PIN|SEAL_TYPE|[A-Z]{1,20}_SEAL_\w{1,40}|AZUREKEYVAULT_\w{1,40})["'\\ \t]*[:=]/,
        ],
      },
    ],
    formsIfNamed: [],
  },
];

/** What is known of a secret without its value. */
export interface About {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Empty when it has none. */
  readonly description: string;
}

const vaultWord = /^(?:hashi|hashicorp|hc|hcp)?(?:vault|openbao|bao)s?\d*$/;

/** A text's words in lower case, a blank around each; every name of Vault's is `vault`. */
const wordsOf = (text: string): string =>
  ` ${text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => (vaultWord.test(word) ? "vault" : word))
    .join(" ")} `;

const says = (words: string, phrase: string): boolean =>
  words.includes(phrase.endsWith("*") ? ` ${phrase.slice(0, -1)}` : ` ${phrase} `);

/** The mover's own tags name Vault on every secret. */
const isOwnTag = (key: string): boolean => [stateTag, modeTag].some((own) => own === key.toLowerCase());

/** The words of the name alone, then with the description and with each tag: one of them may name Vault, the other the kind. */
function textsOf({ name, tags, description }: About): readonly string[] {
  const told = Object.entries(tags).flatMap(([key, value]) => (isOwnTag(key) ? [] : [`${key} ${value}`]));
  const others = description === "" ? told : [description, ...told];
  return [name, ...others.map((other) => `${name} ${other}`)].map(wordsOf);
}

const namesVault = (words: string): boolean => says(words, "vault");

/** What of Vault's a secret looks like by its name, its tags and its description; undefined when it looks like none. */
export function looksVaultOwn(about: About): string | undefined {
  // Nearly all names end here: whatever tells names Vault or AppRole.
  const texts = textsOf(about).filter((words) => /vault|app ?role/.test(words));
  const isFound = (words: string, { kinds, phrases }: VaultOwnRow): boolean =>
    phrases.some((phrase) => says(words, phrase)) || (namesVault(words) && kinds.some((phrase) => says(words, phrase)));
  return vaultOwnRows.find((row) => texts.some((words) => isFound(words, row)))?.what;
}

/**
 * What of Vault's a value looks like; undefined when it looks like none. Nothing of the value is in the answer.
 *
 * @param about some forms tell only when it names Vault
 */
export function valueLooksVaultOwn(value: SourceValue, about: About): string | undefined {
  const text = value.type === "string" ? value.string : Buffer.from(value.bytes).toString("latin1");
  const isNamed = textsOf(about).some(namesVault);
  const isFound = ({ patterns }: ValueForm): boolean => patterns.every((pattern) => pattern.test(text));
  return vaultOwnRows.find(({ forms, formsIfNamed }) => forms.some(isFound) || (isNamed && formsIfNamed.some(isFound)))
    ?.what;
}
