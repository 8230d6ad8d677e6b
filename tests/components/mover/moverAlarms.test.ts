import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { moverNames } from "../../../components/aws/names";
import { moverAlarms } from "../../../components/mover/alarmTable";
import { MoverAlarms } from "../../../components/mover/moverAlarms";
import { retryCodes, retryConcerns } from "../../../runtime/shared/errors";
import { account, only, record, region, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const names = moverNames("test", place);
const base = "homing-test-eu-west-1";
const tags = { team: "platform" };
const topicArn = `arn:aws:sns:${region}:${account}:${base}-alarms`;
const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** What an alarm watches, without what all of them share. */
const watched = [
  ["dead-letters", "AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: `${base}-dead` }],
  ["oldest-message", "AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: base }],
  ["upstream-failing", "Homing", "retry:connection", { service: base }],
  ["function-errors", "AWS/Lambda", "Errors", { FunctionName: base }],
  ["defect", "Homing", "retry:defect", { service: base }],
  ["failed", "Homing", "failed", { service: base }],
  ["unequal", "Homing", "refused:unequal", { service: base }],
  ["home-deleted", "Homing", "refused:home-deleted", { service: base }],
  ["home-gone", "Homing", "restored:home-gone", { service: base }],
  ["undone-copied", "Homing", "copied:undone", { service: base }],
  ["undone-unchanged", "Homing", "unchanged:undone", { service: base }],
  ["restore-denied", "Homing", "retry:restore-denied", { service: base }],
  ["replicas-missing", "Homing", "retry:replicas-missing", { service: base }],
  ["replicas-not-allowed", "Homing", "refused:replicas-missing", { service: base }],
  ["tag-lost", "Homing", "refused:tag-lost", { service: base }],
  ["tag-format", "Homing", "refused:tag-format", { service: base }],
  ["label-format", "Homing", "refused:label-format", { service: base }],
  ["access-denied", "Homing", "refused:access-denied", { service: base }],
  ["undecryptable", "Homing", "refused:undecryptable", { service: base }],
  ["refused-for-days", "Homing", "refused", { service: base }],
  ["homes-moved", "Homing", "refused:homes-moved", { service: base }],
  ["deletion-unclaimed", "Homing", "refused:deletion-unclaimed", { service: base }],
  ["no-sweep", "Homing", "sweep", { service: base }],
  ["no-full-sweep", "Homing", "sweep:all", { service: base }],
  ["unwatched", "Homing", "unwatched", { service: base }],
  ["unwatched-ending", "Homing", "unwatched-ending", { service: base }],
] as const;
/** Those that go off when nothing comes. */
const absences: readonly string[] = ["no-sweep", "no-full-sweep"];
/** Those that a sweep of everything counts. */
const counts: readonly string[] = ["unwatched", "unwatched-ending"];
/** Those that go off at what lasts, not at the first event. */
const lasting: readonly string[] = ["upstream-failing", "replicas-missing", "refused-for-days"];

describe("MoverAlarms", () => {
  let made: Recording;
  before(async () => {
    made = await record({});
    await settle(() => new MoverAlarms("alarms", { place, names, sweeps: true, tags }));
  });

  const alarm = (key: string) => only(made, alarmType, `alarms-${key}`);

  it("makes exactly a topic, its policy and an alarm for each row", () => {
    deepEqual(typesOf(made), [
      ...watched.map(() => alarmType),
      "aws:sns/topic:Topic",
      "aws:sns/topicPolicy:TopicPolicy",
      "homing:aws:MoverAlarms",
    ]);
    deepEqual(
      moverAlarms.map(({ key }) => key),
      watched.map(([key]) => key),
    );
  });

  it("is the parent of all that it makes, and protects none of it", () => {
    const parents = made.resources.filter(({ name }) => name !== "alarms").map(({ parent }) => parent);
    deepEqual(new Set(parents), new Set(["urn:pulumi:test::homing::homing:aws:MoverAlarms::alarms"]));
    deepEqual(
      made.resources.filter((one) => one.protect || one.retainOnDelete),
      [],
    );
  });

  it("has a topic without the AWS managed key, which would keep CloudWatch from publishing", () => {
    deepEqual(only(made, "aws:sns/topic:Topic").inputs, { name: `${base}-alarms`, tags });
  });

  it("lets only CloudWatch publish, only for its own alarms in its own account", () => {
    deepEqual(only(made, "aws:sns/topicPolicy:TopicPolicy").inputs, {
      arn: topicArn,
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["sns:Publish"],
            Resource: [topicArn],
            Condition: {
              StringEquals: { "aws:SourceAccount": account },
              ArnEquals: {
                "aws:SourceArn": watched.map(([key]) => `arn:aws:cloudwatch:${region}:${account}:alarm:${base}-${key}`),
              },
            },
          },
        ],
      },
    });
  });

  it("makes alarms that may publish from their first moment on", () => {
    for (const [key] of watched) {
      ok(
        alarm(key).dependencies.some((urn) => urn.endsWith("::alarms-topic-policy")),
        key,
      );
    }
  });

  for (const [key, namespace, metricName, dimensions] of watched) {
    it(`watches ${metricName} of this stack only for ${key}`, () => {
      const { inputs } = alarm(key);
      deepEqual([inputs.namespace, inputs.metricName, inputs.dimensions], [namespace, metricName, dimensions]);
      deepEqual(
        [inputs.name, inputs.comparisonOperator, inputs.treatMissingData, inputs.alarmActions, inputs.tags],
        absences.includes(key)
          ? [`${base}-${key}`, "LessThanThreshold", "breaching", [topicArn], tags]
          : [
              `${base}-${key}`,
              "GreaterThanThreshold",
              counts.includes(key) ? "ignore" : "notBreaching",
              [topicArn],
              tags,
            ],
      );
    });
  }

  it("goes off at the first event, also one that is reported late", () => {
    for (const [key] of watched.slice(2).filter(([one]) => ![...absences, ...lasting, ...counts].includes(one))) {
      const { statistic, threshold, period, evaluationPeriods, datapointsToAlarm } = alarm(key).inputs;
      deepEqual([statistic, threshold, period, evaluationPeriods, datapointsToAlarm], ["Sum", 0, 300, 3, 1], key);
    }
  });

  it("goes off at the first dead letter, and at a message older than an hour", () => {
    for (const [key, above] of [
      ["dead-letters", 0],
      ["oldest-message", 3600],
    ] as const) {
      const { statistic, threshold, period, evaluationPeriods, datapointsToAlarm } = alarm(key).inputs;
      deepEqual([statistic, threshold, period, evaluationPeriods, datapointsToAlarm], ["Maximum", above, 300, 1, 1]);
    }
  });

  it("goes off at retries that last for most of an hour, and not at single ones", () => {
    for (const key of ["upstream-failing", "replicas-missing"]) {
      const { statistic, threshold, period, evaluationPeriods, datapointsToAlarm } = alarm(key).inputs;
      deepEqual([statistic, threshold, period, evaluationPeriods, datapointsToAlarm], ["Sum", 0, 900, 4, 3], key);
    }
  });

  it("goes off at refusals that last for days: three of four sliding ones", () => {
    const { statistic, threshold, period, evaluationPeriods, datapointsToAlarm } = alarm("refused-for-days").inputs;
    deepEqual([statistic, threshold, period, evaluationPeriods, datapointsToAlarm], ["Sum", 0, 86_400, 4, 3]);
  });

  it("stays on from one daily count to the next, and also when there is none", () => {
    for (const key of counts) {
      const { statistic, threshold, period, evaluationPeriods, datapointsToAlarm } = alarm(key).inputs;
      deepEqual([statistic, threshold, period, evaluationPeriods, datapointsToAlarm], ["Maximum", 0, 86_400, 2, 1]);
    }
  });

  it("goes off when no sweep ended well for a day, and no full one for a day and a half", () => {
    for (const [key, hours] of [
      ["no-sweep", 24],
      ["no-full-sweep", 36],
    ] as const) {
      const { statistic, threshold, period, evaluationPeriods, datapointsToAlarm } = alarm(key).inputs;
      deepEqual([statistic, threshold, period, evaluationPeriods, datapointsToAlarm], ["Sum", 1, 3600, hours, hours]);
    }
  });

  it("has no alarm on sweeps when there are none", async () => {
    const without = await record({});
    await settle(() => new MoverAlarms("alarms", { place, names, sweeps: false, tags }));

    deepEqual(
      made.resources
        .map(({ name }) => name)
        .filter((name) => !without.resources.some((one) => one.name === name))
        .sort(),
      [...absences, ...counts].map((key) => `alarms-${key}`).sort(),
    );
    const { policy } = only(without, "aws:sns/topicPolicy:TopicPolicy").inputs;
    ok(!JSON.stringify(policy).includes("sweep"));
  });

  it("tells what an alarm means and what to do, in the alarm and on its page", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "alarms.md"), "utf8");
    for (const { key, means, todo } of moverAlarms) {
      const description = String(alarm(key).inputs.alarmDescription);
      equal(description, `${means} ${todo}`);
      ok(description.length <= 1024, `${key}: CloudWatch takes 1024 characters`);
      ok(page.includes(`\n## ${key}\n`), `docs/alarms.md says nothing of ${key}`);
    }
  });

  it("has a section on its page for each alarm, and for none that there is not", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "alarms.md"), "utf8");
    const sections = [...page.matchAll(/^## ([a-z-]+)$/gm)].map(([, key]) => key);
    deepEqual(
      sections,
      moverAlarms.map(({ key }) => key),
    );
  });

  it("does not count as a failed connection what concerns one secret only, and its page names all of that", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "alarms.md"), "utf8");
    const section = page.split("\n## ").find((text) => text.startsWith("upstream-failing\n")) ?? "";
    const uncounted = retryCodes.filter((code) => retryConcerns[code] !== "connection");

    deepEqual(
      retryCodes.filter((code) => section.includes(`\`${code}\``)),
      uncounted,
    );
  });

  it("publishes to another topic where one is given, and makes none", async () => {
    const theirs = `arn:aws:sns:${region}:${account}:on-call`;
    const asked = await record({});
    let told = "";
    await settle(() => {
      const alarms = new MoverAlarms("alarms", { place, names, sweeps: true, tags, topicArn: theirs });
      alarms.topicArn.apply((arn) => (told = arn));
    });

    deepEqual(
      typesOf(asked).filter((type) => type.startsWith("aws:sns")),
      [],
    );
    for (const [key] of watched) {
      const { alarmActions, okActions } = only(asked, alarmType, `alarms-${key}`).inputs;
      deepEqual([alarmActions, okActions], [[theirs], undefined]);
    }
    equal(told, theirs);
  });

  it("publishes the end of an alarm as well, when it is asked to", async () => {
    const asked = await record({});
    await settle(() => new MoverAlarms("alarms", { place, names, sweeps: true, tags, okNotifications: true }));

    for (const [key] of watched) {
      const { alarmActions, okActions } = only(asked, alarmType, `alarms-${key}`).inputs;
      deepEqual([alarmActions, okActions], [[topicArn], [topicArn]]);
    }
  });
});
