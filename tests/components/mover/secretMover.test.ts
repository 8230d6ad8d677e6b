import { deepEqual, equal, ok } from "node:assert/strict";
import { moverNames } from "../../../components/aws/names";
import { SecretMover } from "../../../components/mover/secretMover";
import type { SecretMoverArgs } from "../../../components/mover/secretMover";
import { readEnvironment } from "../../../runtime/shared/environment";
import { moverSettings } from "../../support/builders";
import { account, only, record, region, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const names = moverNames("test", place);

const mover = moverSettings({ account, region, mode: "audit", maxConcurrency: 7, audience: "" });

const argsWith = (over: Partial<SecretMoverArgs> = {}): SecretMoverArgs => ({
  place,
  names,
  moverEntityId: "entity-id",
  mover,
  enabled: true,
  batchSize: 4,
  memoryMb: 256,
  timeoutSeconds: 120,
  logRetentionDays: 90,
  logLevel: "WARN",
  kmsKeyArns: [],
  subnetIds: [],
  securityGroupIds: [],
  tags: { team: "platform" },
  ...over,
});

async function makeMover(over: Partial<SecretMoverArgs> = {}): Promise<Recording> {
  const recording = await record({});
  await settle(() => new SecretMover("mover", argsWith(over)));
  return recording;
}

const tags = { team: "platform" };
const base = "homing-test-eu-west-1";
const queueArn = `arn:aws:sqs:${region}:${account}:${base}`;
const queueUrl = `https://sqs.${region}.amazonaws.com/${account}/${base}`;
const ruleArns = [
  `arn:aws:events:${region}:${account}:rule/${base}-calls`,
  `arn:aws:events:${region}:${account}:rule/${base}-labels`,
];
const sendStatement = (resource: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["sqs:SendMessage"],
      Resource: [resource],
      Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
    },
  ],
});

describe("SecretMover", () => {
  // Serializing the function takes most of a second: what doesn't change anything is made once.
  let made: Recording;
  before(async () => {
    made = await makeMover();
  });

  it("makes exactly the queues, rules, role, logs, function and trigger", () => {
    deepEqual(typesOf(made), [
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:lambda/eventSourceMapping:EventSourceMapping",
      "aws:lambda/function:Function",
      "aws:sqs/queue:Queue",
      "aws:sqs/queue:Queue",
      "aws:sqs/queuePolicy:QueuePolicy",
      "aws:sqs/queuePolicy:QueuePolicy",
      "homing:aws:SecretMover",
    ]);
    deepEqual(made.invokes, []);
  });

  it("is the parent of all that it makes", () => {
    const parents = made.resources.filter(({ name }) => name !== "mover").map(({ parent }) => parent);
    deepEqual(new Set(parents), new Set(["urn:pulumi:test::homing::homing:aws:SecretMover::mover"]));
  });

  it("has an encrypted queue that outlasts a weekend and tries a message for days", () => {
    deepEqual(only(made, "aws:sqs/queue:Queue", "mover-queue").inputs, {
      name: base,
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 345_600,
      visibilityTimeoutSeconds: 720,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: `${queueArn}-dead`, maxReceiveCount: 400 }),
      tags,
    });
  });

  it("has a dead-letter queue for this queue only, kept for two weeks", () => {
    deepEqual(only(made, "aws:sqs/queue:Queue", "mover-dead-letters").inputs, {
      name: `${base}-dead`,
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 1_209_600,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [queueArn] }),
      tags,
    });
  });

  it("lets only its two rules send to the queues", () => {
    deepEqual(only(made, "aws:sqs/queuePolicy:QueuePolicy", "mover-queue-policy").inputs, {
      queueUrl,
      policy: sendStatement(queueArn),
    });
    deepEqual(only(made, "aws:sqs/queuePolicy:QueuePolicy", "mover-dead-letters-policy").inputs, {
      queueUrl: `${queueUrl}-dead`,
      policy: sendStatement(`${queueArn}-dead`),
    });
  });

  it("takes its two kinds of events to the queue, and what can't be delivered to the dead-letter queue", () => {
    for (const role of ["calls", "labels"]) {
      const rule = only(made, "aws:cloudwatch/eventRule:EventRule", `mover-${role}`).inputs;
      deepEqual([rule.name, rule.tags], [`${base}-${role}`, tags]);
      deepEqual(only(made, "aws:cloudwatch/eventTarget:EventTarget", `mover-${role}-target`).inputs, {
        rule: `${base}-${role}`,
        arn: queueArn,
        targetId: "queue",
        deadLetterConfig: { arn: `${queueArn}-dead` },
      });
    }
    const calls = String(only(made, "aws:cloudwatch/eventRule:EventRule", "mover-calls").inputs.eventPattern);
    ok(calls.includes(`"anything-but":["arn:aws:iam::${account}:role/${base}"]`));
    const labels = String(only(made, "aws:cloudwatch/eventRule:EventRule", "mover-labels").inputs.eventPattern);
    ok(labels.includes("Secret Label Updated"));
  });

  it("has a role without a path that only Lambda may take, for this account", () => {
    deepEqual(only(made, "aws:iam/role:Role").inputs, {
      name: base,
      description: "Role of the homing mover; its ARN is bound in Vault",
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

  it("gives the role one inline policy", () => {
    const { role, name, policy } = only(made, "aws:iam/rolePolicy:RolePolicy").inputs;
    deepEqual([role, name], [base, "mover"]);
    const { Statement: statements } = policy as { Statement: readonly unknown[] };
    equal(statements.length, 7);
  });

  it("keeps logs for as long as it was told, in a group that is there before the function", () => {
    deepEqual(only(made, "aws:cloudwatch/logGroup:LogGroup").inputs, {
      name: `/aws/lambda/${base}`,
      retentionInDays: 90,
      tags,
    });
    const { dependencies } = only(made, "aws:lambda/function:Function");
    ok(dependencies.some((urn) => urn.endsWith("LogGroup::mover-logs")));
    ok(dependencies.some((urn) => urn.endsWith("RolePolicy::mover-grants")));
  });

  it("runs the function on Node 24, arm64, in its role, outside any VPC", () => {
    const { code, environment, ...rest } = only(made, "aws:lambda/function:Function").inputs;
    ok(code);
    ok(environment);
    deepEqual(rest, {
      name: base,
      description: "Moves secrets from Secrets Manager to Vault",
      handler: "__index.handler",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 256,
      timeout: 120,
      role: `arn:aws:iam::${account}:role/${base}`,
      loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${base}` },
      tags,
    });
  });

  it("tells the function its settings through the environment, and nothing else", () => {
    const { environment } = only(made, "aws:lambda/function:Function").inputs;
    const { variables } = environment as { variables: Record<string, string> };

    const expected = {
      ...mover,
      entityId: "entity-id",
      queueUrl,
      deadLetterQueueUrl: `${queueUrl}-dead`,
    };
    deepEqual(readEnvironment(variables), expected);
    deepEqual(
      Object.entries(variables).filter(([name]) => !name.startsWith("HOMING_")),
      [
        ["POWERTOOLS_LOG_LEVEL", "WARN"],
        ["POWERTOOLS_METRICS_NAMESPACE", "Homing"],
        ["POWERTOOLS_SERVICE_NAME", base],
      ],
    );
  });

  it("reads the queue in batches that may fail in part, with bounded concurrency", () => {
    deepEqual(only(made, "aws:lambda/eventSourceMapping:EventSourceMapping").inputs, {
      functionName: base,
      eventSourceArn: queueArn,
      batchSize: 4,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 7 },
      enabled: true,
      tags,
    });
  });

  it("protects nothing: all of it can be made again", () => {
    deepEqual(
      made.resources.filter((one) => one.protect || one.retainOnDelete),
      [],
    );
  });

  it("stops only the reading of the queue when it is not enabled", async () => {
    const stopped = await makeMover({ enabled: false });

    equal(only(stopped, "aws:lambda/eventSourceMapping:EventSourceMapping").inputs.enabled, false);
    deepEqual(typesOf(stopped), typesOf(made));
  });

  it("joins the subnets of a private Vault", async () => {
    const inside = await makeMover({ subnetIds: ["subnet-1", "subnet-2"], securityGroupIds: ["sg-1"] });

    deepEqual(only(inside, "aws:lambda/function:Function").inputs.vpcConfig, {
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupIds: ["sg-1"],
    });
    ok(JSON.stringify(only(inside, "aws:iam/rolePolicy:RolePolicy").inputs).includes("ec2:CreateNetworkInterface"));
  });

  describe("as an organisation asks for it", () => {
    const key = `arn:aws:kms:${region}:${account}:key/0a`;
    const boundary = `arn:aws:iam::${account}:policy/boundary`;
    let asked: Recording;
    before(async () => {
      asked = await makeMover({
        names: moverNames("test", place, undefined, "/platform/"),
        architecture: "x86_64",
        permissionsBoundaryArn: boundary,
        rolePath: "/platform/",
        encryptionKeyArn: key,
        retainLogs: true,
      });
    });

    it("has a role with that path and that permissions boundary", () => {
      const { path, permissionsBoundary } = only(asked, "aws:iam/role:Role").inputs;
      deepEqual([path, permissionsBoundary], ["/platform/", boundary]);
      const calls = String(only(asked, "aws:cloudwatch/eventRule:EventRule", "mover-calls").inputs.eventPattern);
      ok(calls.includes(`"anything-but":["arn:aws:iam::${account}:role/platform/${base}"]`));
    });

    it("has queues and logs with that key, which its role may use through SQS only", () => {
      for (const queue of ["mover-queue", "mover-dead-letters"]) {
        const { kmsMasterKeyId, sqsManagedSseEnabled } = only(asked, "aws:sqs/queue:Queue", queue).inputs;
        deepEqual([kmsMasterKeyId, sqsManagedSseEnabled], [key, undefined]);
      }
      deepEqual(only(asked, "aws:cloudwatch/logGroup:LogGroup").inputs, {
        name: `/aws/lambda/${base}`,
        retentionInDays: 90,
        kmsKeyId: key,
        tags,
      });
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

    it("leaves its log group behind, and nothing else", () => {
      const kept = asked.resources.filter(({ retainOnDelete }) => retainOnDelete).map(({ name }) => name);
      deepEqual(kept, ["mover-logs"]);
    });

    it("runs on that kind of processor", () => {
      deepEqual(only(asked, "aws:lambda/function:Function").inputs.architectures, ["x86_64"]);
    });
  });
});
