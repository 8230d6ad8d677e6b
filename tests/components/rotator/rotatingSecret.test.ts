import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";

import { VaultReader } from "../../../components/reader/vaultReader";
import { RotatingSecret } from "../../../components/rotator/rotatingSecret";
import type { RotatingSecretArgs } from "../../../components/rotator/rotatingSecret";
import { rotatorAlarms } from "../../../components/rotator/rotatorAlarms";
import { limitsOf } from "../../../runtime/rotator/handler";
import { readRotatorEnvironment } from "../../../runtime/rotator/settings";
import { account, moverStackOf, region } from "../../support/builders";
import { known } from "../../support/known";
import { only, record, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const jwtStack = moverStackOf({ loginMethod: "jwt", loginPath: "homing-jwt", audience: "https://vault.example.com" });

const argsWith = (over: Partial<RotatingSecretArgs> = {}): RotatingSecretArgs => ({
  mover: moverStackOf(),
  place,
  secretName: "payments/api-key",
  schedule: "rate(30 days)",
  create: ({ current }) => ({ ...current, value: "planted-new" }),
  set: () => Promise.resolve("set"),
  test: () => Promise.resolve(true),
  ...over,
});

async function make(over: Partial<RotatingSecretArgs> = {}): Promise<Recording> {
  const recording = await record({});
  await settle(() => new RotatingSecret("api-key", argsWith(over)));
  return recording;
}

const refuses = (over: Partial<RotatingSecretArgs>, why: RegExp) => rejects(make(over), why);

describe("RotatingSecret", () => {
  let made: Recording;
  before(async () => {
    made = await make();
  });
  const functionOf = (recording: Recording) => only(recording, "aws:lambda/function:Function").inputs;

  it("makes a function with its role, rule and alarms, and a policy and a role in Vault; no login method, no mount", () => {
    deepEqual(typesOf(made), [
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/logGroup:LogGroup",
      ...rotatorAlarms.map(() => "aws:cloudwatch/metricAlarm:MetricAlarm"),
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:lambda/function:Function",
      "aws:lambda/permission:Permission",
      "aws:sns/topic:Topic",
      "aws:sns/topicPolicy:TopicPolicy",
      "homing:aws:RotatingSecret",
      "vault:aws/authBackendRole:AuthBackendRole",
      "vault:index/policy:Policy",
    ]);
    deepEqual(made.invokes, []);
  });

  it("may read and change its one home, which it can't make, and its own pending path: no metadata, nothing beside", () => {
    const { policy } = only(made, "vault:index/policy:Policy").inputs;

    equal(
      policy,
      [
        `path "homing/data/aws/${account}/${region}/payments/api-key" {`,
        '  capabilities = ["read","update"]',
        "}",
        "",
        `path "homing/data/~homing/rotation/${account}/${region}/payments/api-key" {`,
        '  capabilities = ["create","read","update"]',
        "}",
        "",
      ].join("\n"),
    );
  });

  it("may read the reports of the readers that it names, and is told of them", async () => {
    const reporting = await make({ readers: ["checkout", "refunds"], longestOverlapSeconds: 86_400 });
    const { policy } = only(reporting, "vault:index/policy:Policy").inputs;
    const readable = ["checkout", "refunds"].map((reader) =>
      [
        `path "homing/data/~homing/read/${account}/${region}/${reader}/payments/api-key" {`,
        '  capabilities = ["read"]',
        "}",
        "",
      ].join("\n"),
    );
    equal(String(policy).split("\n\n").slice(2).join("\n\n"), readable.join("\n"));
    const { environment } = functionOf(reporting);
    const settings = readRotatorEnvironment((environment as { readonly variables: Record<string, string> }).variables);
    deepEqual([settings.readers, settings.longestOverlapSeconds], [["checkout", "refunds"], 86_400]);
    deepEqual(limitsOf(settings).unreadMs, 82_800_000);
  });

  it("is logged in by its own role alone and, with login jwt, by its own function", async () => {
    const { boundIamPrincipalArns } = only(made, "vault:aws/authBackendRole:AuthBackendRole").inputs;
    const role = only(made, "aws:iam/role:Role").inputs["name"] as string;
    deepEqual(boundIamPrincipalArns, [`arn:aws:iam::${account}:role/${role}`]);

    const jwt = await make({ mover: jwtStack });
    const { boundSubject, boundClaims } = only(jwt, "vault:jwt/authBackendRole:AuthBackendRole").inputs;
    equal(boundSubject, `arn:aws:iam::${account}:role/${role}`);
    ok(JSON.stringify(boundClaims).includes(`arn:aws:lambda:${region}:${account}:function:${role}`));
    const { policy } = only(jwt, "aws:iam/rolePolicy:RolePolicy").inputs;
    ok(JSON.stringify(policy).includes("sts:GetWebIdentityToken"));
  });

  it("is told what it needs, and the callbacks' own variables can't replace any of it", async () => {
    const { environment } = functionOf(await make({ environment: { API: "there", HOMING_SECRET_NAME: "another" } }));
    const { variables } = environment as { readonly variables: Record<string, string> };

    equal(variables["API"], "there");
    const settings = readRotatorEnvironment(variables);
    deepEqual(
      [settings.secretName, settings.intervalSeconds, settings.overlapSeconds, settings.timeoutSeconds],
      ["payments/api-key", 30 * 86_400, 3_600, 60],
    );
  });

  it("serializes the callbacks, and no package of the deployment", async () => {
    const { code } = functionOf(made);
    const { assets } = code as { readonly assets: Promise<Record<string, { readonly text?: Promise<string> }>> };
    const text = (await (await assets)["__index.js"]?.text) ?? "";

    match(text, /planted-new/);
    ok(!text.includes("@pulumi"));
    ok(!Object.keys(await assets).some((key) => key.includes("client-secrets-manager")));
  });

  it("takes packages of the program along", async () => {
    const { code } = functionOf(await make({ packages: ["fflate"] }));
    const { assets } = code as { readonly assets: Promise<Record<string, unknown>> };

    ok("node_modules/fflate" in (await assets));
    await refuses({ packages: ["not-installed"] }, /needs the package not-installed/);
  });

  it("looks every five minutes at what is due, and starts on a cron schedule of its own", async () => {
    const { scheduleExpression } = only(made, "aws:cloudwatch/eventRule:EventRule").inputs;
    equal(scheduleExpression, "rate(5 minutes)");

    const cron = await make({ schedule: "cron(0 3 ? * TUE *)", maxAgeDays: 8 });
    deepEqual(
      cron.resources
        .filter(({ type }) => type === "aws:cloudwatch/eventTarget:EventTarget")
        .map(({ inputs }) => inputs["input"]),
      ['{"rotate":"continue"}', '{"rotate":"start"}'],
    );
  });

  it("has alarms that its own topic lets publish, or that of the program", async () => {
    const { policy } = only(made, "aws:sns/topicPolicy:TopicPolicy").inputs;
    for (const { key } of rotatorAlarms) {
      const { name } = only(made, "aws:cloudwatch/metricAlarm:MetricAlarm", `api-key-${key}`).inputs;
      ok(JSON.stringify(policy).includes(`:alarm:${String(name)}"`), key);
    }
    const topic = `arn:aws:sns:${region}:${account}:on-call`;
    const theirs = await make({ alarmTopicArn: topic });
    equal(typesOf(theirs).includes("aws:sns/topic:Topic"), false);
    deepEqual(only(theirs, "aws:cloudwatch/metricAlarm:MetricAlarm", "api-key-retire-overdue").inputs["alarmActions"], [
      topic,
    ]);
  });

  it("refuses what can't be meant, in the preview", async () => {
    await refuses({ secretName: "" }, /no secret has the name ""/);
    await refuses({ secretName: "a/+/b" }, /segment \+/);
    await refuses({ overlapSeconds: 0 }, /overlapSeconds must be/);
    await refuses({ longestOverlapSeconds: 86_400 }, /only for readers that report/);
    await refuses({ readers: ["checkout"] }, /longestOverlapSeconds must be an integer from 7200, an hour more/);
    const longestOverlapSeconds = 7_200;
    await refuses({ readers: ["checkout"], longestOverlapSeconds: 7_199 }, /longestOverlapSeconds must be/);
    await refuses({ readers: ["checkout"], longestOverlapSeconds: 2_592_001 }, /longestOverlapSeconds must be/);
    for (const reader of ["", "Checkout", "a/b", "+", "..", "a*", "-a", "a~"]) {
      await refuses({ readers: [reader], longestOverlapSeconds }, /must be lower-case letters, digits and hyphens/);
    }
    await refuses({ readers: ["checkout", "checkout"], longestOverlapSeconds }, /names one twice/);
    const many = Array.from({ length: 21 }, (_, index) => `reader-${index}`);
    await refuses({ readers: many, longestOverlapSeconds }, /more than 20/);
    await refuses(
      { readers: ["checkout"], longestOverlapSeconds: 86_400, schedule: "rate(1 day)" },
      /two rotations are at least 87000 seconds apart/,
    );
    await refuses({ timeoutSeconds: 901 }, /timeoutSeconds must be/);
    await refuses({ schedule: "rate(0 days)" }, /must be as in/);
    await refuses({ schedule: "cron(0 3)" }, /must be as in/);
    await refuses({ schedule: "cron(0 3 ? * TUE *)" }, /maxAgeDays must be given/);
    await refuses({ maxAgeDays: 3 }, /only for a cron schedule/);
    await refuses({ schedule: "rate(1 hour)" }, /can't be met: two rotations are at least 4200 seconds apart/);
  });

  it("refuses another account than the one whose tokens login jwt trusts", async () => {
    await record({});
    const secret = new RotatingSecret(
      "api-key",
      argsWith({ mover: jwtStack, place: { ...place, account: "999999999999" } }),
    );
    await rejects(known(secret.roleArn), /trusts the tokens of account 111122223333 only/);
  });

  it("and a VaultReader of the same program must agree on the overlap, whichever is made first", async () => {
    const reader = (cacheSeconds: number, prefix = "payments") =>
      new VaultReader("reader", {
        mover: moverStackOf(),
        prefix,
        roleArn: `arn:aws:iam::${account}:role/reader`,
        cacheSeconds,
      });
    const tooShort = /overlapSeconds is 100, but VaultReader reader uses a value for cacheSeconds 60.*at least 120/;
    const both = async (first: () => unknown, second: () => unknown): Promise<void> => {
      await record({});
      await settle(() => {
        first();
        second();
      });
    };
    const rotating = () => new RotatingSecret("api-key", argsWith({ overlapSeconds: 100 }));

    await rejects(
      both(rotating, () => reader(60)),
      tooShort,
    );
    await rejects(
      both(() => reader(60), rotating),
      tooShort,
    );
    await both(rotating, () => reader(40));
    await both(rotating, () => reader(0));
    await both(rotating, () => reader(3_600, "payroll"));
  });
});
