/** What the demo creates: a secret of every kind, with the outcome that it must have. */
import type { CreateSecretCommandInput } from "@aws-sdk/client-secrets-manager";

import type { OutcomeKind, Reason } from "../../runtime/model/outcome";

export interface DemoSecret {
  /** What the demo shows with this secret. */
  readonly shows: string;
  readonly input: CreateSecretCommandInput & { readonly Name: string };
  readonly becomes: { readonly outcome: OutcomeKind; readonly reason: Reason };
}

const moved = { outcome: "moved", reason: "proven" } as const;
const stays = (reason: Reason) => ({ outcome: "skipped", reason }) as const;

/** All names begin with `demo/`. The values are made up, and still they are never shown. */
export const demoSecrets = (exemptTag: string): readonly DemoSecret[] => {
  const [exemptKey = "", exemptValue = ""] = exemptTag.split("=");
  const secret = (
    name: string,
    shows: string,
    becomes: DemoSecret["becomes"],
    rest: Omit<CreateSecretCommandInput, "Name">,
  ): DemoSecret => ({ shows, becomes, input: { Name: name, ...rest } });
  return [
    secret("demo/database", "a JSON object: member by member", moved, {
      SecretString: '{"username":"app","password":"s3cr3t \\u00fc","port":5432}',
      Tags: [{ Key: "team", Value: "payments" }],
    }),
    secret("demo/api-key", "plain text", moved, { SecretString: "not-a-real-key-7f3a\nsecond line\n" }),
    secret("demo/keystore", "binary", moved, { SecretBinary: Uint8Array.from({ length: 1_024 }, (_, i) => i * 7) }),
    secret("demo/big-number", "JSON whose digits Vault would change: kept as text", moved, {
      SecretString: '{"account":12345678901234567890,"rate":1.10}',
    }),
    secret("demo/../odd//name.", "a name that URL parsers would clean", moved, { SecretString: "odd" }),
    secret("demo/exempt", "exempt by a person's tag", stays("exempt"), {
      SecretString: "stays",
      Tags: [{ Key: exemptKey, Value: exemptValue }],
    }),
    secret(
      "demo/stack-owned",
      "owned by an IaC tool: copied, not deleted",
      { outcome: "copied", reason: "owned-by-iac" },
      {
        SecretString: "copied",
        Tags: [{ Key: "demo:owner", Value: "another stack" }],
      },
    ),
    secret("demo/empty", "no value yet", stays("no-value"), {}),
    secret("ecr-pullthroughcache/demo", "read by an AWS service itself", stays("service-read"), {
      SecretString: '{"username":"u","accessToken":"t"}',
    }),
  ];
};

/** The tag key by which `demo/stack-owned` is known, as the setting `ownerTags` has it. */
export const ownerTag = "demo:owner";
