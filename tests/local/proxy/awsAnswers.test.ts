import * as assert from "node:assert/strict";
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RotateSecretCommand,
  StopReplicationToReplicaCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { amendments, openGaps } from "../../../local/proxy/awsAnswers";
import { refusal, startCloud } from "./cloud";
import type { Cloud } from "./cloud";

describe("what AWS answers otherwise than the emulator", function () {
  this.timeout(180_000);
  let cloud: Cloud;
  let secrets: SecretsManagerClient;
  let stranger: SecretsManagerClient;

  before(async () => {
    cloud = await startCloud();
    secrets = cloud.secrets();
    const nothing = await cloud.role("stranger", [{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);
    stranger = cloud.secrets(await cloud.session(nothing, "s"));
  });

  after(() => cloud.stop());

  it("has a test below for each line of the table", () => {
    assert.deepEqual(
      amendments.map(({ name }) => name),
      [
        "a secret without a value has no version",
        "only fields that have a value",
        "deprecated versions are left out",
        "CancelRotateSecret",
        "RemoveRegionsFromReplication",
        "words of errors",
      ],
    );
  });

  describe("a secret without a value has no version", () => {
    it("until the first one is put", async () => {
      const created = await secrets.send(new CreateSecretCommand({ Name: "empty", Description: "waits" }));

      assert.equal(created.VersionId, undefined);
      assert.deepEqual(await refusal(secrets.send(new GetSecretValueCommand({ SecretId: "empty" }))), {
        name: "ResourceNotFoundException",
        message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      });
      assert.ok(!("VersionIdsToStages" in (await secrets.send(new DescribeSecretCommand({ SecretId: "empty" })))));
      const { SecretList } = await secrets.send(new ListSecretsCommand({}));
      const listed = SecretList?.find(({ Name }) => Name === "empty");
      assert.ok(listed !== undefined && !("SecretVersionsToStages" in listed));

      const { VersionId } = await secrets.send(new PutSecretValueCommand({ SecretId: "empty", SecretString: "now" }));

      const described = await secrets.send(new DescribeSecretCommand({ SecretId: "empty" }));
      assert.deepEqual(described.VersionIdsToStages, { [VersionId ?? ""]: ["AWSCURRENT"] });
      const { Versions } = await secrets.send(new ListSecretVersionIdsCommand({ SecretId: "empty" }));
      assert.deepEqual(
        Versions?.map((one) => one.VersionId),
        [VersionId],
      );
    });

    it("whose caller may do nothing but create it", async () => {
      const arn = await cloud.role("creator", [
        { Effect: "Allow", Action: "secretsmanager:CreateSecret", Resource: "*" },
      ]);
      const creator = cloud.secrets(await cloud.session(arn, "c"));

      assert.equal((await creator.send(new CreateSecretCommand({ Name: "empty-2" }))).VersionId, undefined);
    });
  });

  it("only fields that have a value are in a description", async () => {
    await secrets.send(new CreateSecretCommand({ Name: "bare", SecretString: "x" }));

    const described = await secrets.send(new DescribeSecretCommand({ SecretId: "bare" }));

    assert.ok(!("LastAccessedDate" in described) && !("DeletedDate" in described));
  });

  it("deprecated versions are left out unless they are asked for", async () => {
    await secrets.send(new CreateSecretCommand({ Name: "old" }));
    const list = async (IncludeDeprecated: boolean) =>
      (await secrets.send(new ListSecretVersionIdsCommand({ SecretId: "old", IncludeDeprecated }))).Versions?.length;

    assert.deepEqual([await list(false), await list(true)], [0, 1]);
  });

  describe("CancelRotateSecret", () => {
    const enabled = async (): Promise<boolean | undefined> =>
      (await secrets.send(new DescribeSecretCommand({ SecretId: "rotating" }))).RotationEnabled;

    before(async () => {
      await secrets.send(new CreateSecretCommand({ Name: "rotating", SecretString: "x" }));
      await secrets.send(
        new RotateSecretCommand({ SecretId: "rotating", RotationRules: { AutomaticallyAfterDays: 30 } }),
      );
    });

    it("turns rotation off until it is turned on again", async () => {
      assert.equal(await enabled(), true);
      const { Name } = await secrets.send(new CancelRotateSecretCommand({ SecretId: "rotating" }));

      assert.equal(Name, "rotating");
      assert.equal(await enabled(), false);
      await secrets.send(new RotateSecretCommand({ SecretId: "rotating" }));
      assert.equal(await enabled(), true);
    });

    it("needs the permission, and a secret that is there", async () => {
      const cancel = (SecretId: string) => new CancelRotateSecretCommand({ SecretId });

      assert.equal((await refusal(stranger.send(cancel("rotating")))).name, "AccessDeniedException");
      assert.equal(await enabled(), true);
      assert.equal((await refusal(secrets.send(cancel("absent")))).name, "ResourceNotFoundException");
    });
  });

  describe("RemoveRegionsFromReplication", () => {
    let arn: string;
    const remove = (...RemoveReplicaRegions: string[]) =>
      new RemoveRegionsFromReplicationCommand({ SecretId: arn, RemoveReplicaRegions });

    before(async () => {
      arn = (await secrets.send(new CreateSecretCommand({ Name: "spread", SecretString: "x" }))).ARN ?? "";
      const AddReplicaRegions = [{ Region: "eu-west-1" }, { Region: "eu-west-2" }];
      await secrets.send(new ReplicateSecretToRegionsCommand({ SecretId: arn, AddReplicaRegions }));
    });

    it("needs the permission", async () => {
      assert.equal((await refusal(stranger.send(remove("eu-west-1")))).name, "AccessDeniedException");
    });

    it("finds replicas in sync, as the emulator makes them", async () => {
      const { ReplicationStatus } = await secrets.send(new DescribeSecretCommand({ SecretId: arn }));

      assert.deepEqual(
        ReplicationStatus?.map(({ Region, Status }) => [Region, Status]),
        [
          ["eu-west-1", "InSync"],
          ["eu-west-2", "InSync"],
        ],
      );
    });

    it("deletes the replica there and leaves the others and the primary", async () => {
      const { ReplicationStatus } = await secrets.send(remove("eu-west-1", "ap-south-1"));

      assert.deepEqual(
        ReplicationStatus?.map(({ Region }) => Region),
        ["eu-west-2"],
      );
      const get = new GetSecretValueCommand({ SecretId: "spread" });
      const gone = await refusal(cloud.secrets(undefined, "eu-west-1").send(get));
      assert.equal(gone.name, "ResourceNotFoundException");
      assert.equal((await cloud.secrets(undefined, "eu-west-2").send(get)).SecretString, "x");
      assert.equal((await secrets.send(get)).ARN, arn);
    });

    it("of all regions makes the secret deletable", async () => {
      await secrets.send(remove("eu-west-2"));

      await secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
    });
  });

  describe("words of errors", () => {
    it("about a version that is not there", async () => {
      const VersionId = "00000000-0000-4000-8000-000000000000";

      assert.deepEqual(await refusal(secrets.send(new GetSecretValueCommand({ SecretId: "bare", VersionId }))), {
        name: "ResourceNotFoundException",
        message: `Secrets Manager can't find the specified secret value for VersionId: ${VersionId}`,
      });
    });

    it("about a write to a replica", async () => {
      const { ARN } = await secrets.send(new CreateSecretCommand({ Name: "primary", SecretString: "x" }));
      const AddReplicaRegions = [{ Region: "eu-west-1" }];
      await secrets.send(new ReplicateSecretToRegionsCommand({ SecretId: ARN, AddReplicaRegions }));
      const tag = new TagResourceCommand({ SecretId: "primary", Tags: [{ Key: "k", Value: "v" }] });

      assert.deepEqual(await refusal(cloud.secrets(undefined, "eu-west-1").send(tag)), {
        name: "InvalidParameterException",
        message: "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      });
    });
  });

  it("leaves StopReplicationToReplica to the emulator, which lacks it, and says so", async () => {
    const stop = new StopReplicationToReplicaCommand({ SecretId: "bare" });

    assert.match((await refusal(secrets.send(stop))).message, /Unknown action/);
    assert.ok(openGaps.some(({ name }) => name === "StopReplicationToReplica"));
  });

  it("leaves the first VersionId to the emulator, and says so", async () => {
    const ClientRequestToken = "7d2b0f1e-0000-4000-8000-000000000002";
    const created = await secrets.send(
      new CreateSecretCommand({ Name: "first", SecretString: "x", ClientRequestToken }),
    );

    assert.notEqual(created.VersionId, ClientRequestToken);
    assert.ok(openGaps.some(({ name }) => name === "the request token of CreateSecret and UpdateSecret"));
  });
});
