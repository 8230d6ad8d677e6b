import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { assert, constantFrom, property, record, string, uint8Array } from "fast-check";

import { looksVaultOwn, valueLooksVaultOwn, vaultOwnRows } from "../../../runtime/model/vaultOwn";
import type { About } from "../../../runtime/model/vaultOwn";
import type { SourceValue } from "../../../runtime/model/value";
import { corpus } from "../../corpus/table";

const about = (over: Partial<About> = {}): About => ({ name: "app/db", tags: {}, description: "", ...over });
const named = about({ name: "prod/vault" });
const text = (value: string): SourceValue => ({ type: "string", string: value });
const bytes = (value: string): SourceValue => ({
  type: "binary",
  bytes: Uint8Array.from(Buffer.from(value, "latin1")),
});

const unseal = "unseal or recovery keys";
const root = "a root token";
const token = "a token for Vault";
const appRole = "AppRole credentials";
const licence = "a licence";
const tls = "a TLS key of Vault's";
const seal = "credentials of Vault's seal or storage";

const pem = (kind: string): string => `-----BEGIN ${kind}-----\nMHcCAQEEI\n-----END ${kind}-----\n`;
const letters = (count: number): string => "aB3".repeat(count).slice(0, count);

describe("looksVaultOwn", () => {
  for (const [what, name] of [
    [unseal, "prod/vault/unseal-keys"],
    [unseal, "VaultUnsealKey1"],
    [unseal, "vault-autounseal"],
    [unseal, "openbao_recovery_keys"],
    [unseal, "keys/unseal/bao"],
    [unseal, "vault-init"],
    [unseal, "hcvault/key-shares"],
    [root, "vault-root-token"],
    [root, "prod/root-token/openbao"],
    [token, "app/vault-token"],
    [token, "ci/VAULT_TOKEN"],
    [token, "vault2-token"],
    [token, "EUVaultToken"],
    [token, "bao/agent-token"],
    [appRole, "orders-approle-secret-id"],
    [appRole, "orders-vault-secret-id"],
    [appRole, "vault/approle/orders"],
    [appRole, "orders-approle-credentials"],
    [licence, "vault-license"],
    [licence, "hashicorp-vault/ent-licence"],
    [tls, "vault-tls"],
    [tls, "VaultServerCert"],
    [tls, "openbao/private-key"],
    [tls, "vault/ca"],
    [seal, "vault-seal-aws-credentials"],
    [seal, "vault/storage/postgres"],
    [seal, "vault-hsm-pin"],
  ] as const) {
    it(`takes ${name} for ${what}`, () => {
      equal(looksVaultOwn(about({ name })), what);
    });
  }

  for (const name of [
    "app/db",
    "app/tls",
    "app/license",
    "app/unseal",
    "app/root-token",
    "app/secret-id",
    "vault/app/database",
    "vault/github-token",
    "vault/app/tls",
    "vault-cache",
    "vaultwarden/admin-token",
    "ansible-vault-password",
    "backup-vault/arn",
    "vaulted/unseal",
    "default-tls",
    "app-role-secret",
    "bandbao/token",
  ]) {
    it(`finds nothing in the name ${name}`, () => {
      equal(looksVaultOwn(about({ name })), undefined);
    });
  }

  for (const [what, given] of [
    ["a description alone", { description: "Unseal keys of the production Vault" }],
    ["a description, the name naming Vault", { name: "prod/vault", description: "unseal key 1 of 5" }],
    ["a description naming Vault", { name: "prod/unseal-keys", description: "for OpenBao" }],
    ["a tag's value", { tags: { purpose: "vault unseal" } }],
    ["a tag's key and value", { tags: { vault: "unseal" } }],
    ["a tag naming Vault", { name: "prod/unseal", tags: { team: "a", application: "vault" } }],
    ["a tag, the name naming Vault", { name: "prod/vault", tags: { kind: "UnsealKeys" } }],
  ] as const) {
    it(`finds unseal keys by ${what}`, () => {
      equal(looksVaultOwn(about(given)), unseal);
    });
  }

  it("finds a phrase that begins in the name and ends in the description", () => {
    equal(looksVaultOwn(about({ name: "prod/vault", description: "TLS key" })), tls);
  });

  it("does not take the mover's own tags for a name of Vault", () => {
    const tags = { "vault-mover": "1/abc", "vault-mover-mode": "copy", "Vault-Mover-Mode": "copy" };
    equal(looksVaultOwn(about({ name: "app/license", tags })), undefined);
    equal(valueLooksVaultOwn(text(pem("PRIVATE KEY")), about({ name: "app/key", tags })), undefined);
  });

  it("does not put two tags together: each may be about something else", () => {
    equal(looksVaultOwn(about({ tags: { platform: "vault", product: "license" } })), undefined);
  });
});

describe("valueLooksVaultOwn", () => {
  const cases: readonly (readonly [what: string, how: string, value: string])[] = [
    [unseal, "JSON of vault operator init", JSON.stringify({ unseal_keys_b64: ["a"], root_token: "b" }, null, 2)],
    [unseal, "recovery keys", '{"recovery_keys_b64":["a"]}'],
    [unseal, "JSON of sys/init", '{"keys":["a"],"keys_base64":["b"]}'],
    [unseal, "YAML of vault operator init", "recovery_keys_hex: []\nunseal_keys_hex:\n- aa\n"],
    [unseal, "JSON within JSON", JSON.stringify({ init: '{"unseal_keys_b64":["a"]}' })],
    [unseal, "text of vault operator init", "Unseal Key 1: abc\nUnseal Key 2: def\n\nInitial Root Token: ghi\n"],
    [unseal, "text with recovery keys", "Recovery Key 1: abc"],
    [unseal, "a variable", "VAULT_UNSEAL_KEY_1=abc"],
    [root, "a member", '{"root_token" : "abc"}'],
    [root, "text", "Initial Root Token: abc"],
    [token, "a service token", `hvs.${letters(24)}`],
    [token, "a long service token in JSON", `{"token":"hvs.${letters(95)}"}`],
    [token, "a batch token", `hvb.${letters(140)}`],
    [token, "a recovery token", `hvr.${letters(24)}\n`],
    [token, "a variable", "A=1\nexport VAULT_TOKEN='abc'\n"],
    [token, "a member", '{"VAULT_ADDR":"x","VAULT_TOKEN":"abc"}'],
    [token, "OpenBao's variable", "BAO_TOKEN=abc"],
    [appRole, "members", '{"role_id":"a","secret_id":"b"}'],
    [appRole, "members in another style", '{"secretId":"b","x":{"roleId":"a"}}'],
    [appRole, "variables", "ROLE_ID=a\nAPP_SECRET_ID=b\n"],
    [appRole, "YAML", "approle_role_id: a\napprole_secret_id: b\n"],
    [appRole, "a variable alone", "VAULT_SECRET_ID=b"],
    [licence, "a licence", `02MV4UU43BK5${"HGYYTOJZ".repeat(10)}`],
    [licence, "a variable", "VAULT_LICENSE=abc"],
    [seal, "a server's configuration", 'ui = true\nseal "awskms" {\n  secret_key = "x"\n}\n'],
    [seal, "its storage", 'storage "postgresql" {}'],
    [seal, "variables", "VAULT_AWSKMS_SEAL_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b"],
    [seal, "a PIN", '{"VAULT_HSM_PIN":"1"}'],
  ];
  for (const [what, how, value] of cases) {
    it(`takes ${how} for ${what}`, () => {
      equal(valueLooksVaultOwn(text(value), about()), what);
      equal(valueLooksVaultOwn(bytes(value), about()), what);
    });
  }

  const casesIfNamed: typeof cases = [
    [token, "a token of OpenBao's", `s.${letters(24)}`],
    [token, "one of a namespace", `s.${letters(24)}.ab12c`],
    [token, "a recovery token of OpenBao's", `r.${letters(24)}`],
    [token, "a batch token of OpenBao's", `b.${letters(140)}`],
    [tls, "a private key", pem("PRIVATE KEY")],
    [tls, "an RSA key in JSON", JSON.stringify({ crt: pem("CERTIFICATE"), key: pem("RSA PRIVATE KEY") })],
    [tls, "an encrypted key", pem("ENCRYPTED PRIVATE KEY")],
  ];
  for (const [what, how, value] of casesIfNamed) {
    it(`takes ${how} for ${what} only when something names Vault`, () => {
      equal(valueLooksVaultOwn(text(value), about()), undefined);
      equal(valueLooksVaultOwn(text(value), named), what);
      equal(valueLooksVaultOwn(text(value), about({ tags: { app: "openbao" } })), what);
      equal(valueLooksVaultOwn(text(value), about({ description: "of the Vault cluster" })), what);
    });
  }

  for (const [how, value] of [
    ["a password", "hunter2"],
    ["a short text that begins as a token", "hvs.short"],
    ["a host", `x.hvs.${letters(24)}`],
    ["a token of something else", `xhvs.${letters(24)}`],
    ["a text that begins as OpenBao's tokens, but is longer", `s.${letters(25)}`],
    ["a role alone", '{"role_id":"a"}'],
    ["a secret's id alone", '{"secret_id":"b"}'],
    ["an empty variable", "VAULT_TOKEN=\nA=1"],
    ["a variable of something else", "MY_VAULT_TOKEN=abc"],
    ["a variable's name", "VAULT_TOKEN"],
    ["a certificate", pem("CERTIFICATE")],
    ["a public key", pem("PUBLIC KEY")],
    ["another root token", '{"gitlab_root_token":"abc"}'],
    ["Vault's cipher text", "vault:v1:AAAA"],
    ["a text about seals", 'the seal "awskms" { is one }'],
    ["Vault's address", "VAULT_ADDR=https://vault.example.com"],
  ] as const) {
    it(`finds nothing in ${how}`, () => {
      equal(valueLooksVaultOwn(text(value), named), undefined);
    });
  }
});

describe("the table of what is Vault's own", () => {
  it("finds nothing in the corpus", () => {
    for (const { name, value, what } of corpus) {
      equal(looksVaultOwn(about({ name })), undefined, what);
      equal(valueLooksVaultOwn(value, about({ name })), undefined, what);
    }
  });

  it("never finds more than a row's own words, whatever the value", () => {
    const known = vaultOwnRows.map(({ what }) => what);
    const parts = [
      ...["hvs.", "VAULT_TOKEN=", '{"root_token":', "role_id=", "secret_id=", "Unseal Key 1:", "02MV4UU43BK5"],
      ...["-----BEGIN PRIVATE KEY-----", "vault", "\n"],
    ];
    const value = string({ unit: constantFrom(...parts, "a", "b", "c", "2", "3", "=", " "), maxLength: 60 });
    assert(
      property(
        record({ value, bytes: uint8Array(), description: value }),
        ({ value: given, bytes: raw, description }) => {
          const answers = [
            valueLooksVaultOwn(text(given), about({ description })),
            valueLooksVaultOwn({ type: "binary", bytes: raw }, about({ description })),
            looksVaultOwn(about({ description })),
          ];
          for (const answer of answers) ok(answer === undefined || known.includes(answer));
        },
      ),
    );
  });

  it("finds nothing by a name that no word of names Vault", () => {
    const words = string({
      unit: constantFrom("tls", "token", "unseal", "license", "root", "key", "-", "/", "_", "a"),
    });
    assert(
      property(words, (name) => {
        equal(looksVaultOwn(about({ name })), undefined);
      }),
    );
  });

  it("takes no longer for the largest values of the worst kind", () => {
    const most = 65_536;
    const started = performance.now();
    for (const unit of [
      "VAULT_TOKEN",
      "VAULT_TOKEN'",
      "hvs.a",
      " ",
      "\n ",
      "-----BEGIN A ",
      "role_id",
      'seal "',
      "s.a",
    ]) {
      equal(valueLooksVaultOwn(text(unit.repeat(most).slice(0, most)), named), undefined);
    }
    ok(performance.now() - started < 2_000);
  });

  it("is the table of docs/roll-out.md", () => {
    const page = readFileSync(join(__dirname, "../../../docs/roll-out.md"), "utf8");
    const section = page.split("## What must never move")[1]?.split("\n## ")[0] ?? "";
    const cellsOf = (line: string): string =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
        .join(" | ");
    const rows = section
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .slice(2)
      .map(cellsOf);
    const expected = vaultOwnRows.map(({ what, source, kinds, phrases, forms, formsIfNamed }) => {
      const names = [...kinds.map((kind) => `vault … ${kind}`), ...phrases];
      const values = [
        ...forms.map(({ words }) => words),
        ...formsIfNamed.map(({ words }) => `if it names Vault: ${words}`),
      ];
      return [`[${what}](${source})`, names.map((name) => `\`${name}\``).join(", "), values.join("; ")].join(" | ");
    });
    equal(rows.join("\n"), expected.join("\n"));
  });
});
