import { deepEqual, equal, match } from "node:assert/strict";
import { noSecretsManagerSecret as rule } from "../../../policy/rules/noSecretsManagerSecret";
import { judge, judgeStack, rowsFor, unknownValue } from "../support/judge";

const type = "aws:secretsmanager/secret:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
const exempt = { "vault-mover-mode": "exempt" };
const refused = /belongs|live in Vault only/;

describe("the rule no-secrets-manager-secret", () => {
  rowsFor(
    rule,
    type,
    [
      ["a secret", { name: "app/db" }, refused],
      ["a secret without a name", {}, refused],
      ["a secret with another tag", { name: "app/db", tags: { "vault-mover-mode": "copy" } }, refused],
      ["a secret with the exempting tag", { name: "app/db", tags: exempt }],
      ["a secret with the exempting tag by the provider's defaults", { name: "app/db", tagsAll: exempt }],
      ["a secret of an exempt name", { name: "legacy/db" }],
      ["a name that only begins like an exact pattern", { name: "shared/one/two" }, refused],
      ["a name that an AWS service reads", { name: "ecr-pullthroughcache/hub" }],
      ["a name that a service reads by the list", { name: "glue/db" }],
      ["a name that a service owns", { name: "rds!cluster-1" }],
      ["a prefix that a pattern covers", { namePrefix: "legacy/db-" }],
      ["a prefix that an exact pattern names", { namePrefix: "shared/one" }, refused],
      ["a prefix that is not known yet", { namePrefix: unknownValue }],
      ["tags that are not known yet, without a name", { tags: unknownValue }],
      ["a prefix alone, which the sentence names", { namePrefix: "app/" }, /the secret app\/ into/],
      ["a prefix that only begins a pattern", { namePrefix: "leg" }, refused],
      ["a name that is not known yet", { name: unknownValue }],
      ["tags that are not known yet", { name: "app/db", tags: unknownValue }],
      [
        "an exempting tag's value that is not known yet",
        { name: "app/db", tags: { "vault-mover-mode": unknownValue } },
      ],
      ["another tag's value that is not known yet", { name: "app/db", tags: { team: unknownValue } }, refused],
    ],
    { exemptNames: ["legacy/*", "shared/one"], serviceReadNames: ["glue/*"] },
  );
  rowsFor(rule, "aws-native:secretsmanager:Secret", [
    ["a secret of the native provider", { name: "app/db" }, refused],
    [
      "its exempting tag among others, whatever its case",
      {
        name: "a",
        tags: [
          { key: "team", value: "x" },
          { key: "Vault-Mover-Mode", value: "exempt" },
        ],
      },
    ],
    ["another tag of that value", { name: "a", tags: [{ key: "team", value: "exempt" }] }, refused],
    ["its exempting tag", { name: "app/db", tags: [{ key: "vault-mover-mode", value: "exempt" }] }],
  ]);

  it("says where to put it instead, with the characters that Vault would clean kept apart", () => {
    const homes = "homing/aws/111122223333/eu-west-1/{name}";

    const [sentence = ""] = judge(rule, { type, name: "db", props: { name: "app/../db" } }, { homes });

    match(sentence, /^The resource db would put the secret app\/\.\.\/db into AWS Secrets Manager/);
    match(sentence, /write it to homing\/aws\/111122223333\/eu-west-1\/app\/\.\.~\/db in Vault instead/);
    match(sentence, /vault-mover-mode=exempt\.$/);
  });

  it("judges a version with the secret of its stack, and by its name without", () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:legacy/db-AbCdEf";
    const version = (name: string, secretId: string, secret?: string) => ({
      type: versionType,
      name,
      props: { secretId },
      ...(secret === undefined ? {} : { madeFrom: { secretId: [secret] } }),
    });
    const found = judgeStack(
      rule,
      [
        { type, name: "mine", props: { name: "app/db", tags: exempt } },
        version("of-mine", unknownValue, "mine"),
        version("by-name", "app/other"),
        version("by-exempt-arn", arn),
        version("later", unknownValue),
        { type: "aws:ssm/parameter:Parameter", name: "parameter", props: {} },
        version("by-parameter", "app/third", "parameter"),
        version("beside-mine", arn.replace("legacy/db", "app/db"), "mine"),
      ],
      { exemptNames: ["legacy/*"] },
    );

    deepEqual(
      found.map(([name]) => name),
      ["by-name", "by-parameter"],
    );
    match(found[0]?.[1] ?? "", /write a value to the secret app\/other/);
  });

  it("has no way out by the resource's name: only the exemption list counts", () => {
    equal("exemptResources" in rule.configSchema.properties, false);
    equal(judge(rule, { type, props: { name: "app/db" } }, { exemptResources: ["it"] }).length, 1);
  });

  it("wants {name} in homes", () => {
    deepEqual(rule.faults({ homes: "homing/aws" }), ["homes must hold {name}"]);
    deepEqual(rule.faults({}), []);
    deepEqual(
      rule.faults({ exemptNames: ["*"], serviceReadNames: [""] }).map((fault) => fault.split(" ")[0]),
      ["exemptNames", "serviceReadNames"],
    );
    deepEqual(rule.faults({ homes: "x/{name}", exemptNames: ["a*"], serviceReadNames: [] }), []);
  });
});
