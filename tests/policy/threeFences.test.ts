import { equal, ok, rejects } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { fenceDocument } from "../../components/fence/fenceDocument";
import { emulatorAccount, startEmulator } from "../../local/emulator";
import type { Emulator } from "../../local/emulator";
import { installTools } from "../../local/tools";
import { noSecretsManagerSecret } from "../../policy/rules/noSecretsManagerSecret";
import { absentHome } from "../../runtime/model/home";
import { decide } from "../../runtime/mover/decide";
import { isAllowed, statementsOf } from "../security/iamEvaluator";
import { moverSettings, sourceOf, startTime } from "../support/builders";
import { judge } from "./support/judge";

const { accountId, region } = emulatorAccount;
const list = { exemptNames: ["legacy/*", "shared/one", "*-kept"], serviceReadNames: ["glue/*"] };
const freeUser = "ci-deploy";
const tagger = "homing-mover";
const document = fenceDocument({
  ...list,
  partition: "aws",
  regions: [region],
  principals: [`arn:aws:iam::${accountId}:user/ci-*`],
  taggers: [`arn:aws:iam::*:user/${tagger}`],
});
const statements = statementsOf(document.Statement);

interface Row {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether it may stay in Secrets Manager. */
  readonly stays: boolean;
  /** The emulator doesn't evaluate `secretsmanager:Name`, which tells these two apart at their creation. */
  readonly beyondEmulator?: true;
}

const table: readonly Row[] = [
  { name: "app/db", stays: false },
  { name: "app/db", tags: { "vault-mover-mode": "exempt" }, stays: true },
  { name: "app/db", tags: { "Vault-Mover-Mode": "exempt" }, stays: true, beyondEmulator: true },
  { name: "app/db", tags: { "vault-mover-mode": "copy" }, stays: false },
  { name: "app/db", tags: { "vault-mover-mode": "Exempt" }, stays: false },
  { name: "app/db", tags: { "Vault-Mover-Mode-x": "exempt" }, stays: false },
  { name: "app/db", tags: { team: "exempt" }, stays: false },
  { name: "legacy/db", stays: true },
  { name: "legacy/a/b/c", stays: true },
  { name: "legacy", stays: false },
  { name: "legacydb", stays: false },
  { name: "x/legacy/db", stays: false },
  { name: "shared/one", stays: true },
  { name: "shared/one/more", stays: false },
  { name: "shared/one-", stays: false },
  { name: "shared/one-second", stays: false, beyondEmulator: true },
  { name: "app/x-kept", stays: true },
  { name: "app/x-kept-not", stays: false },
  { name: "glue/x", stays: true },
  { name: "ecr-pullthroughcache/hub", stays: true },
  { name: "AmazonMSK_cluster", stays: true },
  { name: "rds!cluster-1", stays: true },
  { name: "app/../legacy/db", stays: false },
];

/** Tags that are written: the key, the value, and whether anybody may. */
const tagWrites: readonly (readonly [string, string, boolean])[] = [
  ["vault-mover", "again", true],
  ["vault-mover", "again ", false],
  ["vault-mover", "Again", false],
  ["vault-mover", "1/0a1b2c3d/0000/b", false],
  ["Vault-Mover", "1/0a1b2c3d/0000/b", false],
  ["vault-mover-mode", "copy", true],
  ["vault-movers", "1/0a1b2c3d", true],
];

const inWords = ({ name, tags }: Row): string =>
  `${name}${tags === undefined ? "" : ` tagged ${JSON.stringify(tags)}`}`;

const allowedByPack = ({ name, tags = {} }: Row): boolean =>
  judge(noSecretsManagerSecret, { type: "aws:secretsmanager/secret:Secret", props: { name, tags } }, list).length === 0;

function leftByMover({ name, tags = {} }: Row): boolean {
  const decision = decide(sourceOf({ name, tags }), absentHome, moverSettings(list), { now: startTime });
  return decision.act === "stop" && decision.outcome === "skipped" && /^(exempt|service-)/.test(decision.reason);
}

const keysOf = (kind: "RequestTag" | "ResourceTag", { tags = {} }: Row): Record<string, string> => ({
  "aws:RequestedRegion": region,
  "aws:PrincipalArn": `arn:aws:iam::${accountId}:user/dev`,
  ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:${kind}/${key}`, value])),
});
const arnOf = (name: string): string => `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}`;

/** CreateSecret as AWS may state it: with the name as a key of its own, and with or without a suffix in the ARN. */
const creations = (row: Row) =>
  [arnOf(row.name), `${arnOf(row.name)}-AbCdEf`].map((resource) => ({
    action: "secretsmanager:CreateSecret",
    resource,
    keys: { ...keysOf("RequestTag", row), "secretsmanager:Name": row.name },
  }));
const changes = (row: Row) =>
  [
    "PutSecretValue",
    "UpdateSecret",
    "UpdateSecretVersionStage",
    "ReplicateSecretToRegions",
    "AssociateCrossAccountReplica",
  ].map((action) => ({
    action: `secretsmanager:${action}`,
    resource: `${arnOf(row.name)}-AbCdEf`,
    keys: keysOf("ResourceTag", row),
  }));

describe("one exemption list and three fences", function () {
  this.timeout(300_000);

  for (const row of table) {
    it(`${row.stays ? "all leave" : "all refuse"} ${inWords(row)}`, () => {
      equal(allowedByPack(row), row.stays, "the policy pack");
      equal(leftByMover(row), row.stays, "the mover");
      for (const ask of [...creations(row), ...changes(row)]) {
        equal(isAllowed(statements, ask), row.stays, `the document on ${ask.action} of ${ask.resource}`);
      }
    });
  }

  it("leave principals and other regions to the document alone", () => {
    const [row] = table;
    ok(row);
    const [ask] = creations(row);
    ok(ask);
    const as = (keys: Record<string, string>): boolean =>
      isAllowed(statements, { ...ask, keys: { ...ask.keys, ...keys } });

    equal(as({}), false);
    equal(as({ "aws:PrincipalArn": `arn:aws:iam::${accountId}:user/ci-deploy` }), true);
    equal(as({ "aws:PrincipalArn": `arn:aws:iam::${accountId}:user/x/ci-deploy` }), false);
    equal(as({ "aws:RequestedRegion": "eu-north-1" }), true);
  });

  describe("on the emulator's IAM, as a permissions boundary", () => {
    let folder: string;
    let emulator: Emulator | undefined;
    const clients: Record<string, SecretsManagerClient> = {};
    const clientOf = (user: string): SecretsManagerClient => {
      const client = clients[user];
      if (client === undefined) throw new Error(`no client of ${user}`);
      return client;
    };

    before(async function () {
      this.timeout(900_000);
      const progress = (line: string): void => {
        console.error(line);
      };
      const tools = await installTools({ server: "openbao", vaultAwsPlugin: false, progress });
      folder = mkdtempSync(join(tmpdir(), "homing-fence-"));
      emulator = await startEmulator({ tools, directory: folder, environment: {} });
      const { endpoint } = emulator;
      const root = { region, endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
      clients["root"] = new SecretsManagerClient(root);
      const iam = new IAMClient(root);
      const PolicyDocument = JSON.stringify(document);
      const { Policy } = await iam.send(
        new CreatePolicyCommand({ PolicyName: "fence", Path: "/boundary/", PolicyDocument }),
      );
      for (const UserName of ["dev", freeUser, tagger]) {
        await iam.send(new CreateUserCommand({ UserName }));
        const all = { Effect: "Allow", Action: "*", Resource: "*" };
        // The emulator looks up a secret's tags only for who has a policy of its own that names such a key.
        const byTag = { ...all, Condition: { StringEquals: { "aws:ResourceTag/team": "dev" } } };
        const everything = { Version: "2012-10-17", Statement: [all, byTag] };
        await iam.send(
          new PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument: JSON.stringify(everything) }),
        );
        await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: Policy?.Arn }));
        const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
        const credentials = {
          accessKeyId: AccessKey?.AccessKeyId ?? "",
          secretAccessKey: AccessKey?.SecretAccessKey ?? "",
        };
        clients[UserName] = new SecretsManagerClient({ region, endpoint, credentials });
      }
    });
    after(async () => {
      for (const client of Object.values(clients)) client.destroy();
      await emulator?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const answer = async (call: Promise<unknown>): Promise<boolean> => {
      try {
        await call;
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === "AccessDeniedException") return false;
        throw error;
      }
    };
    const tagsOf = ({ tags = {} }: Row) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const forget = (SecretId: string) =>
      clientOf("root").send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));

    it("agrees with the list on every creation and every change", async () => {
      for (const row of table.filter(({ beyondEmulator }) => beyondEmulator === undefined)) {
        const input = { Name: row.name, SecretString: "one", Tags: tagsOf(row) };
        equal(await answer(clientOf("dev").send(new CreateSecretCommand(input))), row.stays, inWords(row));
        if (!row.stays) await clientOf("root").send(new CreateSecretCommand(input));
        const AddReplicaRegions = [{ Region: "eu-west-1" }];
        for (const change of [
          clientOf("dev").send(new ReplicateSecretToRegionsCommand({ SecretId: row.name, AddReplicaRegions })),
          clientOf("dev").send(new PutSecretValueCommand({ SecretId: row.name, SecretString: "two" })),
          clientOf("dev").send(new UpdateSecretCommand({ SecretId: row.name, SecretString: "three" })),
        ]) {
          equal(await answer(change), row.stays, `a change of ${inWords(row)}`);
        }
        await forget(row.name);
      }
    });

    it("keeps the mover's tag from everybody but movers and operators, and leaves everybody the word again", async () => {
      const SecretId = "app/tagged";
      await clientOf("root").send(new CreateSecretCommand({ Name: SecretId, SecretString: "one" }));
      for (const user of ["dev", freeUser, tagger]) {
        for (const [key, value, everybody] of tagWrites) {
          const Tags = [
            { Key: "team", Value: "a" },
            { Key: key, Value: value },
          ];
          const writes = answer(clientOf(user).send(new TagResourceCommand({ SecretId, Tags })));
          equal(await writes, everybody || user === tagger, `${user} writes ${key}=${value}`);
        }
        for (const key of ["vault-mover", "Vault-Mover"]) {
          const removes = answer(clientOf(user).send(new UntagResourceCommand({ SecretId, TagKeys: ["team", key] })));
          equal(await removes, user === tagger, `${user} removes ${key}`);
        }
        const other = clientOf(user).send(
          new UntagResourceCommand({ SecretId, TagKeys: ["team", "vault-mover-mode"] }),
        );
        equal(await answer(other), true, `${user} removes other tags`);
      }
      await forget(SecretId);
      const Tags = [{ Key: "vault-mover", Value: "1/0a1b2c3d" }];
      const born = new CreateSecretCommand({ Name: "legacy/born", SecretString: "one", Tags });
      equal(await answer(clientOf("dev").send(born)), false, "a secret that is born with it, whatever its name");
      equal(await answer(clientOf(tagger).send(born)), true);
      await forget("legacy/born");
    });

    it("leaves free principals free, and everybody their undo", async () => {
      await clientOf(freeUser).send(new CreateSecretCommand({ Name: "app/free", SecretString: "one" }));
      await clientOf(freeUser).send(new PutSecretValueCommand({ SecretId: "app/free", SecretString: "two" }));
      await clientOf("dev").send(new DeleteSecretCommand({ SecretId: "app/free", RecoveryWindowInDays: 7 }));
      await clientOf("dev").send(new RestoreSecretCommand({ SecretId: "app/free" }));

      const put = () => clientOf("dev").send(new PutSecretValueCommand({ SecretId: "app/free", SecretString: "x" }));
      await rejects(put(), { name: "AccessDeniedException" });
      // A person's exemption after the undo counts for the fence at once, as it does for the mover.
      const Tags = [{ Key: "vault-mover-mode", Value: "exempt" }];
      await clientOf("dev").send(new TagResourceCommand({ SecretId: "app/free", Tags }));
      await put();
      await forget("app/free");
    });
  });
});
