import { deepEqual, doesNotThrow, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { settingsIn } from "../../components/regionMover";
import { readSettings } from "../../settings/settings";
import { defaults } from "../../settings/table";

const place = { account: "123456789012", region: "eu-west-1" };
const vaultAddress = "https://vault.example.com:8200";

const read = (config: Record<string, string> = {}) => readSettings(place, { vaultAddress, ...config });

/** The lines of the error, one for each fault. */
function faultsOf(config: Record<string, string>): string[] {
  try {
    readSettings(place, config);
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
  it("needs nothing but Vault's address", () => {
    const settings = read();

    deepEqual(settings.vault, {
      namespace: "",
      mount: "homing",
      adoptMount: false,
      protect: true,
      homePrefix: "aws",
      login: { method: "aws", serverId: "vault.example.com", stsEndpoint: "" },
      loginPath: "homing-aws",
      adoptLogin: false,
      loginRole: "homing-mover",
      tokenTtlMinutes: 15,
    });
    deepEqual(settings.mover, {
      ...place,
      vaultAddress,
      vaultNamespace: "",
      vaultCaCertificate: "",
      mount: "homing",
      homePrefix: "aws",
      homeTemplate: "aws/{account}/{region}/{name}",
      login: "aws",
      loginPath: "homing-aws",
      loginRole: "homing-mover",
      serverId: "vault.example.com",
      audience: "",
      signingAlgorithm: "ES384",
      formerEntityIds: [],
      authorship: "entity",
      mode: "audit",
      modeRules: [],
      namePrefix: "",
      exemptNames: [],
      ownerTags: [],
      serviceReadNames: [],
      replicas: "skip",
      rotation: "skip",
      objects: "fields",
      foreignHomes: "refuse",
      recoveryWindowDays: 30,
      settleMinutes: 0,
      deletesPerSecond: 5,
      maxConcurrency: 5,
    });
    deepEqual(settings.options, {
      enabled: true,
      batchSize: 5,
      memoryMb: 256,
      timeoutSeconds: 120,
      logRetentionDays: 90,
      logLevel: "INFO",
      kmsKeyArns: [],
      subnetIds: [],
      securityGroupIds: [],
      tags: {},
    });
    deepEqual(settings.sweep, { runs: true, sweepShare: 0.5 });
    deepEqual(settings.furtherRegions, []);
  });

  it("counts the stack's own region among the regions, wherever it stands", () => {
    deepEqual(read({ regions: '["eu-west-1"]' }).furtherRegions, []);
    deepEqual(read({ regions: '["us-east-1","eu-west-1","ap-southeast-7"]' }).furtherRegions, [
      "us-east-1",
      "ap-southeast-7",
    ]);
  });

  it("gives a further region's mover a Vault role of its own, and all else as it is", () => {
    const own = read({ regions: '["eu-west-1","us-east-1"]', loginRole: "mover" });
    const further = settingsIn("us-east-1", own);

    deepEqual(further, {
      ...own,
      vault: { ...own.vault, loginRole: "mover-us-east-1" },
      mover: { ...own.mover, region: "us-east-1", loginRole: "mover-us-east-1" },
    });
  });

  it("sweeps only when the queue is read", () => {
    equal(read({ sweepEnabled: "false" }).sweep.runs, false);
    equal(read({ enabled: "false" }).sweep.runs, false);
    equal(read({ sweepShare: "0.05" }).sweep.sweepShare, 0.05);
  });

  it("takes login jwt with Vault's address as the audience", () => {
    const settings = read({ login: "jwt" });

    deepEqual(settings.vault.login, {
      method: "jwt",
      audience: vaultAddress,
      signingAlgorithm: "ES384",
      adoptTokenIssuer: false,
      tokenIssuerUrl: "",
      tokenIssuerCa: "",
    });
    equal(settings.vault.loginPath, "homing-jwt");
    deepEqual([settings.mover.audience, settings.mover.serverId], [vaultAddress, ""]);
  });

  it("writes Vault's address without a slash at its end", () => {
    equal(read({ vaultAddress: "https://Vault.example.com:443/" }).mover.vaultAddress, "https://vault.example.com");
  });

  it("puts the home prefix into the template", () => {
    const settings = read({ homePrefix: "from/aws", homeTemplate: "{homePrefix}/{region}-{account}/{name}" });

    equal(settings.mover.homeTemplate, "from/aws/{region}-{account}/{name}");
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
    ["formerEntityIds", '["a b"]'],
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
    ["homeTemplate", "aws/{account}/{name}"],
    ["homeTemplate", "aws/{region}/{name}"],
    ["homeTemplate", "aws/999999999999/{region}/{name}"],
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
        faults.some((fault) => fault.startsWith(`homing:${key} must`)),
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
      /regions must have the stack's own region, eu-west-1 \(aws:region\), or be empty/,
    ],
    [
      "the subnets of one region with several",
      { regions: '["eu-west-1","us-east-1"]', subnetIds: '["subnet-1"]', securityGroupIds: '["sg-1"]' },
      /subnetIds are those of one region, .* a stack of its own/,
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

  it("doesn't repeat what was given: it may hold a password", () => {
    throws(
      () => readSettings(place, { vaultAddress: "https://user:hunter2@vault.example.com" }),
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

  it("has defaults that the program accepts", () => {
    deepEqual(readSettings(place, declaredDefaults), read());
  });

  it("has defaults that no setting excludes", () => {
    const settings = { namePrefix: "app/" };
    deepEqual(readSettings(place, { ...declaredDefaults, ...settings }), read(settings));
  });
});
