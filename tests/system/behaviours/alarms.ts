import * as assert from "node:assert/strict";

import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  DeleteSecretCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";

import { moverAlarms } from "../../../components/mover/alarmTable";
import { writeStateTag } from "../../../runtime/model/stateTag";
import type { SweepReport } from "../../../runtime/sweeper/sweep";
import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";
import { subscribe } from "../support/onCall";
import type { OnCall } from "../support/onCall";

/**
 * Every alarm is seen to go off and to reach a subscriber of the topic. The emulator doesn't model what CloudWatch adds:
 * that the topic's policy is asked, that dimensions are told apart, and in how many periods a threshold is passed (it
 * takes all of them together).
 */
export function describeAlarms(bench: () => Bench): void {
  describe("the alarms", () => {
    let onCall: OnCall;
    const goesOff = (key: string): Promise<void> => onCall.hears(key);

    before(async () => {
      onCall = await subscribe(bench());
    });

    /** Creates a secret and waits until it is moved. */
    async function moved(name: string): Promise<string> {
      const { sources, log, canary } = bench();
      const { arn } = await sources.create(name, canary);
      await log.outcome(arn, { outcome: "moved" });
      return arn;
    }

    /**
     * For outcomes that no test can cause in seconds: a line of metrics that the function wrote, with another metric's
     * name in it, goes through the function's log group as every line does.
     */
    async function logLike(former: string, metric: string): Promise<void> {
      const { clients, log, system } = bench();
      const { logGroupName } = system();
      const line = await eventually(
        async () => (await log.messages()).find((one) => one.includes('"_aws"') && one.includes(`"${former}"`)),
        () => `no line has the metric ${former}`,
      );
      const logStreamName = `test-${metric.replace(":", "-")}`;
      await clients.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      const message = line.replaceAll(`"${former}"`, `"${metric}"`);
      const logEvents = [{ timestamp: Date.now(), message }];
      await clients.logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }

    it("are all there, off, and say nothing of what is the mover's daily work", async () => {
      const { homes, home, sources, log, canary } = bench();
      await homes.write(home("alarms/conflict"), { by: "a person" });
      const { arn } = await sources.create("alarms/conflict", canary);
      await log.outcome(arn, { outcome: "refused", reason: "home-conflict" });
      await moved("alarms/ordinary");

      // An event can come twice, and each run is counted.
      const runs = async (): Promise<number> =>
        (await log.outcomesOf(arn)).filter(({ reason }) => reason === "home-conflict").length;
      await eventually(
        async () =>
          (await onCall.counted("moved")) > 0 && (await onCall.counted("refused:home-conflict")) === (await runs())
            ? true
            : undefined,
        async () =>
          `${await onCall.counted("moved")} moved, ${await onCall.counted("refused:home-conflict")} of ${await runs()} refused`,
      );
      // Which the emulator does not tell apart from refusals on several days.
      const on = (await onCall.alarmsOn()).filter((key) => key !== "refused-for-days");
      assert.deepEqual(on, []);
      const { MetricAlarms } = await onCall.aws.json("monitoring", "DescribeAlarms", {});
      assert.equal((MetricAlarms as unknown[]).length, moverAlarms.length);
    });

    it("tell of a message on the dead-letter queue", async () => {
      await bench().sources.send('{"secretId":');

      await goesOff("dead-letters");
    });

    it("tell of a message that waits for over an hour", async () => {
      // Nobody waits for an hour here: SQS's own report is put in its place.
      const Dimensions = [{ Name: "QueueName", Value: bench().system().functionName }];
      await onCall.aws.json("monitoring", "PutMetricData", {
        Namespace: "AWS/SQS",
        MetricData: [{ MetricName: "ApproximateAgeOfOldestMessage", Dimensions, Unit: "Seconds", Value: 3_601 }],
      });

      await goesOff("oldest-message");
    });

    it("tell of a connection that fails, and not of a secret that is not there", async () => {
      await bench().sources.nudge("alarms/nobody");
      await eventually(
        async () => ((await onCall.counted("retry:source-not-found-yet")) > 0 ? true : undefined),
        () => "a secret that is not there is not tried again",
      );
      assert.ok(!(await onCall.alarmsOn()).includes("upstream-failing"));

      await logLike("moved", "retry:connection");

      await goesOff("upstream-failing");
    });

    it("tell of an error of the function", async () => {
      const { clients, system } = bench();
      const { FunctionError } = await clients.lambda.send(
        new InvokeCommand({ FunctionName: system().functionName, Payload: Buffer.from("{}") }),
      );

      assert.ok(FunctionError);
      await goesOff("function-errors");
    });

    it("tell of a defect", async () => {
      await logLike("moved", "retry:defect");

      await goesOff("defect");
    });

    it("tell of a failed move", async () => {
      await logLike("moved", "failed");

      await goesOff("failed");
    });

    it("tell of a home that gives back another value", async () => {
      await logLike("moved", "refused:unequal");

      await goesOff("unequal");
    });

    it("tell of a home whose version somebody deleted", async () => {
      const { homes, home, sources, log } = bench();
      const arn = await moved("alarms/deleted");
      await homes.remove(home("alarms/deleted"));
      await sources.ageDeletion(arn);
      await sources.nudge(arn);

      await log.outcome(arn, { outcome: "refused", reason: "home-deleted" });
      await goesOff("home-deleted");
    });

    it("tell of a home that is gone", async () => {
      const { homes, home, sources } = bench();
      const arn = await moved("alarms/gone");
      await homes.purge(home("alarms/gone"));
      await sources.ageDeletion(arn);
      await sources.nudge(arn);

      await goesOff("home-gone");
    });

    /** Creates a secret, waits until it is moved, and has its deletion undone by a person. */
    async function undone(name: string): Promise<string> {
      const { clients, sources, log } = bench();
      const arn = await moved(name);
      await sources.ageDeletion(arn);
      await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "unchanged", reason: "undone" });
      return arn;
    }

    it("tell of a moved secret that somebody restored, unchanged and with a new value", async () => {
      const { sources, log, canary } = bench();
      const arn = await undone("alarms/restored");
      await goesOff("undone-unchanged");

      await sources.put(arn, `${canary}-2`);

      await log.outcome(arn, { outcome: "copied", reason: "undone" });
      await goesOff("undone-copied");
    });

    it("tell of a deletion that AWS does not let the mover take back, until it does", async () => {
      const { clients, homes, home, sources, log, system } = bench();
      const arn = await moved("alarms/denied");
      const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Deny", Action: "secretsmanager:RestoreSecret", Resource: "*" }],
      });
      const policy = { RoleName: system().functionRoleArn.split("/").at(-1), PolicyName: "no-restore" };
      await clients.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
      await homes.purge(home("alarms/denied"));
      await sources.ageDeletion(arn);
      await sources.nudge(arn);

      await goesOff("restore-denied");
      assert.equal(await sources.isScheduled(arn), true);
      await clients.iam.send(new DeleteRolePolicyCommand(policy));
      await log.outcome(arn, { restored: "home-gone" });
      assert.equal(await sources.isScheduled(arn), false);
    });

    it("tell of a secret that AWS denies the mover, and of one whose key is gone", async () => {
      const { clients, sources, log, canary, system } = bench();
      const { arn } = await sources.createHeld("alarms/kept-from-the-mover", canary);
      const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Deny", Action: "secretsmanager:GetSecretValue", Resource: arn }],
      });
      const policy = { RoleName: system().functionRoleArn.split("/").at(-1), PolicyName: "no-read" };
      await clients.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
      await sources.release(arn);

      await log.outcome(arn, { outcome: "refused", reason: "access-denied" });
      await clients.iam.send(new DeleteRolePolicyCommand(policy));
      await goesOff("access-denied");

      // The emulator's secrets have no keys.
      await logLike("moved", "refused:undecryptable");
      await goesOff("undecryptable");
    });

    it("tell of replicas that don't come back, and of regions that the settings no longer allow", async () => {
      const { sources, log, canary } = bench();
      await logLike("moved", "retry:replicas-missing");
      await goesOff("replicas-missing");

      const arn = await moved("alarms/apart");
      const { state, ...tag } = await sources.stateTag(arn);
      assert.equal(state, "d");
      const { arn: live } = await sources.createHeld("alarms/live", canary);
      const taken = { ...tag, state: "t" as const, suffix: live.slice(-6), replicas: [{ region: "eu-west-3" }] };
      await sources.tag(live, "vault-mover", writeStateTag(taken) ?? "");
      await sources.ageDeletion(live);
      await sources.nudge(live);

      await log.outcome(live, { outcome: "refused", reason: "replicas-missing" });
      await goesOff("replicas-not-allowed");
      assert.equal((await sources.describe(live)).ReplicationStatus, undefined);
    });

    it("tell of a moved secret that lost its tag", async () => {
      const { clients, sources, log } = bench();
      const arn = await moved("alarms/lost");
      await clients.silent.send(new RestoreSecretCommand({ SecretId: arn }));
      await clients.silent.send(new UntagResourceCommand({ SecretId: arn, TagKeys: ["vault-mover"] }));
      await clients.silent.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
      await sources.nudge(arn);

      await log.outcome(arn, { outcome: "refused", reason: "tag-lost" });
      await goesOff("tag-lost");
    });

    it("tell of a tag that is cut off", async () => {
      const { sources, log, canary } = bench();
      const { arn } = await sources.createHeld("alarms/cut", canary);
      await sources.tag(arn, "vault-mover", "1/0a1b2c3d/0000");

      await log.outcome(arn, { outcome: "refused", reason: "tag-format" });
      await goesOff("tag-format");
    });

    it("tell of labels that this version does not know", async () => {
      const { homes, home, sources, log, canary } = bench();
      const { arn } = await sources.create("copied/labels", canary);
      await log.outcome(arn, { outcome: "copied" });
      await homes.label(home("copied/labels"), { v1: "2;of a newer version" });
      await sources.nudge(arn);

      await log.outcome(arn, { outcome: "refused", reason: "label-format" });
      await goesOff("label-format");
    });

    it("tell of homes that are elsewhere by now", async () => {
      const { sources, log, canary } = bench();
      const tag = await sources.stateTag(await moved("alarms/here"));
      const { arn } = await sources.createHeld("alarms/elsewhere", canary);
      const elsewhere = { ...tag, suffix: arn.slice(-6), place: "00000000" };
      await sources.tag(arn, "vault-mover", writeStateTag(elsewhere) ?? "");

      await log.outcome(arn, { outcome: "refused", reason: "homes-moved" });
      await goesOff("homes-moved");
    });

    it("tell of what is refused for days", async () => {
      // The emulator takes all periods together, so that the refusals above are enough.
      await goesOff("refused-for-days");
    });

    it("tell of a deletion with a value that no mover proved", async () => {
      const { clients, sources, log, canary } = bench();
      const arn = await undone("alarms/unclaimed");
      await clients.secrets.send(
        new TagResourceCommand({ SecretId: arn, Tags: [{ Key: "vault-mover-mode", Value: "exempt" }] }),
      );
      await sources.put(arn, `${canary}-2`);
      await clients.secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
      await sources.nudge(arn);

      await log.outcome(arn, { outcome: "refused", reason: "deletion-unclaimed" });
      await goesOff("deletion-unclaimed");
    });

    it("tell of days without a sweep, and end with one", async () => {
      // Nobody waits for a day, and the emulator takes no missing data for anything: a count of none is put in its place.
      const { clients, system } = bench();
      const Dimensions = [{ Name: "service", Value: system().functionName }];
      for (const MetricName of ["sweep", "sweep:all"]) {
        const MetricData = [{ MetricName, Dimensions, Unit: "Count", Value: 0 }];
        await onCall.aws.json("monitoring", "PutMetricData", { Namespace: "Homing", MetricData });
      }
      await goesOff("no-sweep");
      await goesOff("no-full-sweep");

      const FunctionName = system().outputs["sweeperFunctionName"];
      const Payload = Buffer.from(JSON.stringify({ sweep: "all" }));
      const { FunctionError } = await clients.lambda.send(new InvokeCommand({ FunctionName, Payload }));

      assert.equal(FunctionError, undefined);
      await eventually(
        async () => ((await onCall.alarmsOn()).some((key) => key.includes("sweep")) ? undefined : true),
        () => "the alarms on sweeps are still on",
      );
    });

    it("tell of deletions that no mover watches over, from a sweeper that sends nothing", async () => {
      const { clients, system } = bench();
      await moved("alarms/unwatched");
      const FunctionName = system().outputs["sweeperFunctionName"];
      const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const setEnabled = async (HOMING_ENABLED: string): Promise<void> => {
        const Variables = { ...Environment?.Variables, HOMING_ENABLED };
        await clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
      };
      await setEnabled("false");
      const Payload = Buffer.from(JSON.stringify({ sweep: "all" }));
      const { FunctionError, Payload: answer = [] } = await clients.lambda
        .send(new InvokeCommand({ FunctionName, Payload }))
        .finally(() => setEnabled("true"));

      assert.equal(FunctionError, undefined);
      const { sent, unwatched } = JSON.parse(Buffer.from(answer).toString("utf8")) as SweepReport;
      assert.equal(sent, 0);
      assert.ok((unwatched?.secrets ?? 0) > 0, "none was counted");
      await goesOff("unwatched");

      // What ends soon is counted in the same way; nobody waits for weeks.
      await onCall.aws.json("monitoring", "PutMetricData", {
        Namespace: "Homing",
        MetricData: [
          {
            MetricName: "unwatched-ending",
            Dimensions: [{ Name: "service", Value: system().functionName }],
            Unit: "Count",
            Value: 1,
          },
        ],
      });
      await goesOff("unwatched-ending");
    });

    it("were all heard", () => {
      const prefix = `${bench().system().functionName}-`;
      const names = new Set(onCall.heard.map(({ AlarmName }) => AlarmName));

      assert.deepEqual([...names].sort(), moverAlarms.map(({ key }) => prefix + key).sort());
    });
  });
}
