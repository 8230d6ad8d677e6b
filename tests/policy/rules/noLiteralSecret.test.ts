import { deepEqual, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { assert, property, string } from "fast-check";
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

  it("know other forms of keys", () => {
    for (const begin of ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]) {
      deepEqual(secretsIn(`-----BEGIN ${begin}-----`), ["a private key"], begin);
    }
  });

  for (const url of [
    "postgres://app:p%40ss@db/app",
    "postgres://app:%40ss@db/app",
    "postgres://app:%25s@db",
    "amqp://app:%2Fpw@mq:5671/%2F",
    "postgres://app:p@ss@db/app",
    "postgres://app:p/ss@db/app",
    "postgres://app:p?ss@db/app",
    "postgres://app:p#ss@db/app",
    "postgres://app:1p/ss@db/app",
    "postgres://app:$3cret@db/app",
    "postgres://app:<Pw@db/app",
    "postgres://app:{Pw@db/app",
    "postgres://app:%Pw@db/app",
    "postgres://app:it's@db/app",
    "postgres://app:${PREFIX}hunter2@db/app",
    "postgres://app:${PASSWORD:-hunter2}@db/app",
    "postgres://${USER}:hunter2@db/app",
    "postgres://us%40er:hunter2@db/app",
    "postgres://user@tenant:hunter2@db/app",
    "postgres://app:p:w@db/app",
    "postgres://app:pä@db/app",
    "redis://:hunter2@cache:6379",
    "redis://:%23hunter2@cache:6379",
    "jdbc:postgresql://app:p%2Fss@db/app",
    "mongodb+srv://app:p%3Ass@db.example.com/?retryWrites=true",
    "HTTPS://APP:HUNTER2@EXAMPLE.COM",
    `https://oauth2accesstoken:${"a%2B".repeat(500)}@example.com`,
  ]) {
    it(`know the password in ${url.slice(0, 60)}`, () => {
      deepEqual(secretsIn(`before="${url}" after`), ["a URL with a password"]);
    });
  }

  for (const url of [
    "https://vault.example.com:8200/v1/a@b",
    "https://vault.example.com:8200?to=a@b",
    "https://vault.example.com:8200#a@b",
    "https://user@vault.example.com:8200/v1/a@b",
    "https://[::1]:8200/v1/a@b",
    "redis://cache:6379",
    "https://user@host/",
    "https://user:@host/",
    "postgres://app:$PASSWORD@db/",
    "postgres://app:$$PASSWORD@db/",
    "postgres://app:$1@db/",
    "postgres://app:$(PASSWORD)@db/",
    "postgres://app:$(cat /run/password)@db/",
    "postgres://app:${PASSWORD}@db/",
    "postgres://app:${env:PASSWORD}@db/",
    "postgres://${env:USER}:${env:PASSWORD}@db/",
    "postgres://app:${A}${B}@db/",
    "postgres://app:{{password}}@db/",
    "postgres://app:{{ password }}@db/",
    "postgres://app:{{resolve:secretsmanager:app:SecretString:password}}@db/",
    "postgres://app:{password}@db/",
    "postgres://app:{}@db/",
    "postgres://app:<password>@db/",
    "postgres://app:%PASSWORD%@db/",
    "postgres://app:%s@db/",
    "postgres://app:%(password)s@db/",
    "postgres://app:%[2]s@db/",
    "http://$HOST:$PORT/a@b",
    "http://host:${PORT}/a@b",
    "http://host:{port}/a@b",
    "mongodb://one:27017,two:27017/app?to=a@b",
    "git+ssh://git@github.com:example/app.git@v1",
    "docker://nginx:1.29@sha256:0f0f",
    "arn:aws:iam::111122223333:role/app",
    "['http://one:80','a@b']",
  ]) {
    it(`know that there is no password in ${url}`, () => {
      deepEqual(secretsIn(`before ${url} after`), []);
    });
  }

  it("know the password in every URL that a program would write", () => {
    const text = string({ minLength: 1, maxLength: 12 }).filter((one) => one.isWellFormed());

    assert(
      property(text, text, (user, password) => {
        const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@db.example.com/app`;

        deepEqual(secretsIn(url), ["a URL with a password"], url);
      }),
      { numRuns: 2_000 },
    );
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
  /** Each member of a container definition that holds a text, and what the sentence must say of it. */
  const members: readonly (readonly [what: string, member: object, says: RegExp])[] = [
    ["image", { image: `x.example/${token}` }, /in the image of the container web/],
    ["environment files", { environmentFiles: [{ type: "s3", value: token }] }, /environmentFiles/],
    ["references", { secrets: [{ name: "T", valueFrom: token }] }, /in the secrets\.T\.valueFrom of the container web/],
    [
      "log options",
      { logConfiguration: { options: { "splunk-token": token } } },
      /in the logConfiguration\.options\.splunk-token/,
    ],
    ["log references", { logConfiguration: { secretOptions: [{ name: "T", valueFrom: token }] } }, /secretOptions\.T/],
    ["health checks", { healthCheck: { command: ["CMD", `curl -H ${token}`] } }, /in the healthCheck\.command/],
    ["labels", { dockerLabels: { "traefik.auth": token } }, /in the dockerLabels\.traefik\.auth/],
    [
      "FireLens options",
      { firelensConfiguration: { options: { key: token } } },
      /in the firelensConfiguration\.options\.key/,
    ],
    ["credentials", { repositoryCredentials: { credentialsParameter: token } }, /repositoryCredentials/],
    ["kernel settings", { systemControls: [{ namespace: "net", value: token }] }, /systemControls/],
    [
      "Linux parameters",
      { linuxParameters: { tmpfs: [{ mountOptions: [token] }] } },
      /linuxParameters\.tmpfs\.mountOptions/,
    ],
    ["hosts", { extraHosts: [{ hostname: token }] }, /extraHosts/],
    ["security options", { dockerSecurityOptions: [token] }, /dockerSecurityOptions/],
    ["credential specifications", { credentialSpecs: [token] }, /credentialSpecs/],
    ["the working directory", { workingDirectory: `/${key}` }, /workingDirectory/],
    ["members that are yet to come", { later: { deeper: [[{ a: token }]] } }, /in the later\.deeper\.a/],
    [
      "a name of a variable",
      { environment: [{ name: token, value: "x" }] },
      /in the environment variable \(a name not shown\)/,
    ],
    ["a name of a label", { dockerLabels: { [token]: "x" } }, /in the dockerLabels of the container web/],
  ];
  rowsFor(
    rule,
    "aws:ecs/taskDefinition:TaskDefinition",
    members.map(([what, member, says]) => [`a token in ${what}`, { containerDefinitions: container(member) }, says]),
  );
  rowsFor(rule, "aws:ecs/taskDefinition:TaskDefinition", [
    [
      "a token in a variable that is given again",
      { containerDefinitions: `[{"name":"web","environment":[{"name":"T","value":"${token}"}],"environment":[]}]` },
      /in the environment variable T of the container web/,
    ],
    [
      "a token written with escapes",
      { containerDefinitions: `[{"name":"web","user":"${token.replace("g", "\\u0067")}"}]` },
      /in the user of the container web/,
    ],
    [
      "a token in definitions that are no JSON",
      { containerDefinitions: `[{"user":"${token}",}]` },
      /in containerDefinitions/,
    ],
    [
      "a token in a second container",
      { containerDefinitions: JSON.stringify([{ name: "a" }, { user: token }]) },
      /without a name/,
    ],
    [
      "a token in definitions that are no text",
      { containerDefinitions: [{ name: "web", user: token }] },
      /in the user of/,
    ],
    [
      "a container whose name is a token",
      { containerDefinitions: JSON.stringify([{ name: token }]) },
      /\(a name not shown\)/,
    ],
    [
      "a token in the proxy's properties",
      { containerDefinitions: "[]", proxyConfiguration: { properties: { Header: token } } },
      /in proxyConfiguration\.properties\.Header/,
    ],
    [
      "a token in a volume's driver",
      { volumes: [{ name: "data", dockerVolumeConfiguration: { driverOpts: { o: `password=${token}` } } }] },
      /in volumes\.data\.dockerVolumeConfiguration\.driverOpts\.o/,
    ],
    ["a token in a tag", { tags: { note: token } }, /in tags\.note/],
    [
      "a token beside definitions that are not known yet",
      { containerDefinitions: unknownValue, family: token },
      /in family/,
    ],
    [
      "a container with all that it may have, and no secret",
      {
        family: "web",
        volumes: [{ name: "data", hostPath: "/data" }],
        containerDefinitions: container({
          environment: [{ name: "VAULT_ADDR", value: "https://vault.example.com:8200" }],
          secrets: [{ name: "T", valueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-AbCdEf:key::" }],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/ecs/web" } },
          portMappings: [{ containerPort: 80 }],
          healthCheck: { command: ["CMD-SHELL", "curl -f http://localhost:80/ || exit 1"] },
        }),
      },
    ],
  ]);
  rowsFor(rule, "aws:lambda/function:Function", [
    ["a token in an image's command", { imageConfig: { commands: ["run", token] } }, /in imageConfig\.commands/],
    ["a token in an image's entry point", { imageConfig: { entryPoints: [token] } }, /in imageConfig\.entryPoints/],
    ["a token in a function's description", { description: token }, /in description/],
    ["a token in a function's tag", { tags: { note: token } }, /in tags\.note/],
    [
      "a token as the name of a variable",
      { environment: { variables: { [token]: "x" } } },
      /in the names of the environment variables/,
    ],
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
    for (const member of [...members.map(([, one]) => one), { name: token }]) {
      const sentences = judge(rule, {
        type: "aws:ecs/taskDefinition:TaskDefinition",
        props: { containerDefinitions: container(member), tags: { [token]: "x" } },
      });

      ok(sentences.length > 1);
      ok(sentences.every((one) => !one.includes("ghp_") && !one.includes(key)));
    }
  });

  it("says one thing once", () => {
    const containerDefinitions = container({ command: [token, `again ${token}`] });

    deepEqual(
      judge(rule, { type: "aws:ecs/taskDefinition:TaskDefinition", props: { containerDefinitions } }).length,
      1,
    );
  });

  it("leaves an exempt resource alone, and no other", () => {
    const resource = { type: "aws:ssm/parameter:Parameter", name: "sample", props: { type: "String", value: token } };

    deepEqual(judge(rule, resource, { exemptResources: ["sam*"] }), []);
    deepEqual(judge(rule, resource, { exemptResources: ["sam"] }).length, 1);
  });
});
