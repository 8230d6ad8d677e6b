import { deepEqual, doesNotThrow, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { defaults } from "../../components/args/table";
import { readSettings } from "../../settings/settings";

const region = "eu-west-1";
const vaultAddress = "https://vault.example.com:8200";

const read = (config: Record<string, string> = {}) => readSettings({ vaultAddress, ...config }, region);

/** The lines of the error, one for each fault. */
function faultsOf(config: Record<string, string>): string[] {
  try {
    readSettings(config, region);
  } catch (error) {
    ok(error instanceof Error);
    const [head, ...faults] = error.message.split("\n");
    equal(head, "The configuration can't be used:");
    return faults.map((fault) => fault.replace(/^ {2}- /, ""));
  }
  return [];
}

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

describe("readSettings", () => {
  it("needs nothing but Vault's address, and leaves the defaults to Homing", () => {
    deepEqual(read(), { vaultAddress });
  });

  it("gives each value the type that Homing takes", () => {
    deepEqual(
      read({
        mount: "kv",
        protect: "false",
        batchSize: "10",
        sweepShare: "0.05",
        exemptNames: '["a"]',
        tags: '{"team":"a"}',
        mode: "",
      }),
      {
        vaultAddress,
        mount: "kv",
        protect: false,
        batchSize: 10,
        sweepShare: 0.05,
        exemptNames: ["a"],
        tags: { team: "a" },
      },
    );
  });

  it("puts the stack's own region before the others, wherever it stands", () => {
    deepEqual(read({ regions: '["eu-west-1"]' }).regions, ["eu-west-1"]);
    deepEqual(read({ regions: '["us-east-1","eu-west-1","ap-southeast-7"]' }).regions, [
      "eu-west-1",
      "us-east-1",
      "ap-southeast-7",
    ]);
  });

  const accepted: readonly [string, Record<string, string>][] = [
    ["plain http to this machine", { vaultAddress: "http://127.0.0.1:8200" }],
    ["plain http to localhost", { vaultAddress: "http://localhost:8200" }],
    ["plain http to IPv6 loopback", { vaultAddress: "http://[::1]:8200" }],
    ["a template with this account and region", { homeTemplate: "aws/123456789012/eu-west-1/{name}" }],
    ["a name prefix with every character of a name", { namePrefix: "Az09/_+=.@!-" }],
    ["rules by pattern", { modeRules: '[{"pattern":"dev/*","mode":"move"}]' }],
    ["subnets with security groups", { subnetIds: '["subnet-0a"]', securityGroupIds: '["sg-0a"]' }],
    ["two certificates", { vaultCaCertificate: pem + pem }],
    ["a fraction of deletes", { deletesPerSecond: "0.1" }],
    ["an issuer with a path", { login: "jwt", tokenIssuerUrl: "https://issuer.example/oidc", tokenIssuerCa: pem }],
    ["an adopted login", { adoptLogin: "true", loginPath: "aws/prod" }],
    ["several regions with a template that tells them apart", { regions: '["eu-west-1","mx-central-1"]' }],
    [
      "the one region in a template, and in the list",
      { regions: '["eu-west-1"]', homeTemplate: "aws/eu-west-1/{account}/{name}" },
    ],
    ["empty values as absent ones", { mode: "", enabled: "", maxConcurrency: "", tags: "" }],
  ];
  for (const [what, config] of accepted) {
    it(`accepts ${what}`, () => {
      doesNotThrow(() => read(config));
    });
  }

  const refused: readonly [string, string][] = [
    ["vaultAddress", "vault.example.com"],
    ["vaultAddress", "http://vault.example.com"],
    ["vaultAddress", "http://127.0.0.1.example.com"],
    ["vaultAddress", "https://vault.example.com/v1"],
    ["vaultAddress", "https://vault.example.com?x=1"],
    ["vaultAddress", "https://vault.example.com#x"],
    ["vaultAddress", "https://user:password@vault.example.com"],
    ["vaultNamespace", "team/"],
    ["vaultCaCertificate", "/etc/ssl/ca.pem"],
    ["mount", "/homing"],
    ["mount", "homing/*"],
    ["mount", "sys"],
    ["mount", "auth/x"],
    ["homePrefix", "aws/"],
    ["homePrefix", "a+b"],
    ["homePrefix", "~"],
    ["loginPath", "auth//x"],
    ["loginRole", "Homing"],
    ["login", "approle"],
    ["serverId", "a b"],
    ["signingAlgorithm", "HS256"],
    ["tokenTtlMinutes", "0"],
    ["tokenTtlMinutes", "61"],
    ["tokenTtlMinutes", "1.5"],
    ["stsEndpoint", "http://sts.example.com"],
    ["regions", "eu-west-1"],
    ["regions", '["eu-west-1","eu-west-1"]'],
    ["regions", '["eu-west-1","Europe"]'],
    ["regions", '["eu-west-1","eu-central-1a"]'],
    ["regions", '["eu-west-1","eu-central-1,us-east-1"]'],
    ["regions", '["eu-west-1",""]'],
    ["regions", '["us-east-1"]'],
    ["regions", '["eu-west-1","us-gov-east-1"]'],
    ["regions", '["eu-west-1","cn-north-1"]'],
    ["formerRegions", '["Europe"]'],
    ["formerRegions", '["eu-west-1"]'],
    ["formerEntityIds", '["a b"]'],
    ["tags", JSON.stringify(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag${index}`, "x"])))],
    ["operatorRoleArns", '["arn:aws:iam::111122223333:role/*"]'],
    ["operatorRoleArns", '["arn:aws:iam::111122223333:user/one"]'],
    ["operatorRoleArns", '["arn:aws:sts::111122223333:assumed-role/one/me"]'],
    ["formerPlaces", '["homing"]'],
    ["replicaRegions", '["Europe"]'],
    ["rotation", "cancel-and-move"],
    ["authorship", "none"],
    ["mode", "force"],
    ["modeRules", "dev/*"],
    ["modeRules", '[{"pattern":"*","mode":"move"}]'],
    ["modeRules", '[{"pattern":"dev/?","mode":"move"}]'],
    ["modeRules", '[{"pattern":"dev/*","mode":"exempt"}]'],
    ["modeRules", '[{"pattern":"dev/*","mode":"move","also":1}]'],
    ["modeRules", '[{"mode":"move"}]'],
    ["namePrefix", "a*"],
    ["namePrefix", "n".repeat(257)],
    ["exemptNames", '["*"]'],
    ["exemptNames", '["**"]'],
    ["exemptNames", '["a","a"]'],
    ["exemptNames", "prod/*"],
    ["confirmedNames", '["*"]'],
    ["confirmedNames", "prod/*"],
    ["serviceReadNames", '["*"]'],
    ["fence", "scp"],
    ["fencePrincipals", '["*"]'],
    ["fencePrincipals", '["arn:aws:iam::123456789012:role/*"]'],
    ["fencePrincipals", '["arn:aws:iam::*:role/ci"]'],
    ["fencePrincipals", '["arn:aws:sts::123456789012:assumed-role/ci/x"]'],
    ["ownerTags", '[""]'],
    ["replicas", "keep"],
    ["rotation", "cancel"],
    ["objects", "json"],
    ["foreignHomes", "accept"],
    ["recoveryWindowDays", "6"],
    ["recoveryWindowDays", "31"],
    ["settleMinutes", "-1"],
    ["settleMinutes", "43201"],
    ["deletesPerSecond", "0"],
    ["deletesPerSecond", "25.1"],
    ["deletesPerSecond", "1e1"],
    ["enabled", "yes"],
    ["sweepEnabled", "hourly"],
    ["sweepShare", "0.04"],
    ["sweepShare", "1.1"],
    ["protect", "0"],
    ["maxConcurrency", "1"],
    ["maxConcurrency", "1001"],
    ["batchSize", "11"],
    ["memoryMb", "127"],
    ["timeoutSeconds", "59"],
    ["timeoutSeconds", "901"],
    ["timeoutSeconds", "0x40"],
    ["logRetentionDays", "2"],
    ["logLevel", "debug"],
    ["kmsKeyArns", '["arn:aws:kms:eu-west-1:123456789012:alias/x"]'],
    ["subnetIds", '["vpc-1"]'],
    ["securityGroupIds", '["subnet-1"]'],
    ["tags", '{"aws:x":"y"}'],
    ["tags", '{"x":1}'],
    ["tags", "[]"],
    ["architecture", "arm"],
    ["permissionsBoundaryArn", "boundary"],
    ["permissionsBoundaryArn", "arn:aws:iam::123456789012:role/x"],
    ["rolePath", "platform"],
    ["rolePath", "/platform"],
    ["rolePath", "//"],
    ["encryptionKeyArn", "alias/aws/sqs"],
    ["encryptionKeyArn", "arn:aws:kms:eu-west-1:123456789012:alias/x"],
    ["retainLogs", "always"],
    ["alarmTopicArn", "on-call"],
    ["alarmTopicArn", "arn:aws:sqs:eu-west-1:123456789012:on-call"],
    ["okNotifications", "yes"],
    ["homeTemplate", "aws/{account}/{name}"],
    ["homeTemplate", "aws/{region}/{name}"],
    ["homeTemplate", "other/{account}/{region}/{name}"],
    ["homeTemplate", "{account}/{region}/{name}"],
    ["homeTemplate", "aws/{account}/{region}/x{name}"],
    ["homeTemplate", "aws/{account}/{region}/{name}/x"],
    ["homeTemplate", "aws/{account}/{region}/{name}/{name}"],
    ["homeTemplate", "aws/{account}/{region}//{name}"],
    ["homeTemplate", "aws/{account}/{region}/{stack}/{name}"],
  ];
  for (const [key, value] of refused) {
    it(`refuses ${key} ${value.slice(0, 60)}`, () => {
      const faults = faultsOf({ vaultAddress, [key]: value });

      ok(
        faults.some((fault) => fault.replace(/, which is no JSON [a-z]+ \S+,/, "").startsWith(`homing:${key} must`)),
        faults.join("; "),
      );
    });
  }

  const conflicting: readonly [string, Record<string, string>, RegExp][] = [
    ["subnets without security groups", { subnetIds: '["subnet-1"]' }, /subnetIds and homing:securityGroupIds/],
    ["security groups without subnets", { securityGroupIds: '["sg-1"]' }, /subnetIds and homing:securityGroupIds/],
    [
      "regions without the stack's own",
      { regions: '["us-east-1","eu-central-1"]' },
      /regions must have the stack's own region, eu-west-1 \(aws:region\), first, or be empty/,
    ],
    [
      "the subnets of one region with several",
      { regions: '["eu-west-1","us-east-1"]', subnetIds: '["subnet-1"]', securityGroupIds: '["sg-1"]' },
      /subnetIds are those of one region, .* a stack of its own/,
    ],
    [
      "the key of one region with several",
      { regions: '["eu-west-1","us-east-1"]', encryptionKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/0a" },
      /encryptionKeyArn is that of one region/,
    ],
    [
      "the topic of one region with several",
      { regions: '["eu-west-1","us-east-1"]', alarmTopicArn: "arn:aws:sns:eu-west-1:123456789012:on-call" },
      /alarmTopicArn is that of one region/,
    ],
    [
      "a template that takes two regions for one",
      { regions: '["eu-west-1","us-east-1"]', homeTemplate: "aws/{account}/eu-west-1/{name}" },
      /homeTemplate must be .* with \{account\} and \{region\}/,
    ],
    ["a server id with login jwt", { login: "jwt", serverId: "v" }, /serverId is only for homing:login aws/],
    ["an STS endpoint with login jwt", { login: "jwt", stsEndpoint: "https://s" }, /stsEndpoint is only/],
    ["an audience with login aws", { audience: "a" }, /audience is only for homing:login jwt/],
    ["an adopted issuer with login aws", { adoptTokenIssuer: "true" }, /adoptTokenIssuer is only/],
    ["an issuer's address with login aws", { tokenIssuerUrl: "https://i" }, /tokenIssuerUrl is only/],
    ["a CA without the issuer's address", { login: "jwt", tokenIssuerCa: pem }, /tokenIssuerCa is only/],
    [
      "two sources of the issuer",
      { login: "jwt", tokenIssuerUrl: "https://i", adoptTokenIssuer: "true" },
      /tokenIssuerUrl and homing:adoptTokenIssuer exclude each other/,
    ],
    [
      "an STS endpoint for an adopted login",
      { adoptLogin: "true", stsEndpoint: "https://s" },
      /adoptLogin and homing:stsEndpoint exclude each other/,
    ],
    [
      "an issuer's address for an adopted login",
      { login: "jwt", adoptLogin: "true", tokenIssuerUrl: "https://i" },
      /adoptLogin and homing:tokenIssuerUrl exclude each other/,
    ],
    [
      "two rules for one pattern",
      { modeRules: '[{"pattern":"a*","mode":"move"},{"pattern":"a*","mode":"copy"}]' },
      /modeRules must have each pattern once/,
    ],
    [
      "a fence with a prefix",
      { fence: "policy", namePrefix: "app/" },
      /fence and homing:namePrefix exclude each other/,
    ],
    [
      "free principals with a prefix",
      { fencePrincipals: '["arn:aws:iam::123456789012:role/ci"]', namePrefix: "app/" },
      /fencePrincipals and homing:namePrefix exclude each other/,
    ],
    [
      "a fence that is too long for IAM",
      {
        fence: "policy",
        exemptNames: JSON.stringify(Array.from({ length: 30 }, (_, index) => `some-team-${index}/*`)),
      },
      /make the fence \d+ characters too long for a managed policy/,
    ],
    ["a key that is no setting", { exemptName: '["a"]' }, /homing:exemptName is no setting of this program/],
    ["a name that every object has", { toString: "x" }, /homing:toString is no setting of this program/],
    [
      "a number as a tag",
      { tags: '{"cost":42}' },
      /for a number or true: pulumi config set --type string --path 'homing:tags\.KEY'/,
    ],
    [
      "more text than the function's environment holds",
      { exemptNames: JSON.stringify(Array.from({ length: 50 }, (_, index) => `${"n".repeat(80)}${index}`)) },
      /bytes too long: a function's environment holds 4096/,
    ],
  ];
  for (const [what, config, fault] of conflicting) {
    it(`refuses ${what}`, () => {
      const faults = faultsOf({ vaultAddress, ...config });

      equal(faults.length, 1, faults.join("; "));
      ok(fault.test(faults[0] ?? ""), faults[0]);
    });
  }

  it("lists all faults at once", () => {
    const regions = '["us-gov-east-1","us-east-1"]';
    const faults = faultsOf({ mode: "force", batchSize: "0", subnetIds: '["subnet-1"]', regions, tpyo: "x" });

    deepEqual(faults.map((fault) => fault.split(" ")[0]).sort(), [
      "homing:batchSize",
      "homing:mode",
      "homing:regions",
      "homing:regions",
      "homing:subnetIds",
      "homing:subnetIds",
      "homing:tpyo",
      "homing:vaultAddress",
    ]);
  });

  it("says of broken JSON which setting it is and what is written there instead", () => {
    const faults = faultsOf({ vaultAddress, exemptNames: '["dev/x"', modeRules: "dev/*", tags: '{"team":' });

    deepEqual(
      faults.map((fault) => fault.replace(/ must be .*/, "")),
      [
        "homing:modeRules, which is no JSON list […],",
        "homing:exemptNames, which is no JSON list […],",
        "homing:tags, which is no JSON object {…},",
      ],
    );
    ok(
      faults.every((fault) => / must be (a list of at most|at most) 50 /.test(fault)),
      faults.join("\n"),
    );
  });

  it("doesn't repeat what was given: it may hold a password", () => {
    throws(
      () => readSettings({ vaultAddress: "https://user:hunter2@vault.example.com" }, region),
      (error: Error) => !error.message.includes("hunter2"),
    );
  });
});

describe("Pulumi.yaml", () => {
  const file = readFileSync(join(__dirname, "..", "..", "Pulumi.yaml"), "utf8");
  const project = load(file) as {
    readonly config: Record<string, { type: string; description?: string; default?: unknown }>;
  };
  const declared = Object.entries(project.config);

  it("declares exactly the settings, in the order of their table", () => {
    deepEqual(
      declared.map(([key]) => key),
      Object.keys(defaults),
    );
  });

  it("gives the same defaults", () => {
    // Vault's address has none; the CLI knows no type for a fraction.
    const rest = Object.fromEntries(Object.entries(defaults).filter(([key]) => key !== "vaultAddress"));
    const fractions = {
      deletesPerSecond: String(defaults.deletesPerSecond),
      sweepShare: String(defaults.sweepShare),
    };
    const expected = { ...rest, ...fractions };

    const given = Object.fromEntries(declared.flatMap(([key, one]) => ("default" in one ? [[key, one.default]] : [])));

    deepEqual(given, expected);
  });

  it("gives each setting a type of the CLI and a description", () => {
    const typeOf = (value: unknown): string => {
      if (Array.isArray(value)) return "array";
      return typeof value === "number" ? "integer" : typeof value;
    };
    for (const [key, { type, description, default: fallback = "" }] of declared) {
      equal(type, typeOf(fallback), key);
      ok(description, key);
    }
  });

  const declaredDefaults = Object.fromEntries(
    declared.map(([key, { default: fallback = vaultAddress }]): [string, string] => [
      key,
      typeof fallback === "string" ? fallback : JSON.stringify(fallback),
    ]),
  );

  const given = Object.fromEntries(
    Object.entries(declaredDefaults).flatMap(([key, raw]) => {
      const value = key === "vaultAddress" ? vaultAddress : defaults[key as keyof typeof defaults];
      return raw === "" ? [] : [[key, value]];
    }),
  );

  it("has defaults that the program accepts", () => {
    deepEqual(readSettings(declaredDefaults, region), given);
  });

  it("has defaults that no setting excludes", () => {
    const settings = { namePrefix: "app/" };
    deepEqual(readSettings({ ...declaredDefaults, ...settings }, region), { ...given, ...settings });
  });
});
