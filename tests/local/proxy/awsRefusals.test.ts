import * as assert from "node:assert/strict";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { refusals } from "../../../local/proxy/awsRefusals";
import { account, refusal, region, startCloud } from "./cloud";
import type { Cloud } from "./cloud";

const allowAll = { Effect: "Allow", Action: "secretsmanager:*", Resource: "*" };
const onKey = (operator: string, key: string, value: string) => ({
  Effect: "Deny",
  Action: "secretsmanager:DeleteSecret",
  Resource: "*",
  Condition: { [operator]: { [`secretsmanager:${key}`]: value } },
});

describe("what AWS refuses and the emulator does not", function () {
  this.timeout(180_000);
  let cloud: Cloud;
  let secrets: SecretsManagerClient;
  let stranger: SecretsManagerClient;
  let forger: SecretsManagerClient;

  const existing = async (name: string): Promise<string> => {
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: name, SecretString: "first" }));
    return ARN ?? "";
  };

  before(async () => {
    cloud = await startCloud();
    secrets = cloud.secrets();
    const nothing = await cloud.role("stranger", [{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);
    stranger = cloud.secrets(await cloud.session(nothing, "s"));
    forger = cloud.secrets({ ...(await cloud.session(nothing, "f")), secretAccessKey: "wrong" });
  });

  after(() => cloud.stop());

  it("has a test below for each refusal of the table", () => {
    assert.deepEqual(
      refusals.map(({ name }) => name),
      [
        "limits of names and values",
        "condition keys of DeleteSecret",
        "a secret with replicas stays",
        "a request token is used once",
      ],
    );
  });

  describe("limits of names and values", () => {
    const name = (Name: string) => new CreateSecretCommand({ Name, SecretString: "x" });
    const value = (SecretString: string) => new CreateSecretCommand({ Name: "limit", SecretString });
    const table = [
      [
        "a name with a character outside the set",
        name("a b"),
        "ValidationException",
        /^Invalid name\. Must be a valid name/,
      ],
      ["a name of 513 characters", name("n".repeat(513)), "ValidationException", /'name'.*less than or equal to 512/],
      ["a value of 65,537 characters", value("v".repeat(65_537)), "ValidationException", /'secretString'.*65536/],
      ["a value of more bytes than characters", value("é".repeat(40_000)), "InvalidParameterException", /65536 bytes/],
      ["an empty value", value(""), "ValidationException", /greater than or equal to 1/],
    ] as const;
    for (const [what, command, code, message] of table) {
      it(`refuse ${what}, and make no secret`, async () => {
        const refused = await refusal(secrets.send(command));

        assert.equal(refused.name, code);
        assert.match(refused.message, message);
        assert.ok(!refused.message.includes("vvv") && !refused.message.includes("éé"));
        const { body } = await cloud.emulator.rootJson(region, "secretsmanager.ListSecrets", {});
        assert.ok(!JSON.stringify(body).includes("limit"));
      });
    }

    it("refuse a new value that is too long", async () => {
      await existing("too-long");
      const SecretBinary = new Uint8Array(65_537);

      const put = await refusal(secrets.send(new PutSecretValueCommand({ SecretId: "too-long", SecretBinary })));
      const update = await refusal(secrets.send(new UpdateSecretCommand({ SecretId: "too-long", SecretBinary })));

      assert.deepEqual([put.name, update.name], ["ValidationException", "ValidationException"]);
    });

    it("let the longest name and value pass", async () => {
      const Name = `${"/_+=.@!-".repeat(4)}${"n".repeat(480)}`;
      await secrets.send(new CreateSecretCommand({ Name, SecretString: "v".repeat(65_536) }));

      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: Name }));

      assert.equal(SecretString?.length, 65_536);
    });

    it("tell a forger nothing", async () => {
      assert.equal((await refusal(forger.send(name("a b")))).name, "InvalidSignatureException");
    });
  });

  describe("condition keys of DeleteSecret", () => {
    let bound: SecretsManagerClient;

    before(async () => {
      const arn = await cloud.role("bound", [
        allowAll,
        onKey("Bool", "ForceDeleteWithoutRecovery", "true"),
        onKey("NumericLessThan", "RecoveryWindowInDays", "14"),
      ]);
      bound = cloud.secrets(await cloud.session(arn, "run"));
    });

    it("forbid a force-delete, in AWS's words", async () => {
      const arn = await existing("forced");

      const refused = await refusal(
        bound.send(new DeleteSecretCommand({ SecretId: "forced", ForceDeleteWithoutRecovery: true })),
      );

      assert.deepEqual(refused, {
        name: "AccessDeniedException",
        message:
          `User: arn:aws:sts::${account}:assumed-role/bound/run is not authorized to perform: secretsmanager:DeleteSecret ` +
          `on resource: ${arn} with an explicit deny in an identity-based policy`,
      });
      assert.equal((await secrets.send(new GetSecretValueCommand({ SecretId: "forced" }))).SecretString, "first");
    });

    it("forbid a short window and allow a long one", async () => {
      const SecretId = await existing("window");

      const short = await refusal(bound.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 13 })));
      const { DeletionDate } = await bound.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 14 }));

      assert.equal(short.name, "AccessDeniedException");
      assert.ok(DeletionDate !== undefined);
    });

    it("are read in attached policies too", async () => {
      const document = JSON.stringify({
        Version: "2012-10-17",
        Statement: [onKey("Bool", "ForceDeleteWithoutRecovery", "true")],
      });
      const version = "2010-05-08";
      const create = { Action: "CreatePolicy", Version: version, PolicyName: "no-force", PolicyDocument: document };
      await cloud.emulator.rootQuery("iam", create);
      const arn = await cloud.role("attached", [allowAll]);
      const PolicyArn = `arn:aws:iam::${account}:policy/no-force`;
      await cloud.emulator.rootQuery("iam", {
        Action: "AttachRolePolicy",
        Version: version,
        RoleName: "attached",
        PolicyArn,
      });
      await existing("attached");

      const client = cloud.secrets(await cloud.session(arn, "run"));
      const command = new DeleteSecretCommand({ SecretId: "attached", ForceDeleteWithoutRecovery: true });

      assert.equal((await refusal(client.send(command))).name, "AccessDeniedException");
    });

    it("do not touch other callers", async () => {
      await existing("by-root");

      await secrets.send(new DeleteSecretCommand({ SecretId: "by-root", ForceDeleteWithoutRecovery: true }));
    });
  });

  describe("a secret with replicas stays", () => {
    let arn: string;

    before(async () => {
      arn = await existing("replicated");
      const AddReplicaRegions = [{ Region: "eu-west-1" }, { Region: "eu-west-2" }];
      await secrets.send(new ReplicateSecretToRegionsCommand({ SecretId: arn, AddReplicaRegions }));
    });

    for (const [how, over] of [
      ["with a window", { RecoveryWindowInDays: 30 }],
      ["without any", {}],
      ["by force", { ForceDeleteWithoutRecovery: true }],
    ] as const) {
      it(`when it is deleted ${how}`, async () => {
        assert.deepEqual(await refusal(secrets.send(new DeleteSecretCommand({ SecretId: arn, ...over }))), {
          name: "InvalidParameterException",
          message: `You can't delete secret ${arn} that still has replica regions [eu-west-1, eu-west-2].`,
        });
        assert.equal((await secrets.send(new DescribeSecretCommand({ SecretId: arn }))).DeletedDate, undefined);
      });
    }

    it("and who may not delete it is told only that", async () => {
      const command = new DeleteSecretCommand({ SecretId: arn });

      assert.equal((await refusal(stranger.send(command))).name, "AccessDeniedException");
      assert.equal((await refusal(forger.send(command))).name, "InvalidSignatureException");
    });
  });

  /** As the mover's role has them: these the emulator evaluates itself. */
  describe("an Allow for what carries a tag", () => {
    let tagged: SecretsManagerClient;
    const denied = { name: "AccessDeniedException" };
    const tag = (SecretId: string, Value: string) =>
      secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: "vault-mover", Value }] }));
    const remove = (SecretId: string) => tagged.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 30 }));
    const restore = (SecretId: string) => tagged.send(new RestoreSecretCommand({ SecretId }));

    before(async () => {
      const allow = (Action: string) => ({
        Effect: "Allow",
        Action,
        Resource: `arn:aws:secretsmanager:${region}:${account}:secret:tagged/*`,
        Condition: { StringLike: { "aws:ResourceTag/vault-mover": ["1/0a1b2c3d/*"] } },
      });
      const arn = await cloud.role("tagger", [
        allow("secretsmanager:DeleteSecret"),
        allow("secretsmanager:RestoreSecret"),
      ]);
      tagged = cloud.secrets(await cloud.session(arn, "run"));
    });

    it("lets nothing else be deleted: none, another's, the word again, one that only looks like it", async () => {
      const arn = await existing("tagged/delete");
      await assert.rejects(remove(arn), denied);
      for (const value of ["1/ffffffff/0/d", "again", "2/0a1b2c3d/0/d", "x1/0a1b2c3d/0/d", "1/0A1B2C3D/0/d"]) {
        await tag(arn, value);
        await assert.rejects(remove(arn), denied, value);
      }
      await tag(arn, "1/0a1b2c3d/0/d");

      await remove(arn);

      assert.ok((await secrets.send(new DescribeSecretCommand({ SecretId: arn }))).DeletedDate);
    });

    it("lets nothing else be restored", async () => {
      const [own, other] = [await existing("tagged/own"), await existing("tagged/other")];
      await tag(own, "1/0a1b2c3d/0/d");
      await tag(other, "1/ffffffff/0/d");
      for (const SecretId of [own, other]) await secrets.send(new DeleteSecretCommand({ SecretId }));

      await assert.rejects(restore(other), denied);
      await restore(own);

      assert.equal((await secrets.send(new DescribeSecretCommand({ SecretId: own }))).DeletedDate, undefined);
      assert.ok((await secrets.send(new DescribeSecretCommand({ SecretId: other }))).DeletedDate);
    });

    it("is asked before the replicas are: without the tag nobody learns of them", async () => {
      const arn = await existing("tagged/replicated");
      const AddReplicaRegions = [{ Region: "eu-west-1" }];
      await secrets.send(new ReplicateSecretToRegionsCommand({ SecretId: arn, AddReplicaRegions }));
      await assert.rejects(remove(arn), denied);
      await tag(arn, "1/0a1b2c3d/0/d");

      await assert.rejects(remove(arn), { name: "InvalidParameterException" });
    });
  });

  describe("a request token is used once", () => {
    const token = "7d2b0f1e-0000-4000-8000-000000000001";
    const put = (SecretString: string) =>
      new PutSecretValueCommand({ SecretId: "token", SecretString, ClientRequestToken: token });

    before(async () => {
      await existing("token");
      await secrets.send(put("second"));
    });

    it("for another value it is refused, and the version stays", async () => {
      const refused = await refusal(secrets.send(put("third")));

      assert.equal(refused.name, "ResourceExistsException");
      assert.ok(!refused.message.includes("third") && !refused.message.includes("second"));
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: "token" }));
      assert.equal(SecretString, "second");
    });

    it("for the same value it is a success that changes nothing", async () => {
      const { VersionId, VersionStages } = await secrets.send(put("second"));

      assert.deepEqual({ VersionId, VersionStages }, { VersionId: token, VersionStages: ["AWSCURRENT"] });
    });

    it("and who may not write learns nothing about versions", async () => {
      assert.equal((await refusal(stranger.send(put("third")))).name, "AccessDeniedException");
      assert.equal((await refusal(forger.send(put("third")))).name, "InvalidSignatureException");
    });
  });
});
