import * as assert from "node:assert/strict";

import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { awsClient } from "../../../local/providers/aws/client";
import type { SweepKind, SweepReport } from "../../../runtime/sweeper/sweep";
import type { Bench } from "../support/bench";
import { clientsOf } from "../support/clients";
import { drained } from "../support/drained";
import { eventually } from "../support/eventually";
import { sessionOfFunction } from "../support/probe";
import type { Created } from "../support/sources";

/** First of all: it counts the secrets of the account. */
export function describeSweep(bench: () => Bench): void {
  describe("the sweep", () => {
    const silent = (): SecretsManagerClient => bench().clients.silent;
    const sweeper = (): string => bench().system().outputs["sweeperFunctionName"] ?? "";

    async function invoke(payload: unknown): Promise<{ readonly failed: boolean; readonly answer: unknown }> {
      const { FunctionError, Payload } = await bench().clients.lambda.send(
        new InvokeCommand({ FunctionName: sweeper(), Payload: Buffer.from(JSON.stringify(payload)) }),
      );
      return { failed: FunctionError !== undefined, answer: JSON.parse(Buffer.from(Payload ?? []).toString("utf8")) };
    }

    async function sweep(kind: SweepKind): Promise<SweepReport> {
      const { failed, answer } = await invoke({ sweep: kind });
      assert.equal(failed, false, JSON.stringify(answer));
      return answer as SweepReport;
    }

    /** A secret of whose creation no event came. */
    async function createSilently(Name: string, SecretString: string): Promise<Created> {
      const { ARN = "", VersionId = "" } = await silent().send(new CreateSecretCommand({ Name, SecretString }));
      return { arn: ARN, versionId: VersionId };
    }

    async function movedSilently(name: string): Promise<Created> {
      const made = await createSilently(name, bench().canary);
      await sweep("recent");
      await bench().log.outcome(made.arn, { outcome: "moved" });
      return made;
    }

    /** Takes the label away that tells of a deletion: a look at a finished move writes it again. */
    async function forget(name: string, { arn }: Created): Promise<void> {
      const { homes, home, sources } = bench();
      await sources.ageDeletion(arn, 20);
      await homes.label(home(name), { deleted: null });
    }
    const deletedLabel = async (name: string): Promise<string | undefined> =>
      (await bench().homes.metadata(bench().home(name)))?.custom_metadata?.["deleted"];

    it("moves a secret whose event was lost", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn } = await createSilently("sweep/lost", canary);
      assert.equal(await sources.isScheduled(arn), false);

      const report = await sweep("recent");

      assert.deepEqual(report, { sweep: "recent", pages: 1, listed: 1, sent: 1 });
      await log.outcome(arn, { outcome: "moved" });
      assert.deepEqual((await homes.read(home("sweep/lost")))?.data, { value: canary });
      assert.equal(await sources.isScheduled(arn), true);
    });

    it("copies a new value whose event was lost", async () => {
      const { homes, home, log, canary } = bench();
      const { arn } = await createSilently("copied/lost", canary);
      await sweep("recent");
      await log.outcome(arn, { outcome: "copied" });

      const put = new PutSecretValueCommand({ SecretId: arn, SecretString: `${canary}-2` });
      const { VersionId: versionId = "" } = await silent().send(put);
      await sweep("recent");

      await log.outcome(arn, { outcome: "copied", versionId });
      assert.deepEqual((await homes.read(home("copied/lost")))?.data, { value: `${canary}-2` });
    });

    it("leaves out exempt names and, of scheduled deletions, all but the mover's own", async () => {
      const { log } = bench();
      await createSilently("exempt/lost", "kept");
      const { arn: deleted } = await createSilently("sweep/deleted-by-a-person", "kept");
      await silent().send(new DeleteSecretCommand({ SecretId: deleted, RecoveryWindowInDays: 7 }));

      const all = await sweep("all");

      assert.deepEqual([all.pages, all.listed - all.sent], [1, 2]);
      await drained(bench());
      assert.deepEqual(await log.outcomesOf(deleted), []);
    });

    it("of everything has a finished move checked late", async () => {
      const { log } = bench();
      const made = await movedSilently("sweep/checked");
      await forget("sweep/checked", made);

      await sweep("all");

      await log.outcome(made.arn, { outcome: "unchanged", reason: "already-moved" });
      await eventually(
        () => deletedLabel("sweep/checked"),
        () => "the home does not tell of the deletion",
      );
    });

    it("of what is recent does not look at deletions", async () => {
      const made = await movedSilently("sweep/unchecked");
      await forget("sweep/unchecked", made);

      await sweep("recent");

      await drained(bench());
      assert.equal(await deletedLabel("sweep/unchecked"), undefined);
    });

    it("of everything brings a secret back whose home is gone", async () => {
      const { home, homes, log, sources } = bench();
      const made = await movedSilently("sweep/gone");
      await sources.ageDeletion(made.arn, 20);
      await homes.purge(home("sweep/gone"));

      await sweep("all");

      await log.outcome(made.arn, { restored: "home-gone" });
      assert.notEqual(await homes.read(home("sweep/gone")), undefined);
      await drained(bench());
      assert.equal((await sources.describe(made.arn)).Name, "sweep/gone");
    });

    it("changes nothing when it comes a second time", async () => {
      const { clients, log, homes, home } = bench();
      await sweep("all");
      await drained(bench());
      const state = async (): Promise<unknown> => ({
        secrets: (await silent().send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList?.map(
          ({ ARN, DeletedDate, SecretVersionsToStages, Tags }) => ({ ARN, DeletedDate, SecretVersionsToStages, Tags }),
        ),
        homes: await Promise.all(["sweep/lost", "copied/lost", "sweep/gone"].map((name) => homes.metadata(home(name)))),
      });
      const before = await state();
      const looks = async (): Promise<number> =>
        (await log.records()).filter(({ outcome }) => outcome !== undefined).length;
      const seen = await looks();

      const { sent } = await sweep("all");

      await drained(bench());
      // A message may be delivered twice.
      assert.ok((await looks()) >= seen + sent, "every secret was looked at once more");
      assert.deepEqual(await state(), before);
      const { Attributes = {} } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: bench().system().deadLetterQueueUrl, AttributeNames: ["All"] }),
      );
      assert.equal(Attributes["ApproximateNumberOfMessages"], "0");
    });

    it("refuses an event that is none of its two, and says what it takes", async () => {
      const { failed, answer } = await invoke({ sweep: "everything" });

      assert.equal(failed, true);
      assert.match((answer as { errorMessage: string }).errorMessage, /\{"sweep":"recent"\} or \{"sweep":"all"\}/);
    });

    it("counts itself under the mover's name when it ended well", async () => {
      const { awsEndpoint, region, functionName } = bench().system();
      const aws = awsClient({
        AWS_ENDPOINT_URL: awsEndpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      });
      const counted = async (MetricName: string): Promise<number> => {
        const { Datapoints } = await aws.json("monitoring", "GetMetricStatistics", {
          Namespace: "Homing",
          MetricName,
          Dimensions: [{ Name: "service", Value: functionName }],
          StartTime: (Date.now() - 600_000) / 1_000,
          EndTime: (Date.now() + 60_000) / 1_000,
          Period: 3_600,
          Statistics: ["Sum"],
        });
        return (Datapoints as { Sum: number }[]).reduce((sum, { Sum }) => sum + Sum, 0);
      };
      for (const metric of ["sweep", "sweep:all", "sweep:recent", "sweep-secrets"]) {
        await eventually(
          async () => ((await counted(metric)) > 0 ? true : undefined),
          () => `${metric} did not move`,
        );
      }
    });

    describe("as its role", () => {
      it("is given to Lambda only", async () => {
        const RoleArn = bench().system().outputs["sweeperRoleArn"];

        await assert.rejects(bench().clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "person" })), {
          name: /^AccessDenied/,
        });
      });

      it("may list and send, and can't read, describe, change, delete or restore a secret, nor read the queue", async () => {
        const { clients, system, sources, canary } = bench();
        const { arn } = await sources.createHeld("sweep/forbidden", canary);
        const session = await sessionOfFunction(clients, "sweep-probe", system().outputs["sweeperRoleArn"] ?? "");
        const own = clientsOf(system(), session);
        const denied = { name: /^AccessDenied/ };
        const { queueUrl: QueueUrl, deadLetterQueueUrl } = system();

        await own.secrets.send(new ListSecretsCommand({}));
        await own.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ secretId: arn }) }));

        const SecretId = arn;
        await assert.rejects(own.secrets.send(new GetSecretValueCommand({ SecretId })), denied);
        await assert.rejects(own.secrets.send(new DescribeSecretCommand({ SecretId })), denied);
        await assert.rejects(own.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: "x" })), denied);
        await assert.rejects(own.secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 30 })), denied);
        await assert.rejects(own.secrets.send(new RestoreSecretCommand({ SecretId })), denied);
        await assert.rejects(
          own.secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: "vault-mover", Value: "x" }] })),
          denied,
        );
        await assert.rejects(own.sqs.send(new ReceiveMessageCommand({ QueueUrl })), denied);
        await assert.rejects(
          own.sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: "{}" })),
          denied,
        );
        own.destroy();
      });
    });

    it("is turned off with its alarms by a setting", async () => {
      const changes = await bench().cloud.preview({ sweepEnabled: "false" });

      assert.equal(changes["delete"], 4, "the alarms that sweeps feed");
      assert.ok(changes["update"]);
    });
  });
}
