import { deepEqual, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { noLiteralSecret as rule } from "../../../policy/rules/noLiteralSecret";
import { secretFormats, secretsIn } from "../../../policy/secretFormats";
import { judge, rowsFor, unknownValue } from "../support/judge";

const key = "AKIAABCDEFGHIJKLMNOP";
const token = `ghp_${"a1B2".repeat(9)}`;
const script = `#!/bin/sh\nexport AWS_ACCESS_KEY_ID=${key}\n`;
const base64 = (text: string | Buffer): string => Buffer.from(text).toString("base64");
const container = (over: object) => JSON.stringify([{ name: "web", image: "web", ...over }]);

/** One example of each format, put together here, and one that is only like it. */
const examples: Readonly<Record<string, readonly [is: string, isNot: string]>> = {
  "an AWS access key id": [key, "AKIAABCDEFGHIJKLMNO"],
  "a GitHub token": [token, "ghp_short"],
  "a GitLab token": [`glpat-${"a1B2-".repeat(4)}`, "glpat-short"],
  "a Slack token": ["xoxb-1234567890-abcdefgh12", "xoxb-"],
  "a Vault token": [`hvs.${"CAES".repeat(6)}`, "hvs.example"],
  "a Stripe key": ["sk_live_abcdefghij12", "sk_test_abcdefghij12"],
  "an npm token": [`npm_${"aB3x".repeat(9)}`, "npm_config_registry"],
  "a DigitalOcean token": [`dop_v1_${"0f".repeat(32)}`, "dop_v1_0f"],
  "a private key": ["-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----"],
  "a URL with a password": ["postgres://app:hunter2@db:5432/app", "postgres://app:${PASSWORD}@db:5432/app"],
};

describe("the formats of secrets", () => {
  it("each have a source and an example", () => {
    deepEqual(
      secretFormats.map(({ what }) => what),
      Object.keys(examples),
    );
    for (const { what, source } of secretFormats) ok(source.startsWith("https://"), what);
  });

  for (const [what, [is, isNot]] of Object.entries(examples)) {
    it(`know ${what} and nothing that is only like it`, () => {
      deepEqual(secretsIn(`before ${is} after`), [what]);
      deepEqual(secretsIn(`before ${isNot} after`), []);
    });
  }

  it("know other forms of keys, and of URLs without a password", () => {
    for (const begin of ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]) {
      deepEqual(secretsIn(`-----BEGIN ${begin}-----`), ["a private key"], begin);
    }
    for (const url of [
      "https://vault.example.com:8200/v1/a@b",
      "redis://cache:6379",
      "https://user@host/",
      "postgres://app:$PASSWORD@db/",
      "postgres://app:{{password}}@db/",
      "postgres://app:<password>@db/",
      "arn:aws:iam::111122223333:role/app",
    ]) {
      deepEqual(secretsIn(url), [], url);
    }
  });
});

describe("the rule no-literal-secret", () => {
  rowsFor(rule, "aws:lambda/function:Function", [
    [
      "a key in a function's environment",
      { environment: { variables: { A: "x", KEY: key } } },
      /an AWS access key id in the environment variable KEY/,
    ],
    [
      "a key beside a variable that is not known yet",
      { environment: { variables: { A: unknownValue, KEY: key } } },
      /KEY/,
    ],
    ["an environment that is not known yet", { environment: unknownValue }],
    ["variables that are not known yet", { environment: { variables: unknownValue } }],
    ["a function without an environment", {}],
    ["the path of a secret", { environment: { variables: { SECRET: "homing/data/aws/app/db" } } }],
  ]);
  rowsFor(rule, "aws:ecs/taskDefinition:TaskDefinition", [
    [
      "a token in a container's environment",
      { containerDefinitions: container({ environment: [{ name: "T", value: token }] }) },
      /a GitHub token in the environment variable T of the container web/,
    ],
    [
      "a token in a container's command",
      { containerDefinitions: container({ command: ["run", token] }) },
      /in the command of the container web/,
    ],
    ["a token in an entry point", { containerDefinitions: container({ entryPoint: [token] }) }, /in the entryPoint/],
    [
      "a reference to a secret",
      { containerDefinitions: container({ secrets: [{ name: "T", valueFrom: "arn:aws:ssm:x" }] }) },
    ],
    ["definitions that are not known yet", { containerDefinitions: unknownValue }],
    ["definitions that ECS would refuse", { containerDefinitions: "{" }],
  ]);
  rowsFor(rule, "aws:ec2/instance:Instance", [
    ["a key in plain user data", { userData: script }, /in userData/],
    ["a key in user data in base64", { userDataBase64: base64(script) }, /in userDataBase64/],
    ["a key in packed user data", { userDataBase64: base64(gzipSync(script)) }, /in userDataBase64/],
    ["packed user data that is damaged", { userDataBase64: base64(gzipSync(script).subarray(0, 20)) }],
    ["user data that is not known yet", { userData: unknownValue }],
    ["a harmless script", { userData: "#!/bin/sh\nyum update -y\n" }],
  ]);
  rowsFor(rule, "aws:ec2/launchTemplate:LaunchTemplate", [
    ["a key in a launch template's user data", { userData: base64(script) }, /in userData/],
  ]);
  rowsFor(rule, "aws:ssm/parameter:Parameter", [
    ["a token in a String parameter", { type: "String", value: token }, /in value/],
    ["a token in an insecure value", { type: "String", insecureValue: token }, /in insecureValue/],
    ["a SecureString, which has a rule of its own", { type: "SecureString", value: token }],
    ["a value that is not known yet", { type: "String", value: unknownValue }],
  ]);

  it("never says the value, nor any part of it", () => {
    const [sentence = ""] = judge(rule, {
      type: "aws:ssm/parameter:Parameter",
      props: { type: "String", value: token },
    });

    ok(!sentence.includes("ghp_"));
  });

  it("leaves an exempt resource alone, and no other", () => {
    const resource = { type: "aws:ssm/parameter:Parameter", name: "sample", props: { type: "String", value: token } };

    deepEqual(judge(rule, resource, { exemptResources: ["sam*"] }), []);
    deepEqual(judge(rule, resource, { exemptResources: ["sam"] }).length, 1);
  });
});
