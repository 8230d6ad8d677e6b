import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import { VaultReader } from "../../../components/reader/vaultReader";
import type { VaultReaderArgs } from "../../../components/reader/vaultReader";
import { readReaderEnvironment } from "../../../runtime/reader/settings";
import { account, moverStackOf, region } from "../../support/builders";
import { only, record, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const roleArn = `arn:aws:iam::${account}:role/webhook`;
const jwtStack = moverStackOf({ loginMethod: "jwt", loginPath: "homing-jwt", audience: "https://vault.example.com" });

const argsWith = (over: Partial<VaultReaderArgs> = {}): VaultReaderArgs => ({
  mover: moverStackOf(),
  prefix: "payments",
  roleArn,
  ...over,
});

interface Made extends Recording {
  readonly reader: VaultReader;
  readonly environment: Readonly<Record<string, string>>;
}

async function makeReader(over: Partial<VaultReaderArgs> = {}): Promise<Made> {
  const recording = await record({});
  let reader: VaultReader | undefined;
  let environment = {};
  await settle(() => {
    reader = new VaultReader("reader", argsWith(over));
    reader.environment.apply((variables) => {
      environment = variables;
    });
  });
  if (reader === undefined) throw new Error("no reader was made");
  return { ...recording, reader, environment };
}

const token = (policy: unknown, ttl = 900): object => ({
  tokenType: "batch",
  tokenTtl: ttl,
  tokenMaxTtl: ttl,
  tokenPolicies: [policy],
  tokenNoDefaultPolicy: true,
});

describe("VaultReader", () => {
  it("makes a policy and a role, and writes no login method", async () => {
    const made = await makeReader();

    deepEqual(typesOf(made), [
      "homing:vault:VaultReader",
      "vault:aws/authBackendRole:AuthBackendRole",
      "vault:index/policy:Policy",
    ]);
    deepEqual(made.invokes, []);
  });

  it("lets it write its report of each secret that it names, without reading it, and tells the program", async () => {
    const reports = { as: "checkout", secrets: ["payments/api-key", "payments/a//b"] };
    const made = await makeReader({ reports });
    const { policy } = only(made, "vault:index/policy:Policy").inputs;
    const writable = ["payments/api-key", "payments/a/~/b"].map(
      (path) =>
        `path "homing/data/~homing/read/${account}/${region}/checkout/${path}" {\n  capabilities = ["create","update"]\n}\n`,
    );
    equal(String(policy).split("\n\n").slice(1).join("\n\n"), writable.join("\n"));
    const { readerName, reportedSecrets } = readReaderEnvironment(made.environment);
    deepEqual([readerName, reportedSecrets], ["checkout", reports.secrets]);
  });

  it("refuses reports that can't be meant", () => {
    const secrets = ["payments/api-key"];
    for (const as of ["", "Checkout", "a/b", "+", "..", "a*"]) {
      throws(() => new VaultReader("r", argsWith({ reports: { as, secrets } })), /reports\.as .* must be lower-case/);
    }
    throws(
      () => new VaultReader("r", argsWith({ reports: { as: "checkout", secrets: [] } })),
      /reports\.secrets is empty/,
    );
    for (const secret of ["payroll/key", "payments", "payments/+", "payments/a b"]) {
      throws(
        () => new VaultReader("r", argsWith({ reports: { as: "checkout", secrets: [secret] } })),
        /no secret below payments/,
      );
    }
  });

  it("lets it read values below its prefix and nothing else: no metadata, no list, no record of the mover", async () => {
    const { policy } = only(await makeReader(), "vault:index/policy:Policy").inputs;

    equal(policy, `path "homing/data/aws/${account}/${region}/payments/*" {\n  capabilities = ["read"]\n}\n`);
  });

  it("writes odd names as they stand in paths", async () => {
    const { policy } = only(await makeReader({ prefix: "/prod/.." }), "vault:index/policy:Policy").inputs;

    match(String(policy), /^path "homing\/data\/aws\/111122223333\/eu-west-1\/~\/prod\/\.\.~\/\*" /);
  });

  it("binds login aws to exactly the role, as a session's ARN shows it: without a path", async () => {
    const made = await makeReader({ roleArn: `arn:aws:iam::${account}:role/team/payments/webhook` });
    const { inputs } = only(made, "vault:aws/authBackendRole:AuthBackendRole");
    const { name } = only(made, "vault:index/policy:Policy").inputs;

    deepEqual(inputs, {
      backend: "homing-aws",
      role: name,
      authType: "iam",
      boundIamPrincipalArns: [roleArn],
      resolveAwsUniqueIds: false,
      ...token(name),
    });
  });

  it("binds login jwt to audience and role, and to a function when one is named", async () => {
    const functionArn = `arn:aws:lambda:${region}:${account}:function:webhook`;
    const made = await makeReader({ mover: jwtStack });
    const bound = await makeReader({ mover: jwtStack, functionArn });
    const { name } = only(made, "vault:index/policy:Policy").inputs;
    const expected = {
      backend: "homing-jwt",
      roleName: name,
      roleType: "jwt",
      userClaim: "sub",
      boundAudiences: ["https://vault.example.com"],
      boundSubject: roleArn,
      ...token(name),
    };

    deepEqual(only(made, "vault:jwt/authBackendRole:AuthBackendRole").inputs, expected);
    deepEqual(only(bound, "vault:jwt/authBackendRole:AuthBackendRole").inputs, {
      ...expected,
      boundClaimsType: "string",
      boundClaims: { "/https:~1~1sts.amazonaws.com~1/lambda_source_function_arn": functionArn },
    });
  });

  it("asks nothing of AWS for login aws, and for jwt a token of its audience", async () => {
    deepEqual((await makeReader()).reader.grants, []);
    const { grants } = (await makeReader({ mover: jwtStack })).reader;

    deepEqual(
      grants.flatMap(({ Effect, Action }) => [Effect, Action].flat()),
      [
        "Allow",
        ...["Deny", "Deny", "Deny"].flatMap((effect) => ["sts:GetWebIdentityToken", effect]),
        "sts:GetWebIdentityToken",
      ],
    );
  });

  it("tells the function all that it needs, by the mover's own names", async () => {
    const { environment, ...made } = await makeReader({ cacheSeconds: 5 });

    deepEqual(environment, {
      HOMING_ACCOUNT: account,
      HOMING_REGION: region,
      HOMING_VAULT_ADDRESS: "https://vault.example.com",
      HOMING_MOUNT: "homing",
      HOMING_HOME_PREFIX: "aws",
      HOMING_HOME_TEMPLATE: "aws/{account}/{region}/{name}",
      HOMING_LOGIN: "aws",
      HOMING_LOGIN_PATH: "homing-aws",
      HOMING_LOGIN_ROLE: only(made, "vault:index/policy:Policy").inputs.name,
      HOMING_REPORTED_SECRETS: "[]",
      HOMING_SERVER_ID: "vault.example.com",
      HOMING_SIGNING_ALGORITHM: "ES384",
      HOMING_CACHE_SECONDS: "5",
    });
  });

  it("lives in the mover's namespace, with tokens as long as it is told", async () => {
    const made = await makeReader({ mover: moverStackOf({ vaultNamespace: "team" }), tokenTtlMinutes: 60 });
    const { name, namespace } = only(made, "vault:index/policy:Policy").inputs;

    equal(namespace, "team");
    const role = only(made, "vault:aws/authBackendRole:AuthBackendRole").inputs;
    deepEqual({ ...role, ...token(name, 3_600), namespace }, role);
  });

  it("has a name in Vault that no other reader has, in the form that Vault keeps", async () => {
    const nameOf = async (over: Partial<VaultReaderArgs>): Promise<unknown> =>
      only(await makeReader(over), "vault:index/policy:Policy").inputs.name;
    const names = [
      await nameOf({}),
      await nameOf({ prefix: "Payments" }),
      await nameOf({ prefix: "pay/ments" }),
      await nameOf({ mover: moverStackOf({ region: "eu-west-2" }) }),
      await nameOf({ mover: moverStackOf({ mount: "other" }) }),
    ];

    equal(new Set(names).size, names.length);
    for (const name of names) match(String(name), /^homing-reader-pay-?ments-[0-9a-f]{10}$/);
    notEqual(names[0], "homing-mover");
  });

  describe("refuses already in the preview", () => {
    const refused = async (over: Partial<VaultReaderArgs>, message: RegExp): Promise<void> => {
      const recording = await record({});
      throws(() => new VaultReader("reader", argsWith(over)), message);
      await settle(() => undefined);
      deepEqual(
        typesOf(recording).filter((type) => type.startsWith("vault:")),
        [],
      );
    };

    it("a prefix that is empty", () => refused({ prefix: "" }, /^Error: VaultReader reader: prefix "" is empty/));

    it("a prefix that overlaps another team's", () =>
      refused(
        { otherPrefixes: ["payroll", "payments/cards"] },
        /prefix payments overlaps payments\/cards, which is another team's \(otherPrefixes\)$/,
      ));

    it("lifetimes of more than an hour and odd numbers, all faults at once", () =>
      refused(
        { prefix: "a//b", tokenTtlMinutes: 61, cacheSeconds: 0.5 },
        /has an empty segment.*; tokenTtlMinutes must be an integer from 1 to 60; cacheSeconds must be/,
      ));

    it("a function where the login does not tell it", () =>
      refused(
        { functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:f" },
        /functionArn is only for login jwt/,
      ));

    it("a prefix that overlaps that of another reader of the program, and not in the next run", async () => {
      for (const run of [1, 2]) {
        await record({});
        new VaultReader("one", argsWith());
        new VaultReader("elsewhere", argsWith({ mover: moverStackOf({ region: "eu-west-2" }) }));
        throws(
          () => new VaultReader("two", argsWith({ prefix: "payments/cards" })),
          /VaultReader two: its homes aws\/\S+\/payments\/cards overlap those of VaultReader one, aws\/\S+\/payments$/,
          `run ${run}`,
        );
        await settle(() => undefined);
      }
    });

    for (const [what, arn, over] of [
      ["all roles", `arn:aws:iam::${account}:role/*`, {}],
      ["an account", `arn:aws:iam::${account}:root`, {}],
      ["a session", `arn:aws:sts::${account}:assumed-role/webhook/session`, {}],
      [
        "a role of another account, whose tokens login jwt does not trust",
        "arn:aws:iam::999999999999:role/a",
        { mover: jwtStack },
      ],
    ] as const) {
      it(`a login for ${what}`, () => refused({ roleArn: arn, ...over }, /VaultReader reader: roleArn /));
    }
  });
});
