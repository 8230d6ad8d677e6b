import { deepEqual, equal, ok } from "node:assert/strict";
import { moverNames } from "../../../components/aws/names";
import { SecretSweeper } from "../../../components/sweeper/secretSweeper";
import type { SecretSweeperArgs } from "../../../components/sweeper/secretSweeper";
import { readSweepEnvironment } from "../../../runtime/sweeper/settings";
import { account, only, record, region, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const names = moverNames("test", place);
const base = "homing-test-eu-west-1";
const queueArn = `arn:aws:sqs:${region}:${account}:${base}`;
const queueUrl = `https://sqs.${region}.amazonaws.com/${account}/${base}`;
const functionArn = `arn:aws:lambda:${region}:${account}:function:${base}-sweep`;
const tags = { team: "platform" };

async function makeSweeper(over: Partial<SecretSweeperArgs> = {}): Promise<Recording> {
  const recording = await record({});
  await settle(
    () =>
      new SecretSweeper("sweeper", {
        place,
        names,
        mover: {
          namePrefix: "app/",
          exemptNames: ["app/keep/*"],
          settleMinutes: 60,
          formerEntityIds: ["former"],
          mode: "copy",
          modeRules: [],
        },
        moverEntityId: "0a1b2c3d-entity",
        enabled: true,
        sweep: { runs: true, sweepShare: 0.25 },
        target: { queueUrl },
        logRetentionDays: 90,
        logLevel: "WARN",
        tags,
        ...over,
      }),
  );
  return recording;
}

describe("SecretSweeper", () => {
  let made: Recording;
  before(async () => {
    made = await makeSweeper();
  });

  it("makes exactly a function with its role and logs, and two schedules that may start it", () => {
    deepEqual(typesOf(made), [
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:lambda/function:Function",
      "aws:lambda/permission:Permission",
      "aws:lambda/permission:Permission",
      "homing:aws:SecretSweeper",
    ]);
    deepEqual(made.invokes, []);
  });

  it("is the parent of all that it makes, and protects none of it", () => {
    const parents = made.resources.filter(({ name }) => name !== "sweeper").map(({ parent }) => parent);
    deepEqual(new Set(parents), new Set(["urn:pulumi:test::homing::homing:aws:SecretSweeper::sweeper"]));
    deepEqual(
      made.resources.filter((one) => one.protect || one.retainOnDelete),
      [],
    );
  });

  it("lets the role list secrets and send to the mover's queue, and no more: no value, no key, no change", () => {
    const { role, name, policy } = only(made, "aws:iam/rolePolicy:RolePolicy").inputs;
    deepEqual([role, name], [`${base}-sweep`, "sweeper"]);
    deepEqual(policy, {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["secretsmanager:ListSecrets"], Resource: ["*"] },
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queueArn] },
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [`arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${base}-sweep:*`],
        },
        {
          Effect: "Deny",
          Action: ["secretsmanager:*", "kms:*", "sts:GetWebIdentityToken"],
          Resource: ["*"],
          Condition: {
            ArnNotLike: { "lambda:SourceFunctionArn": [functionArn, `${functionArn}:*`] },
            Null: { "lambda:SourceFunctionArn": "false" },
          },
        },
      ],
    });
  });

  it("has a role of its own that only Lambda may take, for this account", () => {
    deepEqual(only(made, "aws:iam/role:Role").inputs, {
      name: `${base}-sweep`,
      description: "Role of the homing sweeper; lists secrets and reads none",
      assumeRolePolicy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: ["sts:AssumeRole"],
            Condition: { StringEquals: { "aws:SourceAccount": account } },
          },
        ],
      },
      tags,
    });
  });

  it("keeps logs for as long as it was told, in a group that is there before the function", () => {
    deepEqual(only(made, "aws:cloudwatch/logGroup:LogGroup").inputs, {
      name: `/aws/lambda/${base}-sweep`,
      retentionInDays: 90,
      tags,
    });
    const { dependencies } = only(made, "aws:lambda/function:Function");
    ok(dependencies.some((urn) => urn.endsWith("LogGroup::sweeper-logs")));
    ok(dependencies.some((urn) => urn.endsWith("RolePolicy::sweeper-grants")));
  });

  it("runs the function for as long as Lambda allows, outside any VPC, without reserved concurrency", () => {
    const { code, environment, ...rest } = only(made, "aws:lambda/function:Function").inputs;
    ok(code);
    ok(environment);
    deepEqual(rest, {
      name: `${base}-sweep`,
      description: "Puts secrets that events may have missed on the mover's queue",
      handler: "__index.handler",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 512,
      timeout: 900,
      role: `arn:aws:iam::${account}:role/${base}-sweep`,
      loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${base}-sweep` },
      tags,
    });
  });

  it("tells the function its settings through the environment, nothing of Vault, and the mover's name for metrics", () => {
    const { environment } = only(made, "aws:lambda/function:Function").inputs;
    const { variables } = environment as { variables: Record<string, string> };

    deepEqual(readSweepEnvironment(variables), {
      region,
      enabled: true,
      entityId: "0a1b2c3d-entity",
      place: "",
      formerEntityIds: ["former"],
      mode: "copy",
      modeRules: [],
      namePrefix: "app/",
      exemptNames: ["app/keep/*"],
      settleMinutes: 60,
      sweepShare: 0.25,
      queueUrl,
    });
    deepEqual(Object.keys(variables).sort(), [
      "HOMING_ENABLED",
      "HOMING_ENTITY_ID",
      "HOMING_EXEMPT_NAMES",
      "HOMING_FORMER_ENTITY_IDS",
      "HOMING_MODE",
      "HOMING_MODE_RULES",
      "HOMING_NAME_PREFIX",
      "HOMING_QUEUE_URL",
      "HOMING_REGION",
      "HOMING_SETTLE_MINUTES",
      "HOMING_SWEEP_SHARE",
      "POWERTOOLS_LOG_LEVEL",
      "POWERTOOLS_METRICS_NAMESPACE",
      "POWERTOOLS_SERVICE_NAME",
    ]);
    equal(variables["POWERTOOLS_SERVICE_NAME"], base);
  });

  const schedules = [
    ["hourly", "rate(1 hour)", '{"sweep":"recent"}', "Sweeps the secrets that changed since the sweep before last"],
    [
      "daily",
      "rate(1 day)",
      '{"sweep":"all"}',
      "Sweeps all secrets, those that the mover scheduled for deletion included",
    ],
  ] as const;
  for (const [key, scheduleExpression, input, description] of schedules) {
    it(`is started ${key} by a rule that says what to sweep, and that alone may start it so`, () => {
      deepEqual(only(made, "aws:cloudwatch/eventRule:EventRule", `sweeper-${key}`).inputs, {
        name: `${base}-${key}`,
        description,
        scheduleExpression,
        state: "ENABLED",
        tags,
      });
      const target = only(made, "aws:cloudwatch/eventTarget:EventTarget", `sweeper-${key}-target`);
      deepEqual(target.inputs, { rule: `${base}-${key}`, arn: functionArn, targetId: "sweeper", input });
      deepEqual(only(made, "aws:lambda/permission:Permission", `sweeper-${key}-permission`).inputs, {
        statementId: key,
        action: "lambda:InvokeFunction",
        function: `${base}-sweep`,
        principal: "events.amazonaws.com",
        sourceArn: `arn:aws:events:${region}:${account}:rule/${base}-${key}`,
      });
      ok(target.dependencies.some((urn) => urn.endsWith(`::sweeper-${key}-permission`)));
    });
  }

  it("keeps everything but switches the schedules off when it is not to run", async () => {
    const stopped = await makeSweeper({ sweep: { runs: false, sweepShare: 0.25 } });

    deepEqual(typesOf(stopped), typesOf(made));
    for (const [key] of schedules) {
      equal(only(stopped, "aws:cloudwatch/eventRule:EventRule", `sweeper-${key}`).inputs.state, "DISABLED");
    }
  });

  it("goes on while the queue is not read, and is told so: it counts and sends nothing", async () => {
    const alone = await makeSweeper({ enabled: false });

    const { environment } = only(alone, "aws:lambda/function:Function").inputs;
    equal(readSweepEnvironment((environment as { variables: Record<string, string> }).variables).enabled, false);
    for (const [key] of schedules) {
      equal(only(alone, "aws:cloudwatch/eventRule:EventRule", `sweeper-${key}`).inputs.state, "ENABLED");
    }
  });

  it("follows the rules of an organisation", async () => {
    const key = `arn:aws:kms:${region}:${account}:key/0a`;
    const boundary = `arn:aws:iam::${account}:policy/boundary`;
    const asked = await makeSweeper({
      architecture: "x86_64",
      permissionsBoundaryArn: boundary,
      rolePath: "/platform/",
      encryptionKeyArn: key,
      retainLogs: true,
    });

    const { path, permissionsBoundary } = only(asked, "aws:iam/role:Role").inputs;
    deepEqual([path, permissionsBoundary], ["/platform/", boundary]);
    const logs = only(asked, "aws:cloudwatch/logGroup:LogGroup");
    deepEqual([logs.inputs.kmsKeyId, logs.retainOnDelete], [key, true]);
    deepEqual(only(asked, "aws:lambda/function:Function").inputs.architectures, ["x86_64"]);
    const { policy } = only(asked, "aws:iam/rolePolicy:RolePolicy").inputs;
    const { Statement: statements } = policy as { Statement: readonly { readonly Resource: readonly string[] }[] };
    deepEqual(
      statements.filter(({ Resource }) => Resource.includes(key)),
      [
        {
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: [key],
          Condition: { StringEquals: { "kms:ViaService": `sqs.${region}.amazonaws.com` } },
        },
      ],
    );
  });
});
