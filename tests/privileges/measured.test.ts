import * as assert from "node:assert/strict";

import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import Table = require("cli-table3");

import { moverNames } from "../../components/aws/names";
import { moverGrants } from "../../components/mover/moverGrants";
import { moverRules } from "../../components/vault/vaultPolicy";
import type { System } from "../../local/system";
import { pendingPath } from "../../runtime/model/path";
import { statementsOf } from "../security/iamEvaluator";
import type { Statement } from "../security/iamEvaluator";
import { useCloud } from "../system/support/bench";
import type { Bench } from "../system/support/bench";
import { eventually } from "../system/support/eventually";
import { startRecorder } from "./recorder";
import type { Recorder } from "./recorder";

/**
 * What is granted and not called by the function's code, and why it stays. The function's own calls are recorded; what
 * AWS's services do in the role's name can't be seen here, since the emulator's ask nobody.
 */
const poller = "Lambda's poller reads the queue in the role's name (Lambda's guide to SQS names these three)";
const runtime = "Lambda writes the function's log in the role's name";
const keys =
  "Secrets Manager asks KMS in the role's name for secrets under a customer managed key; the emulator has none";
const network =
  "only with subnetIds: Lambda makes the interfaces in the role's name; the function's code is denied them";
const stays: Readonly<Record<string, string>> = {
  "sqs:ReceiveMessage": poller,
  "sqs:DeleteMessage": poller,
  "sqs:GetQueueAttributes": poller,
  "logs:CreateLogStream": runtime,
  "logs:PutLogEvents": runtime,
  "kms:Decrypt": keys,
  "kms:Encrypt": `only with replicaRegions, for the replicas of a restored secret. ${keys}`,
  "kms:GenerateDataKey": `only with replicaRegions, for the replicas of a restored secret. ${keys}`,
  "ec2:CreateNetworkInterface": network,
  "ec2:DescribeNetworkInterfaces": network,
  "ec2:DescribeSubnets": network,
  "ec2:DeleteNetworkInterface": network,
  "ec2:AssignPrivateIpAddresses": network,
  "ec2:UnassignPrivateIpAddresses": network,
};

/** The settings with which the function may do most. */
const widest = { replicas: "remove", replicaRegions: JSON.stringify(["eu-west-1"]), rotation: "hand-over" };

/** Every grant that any settings give. */
function grantsOf({ system }: Bench): readonly Statement[] {
  const { account, region, stack, vaultAddress, outputs } = system();
  const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
  const statements = moverGrants({
    place,
    names: moverNames(stack, place),
    mover: {
      mode: "move",
      modeRules: [],
      namePrefix: "",
      login: "jwt",
      audience: vaultAddress,
      signingAlgorithm: "ES384",
      replicas: "remove",
      replicaRegions: ["us-east-1"],
      formerEntityIds: [],
    },
    entityId: outputs["moverEntityId"] ?? "",
    kmsKeyArns: [],
    inSubnets: true,
  });
  return statementsOf(statements);
}

const actionsOf = (statements: readonly Statement[], effect: Statement["Effect"]): readonly string[] => [
  ...new Set(statements.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => Action)),
];

/** Sends every call of the function through the recorder. */
async function recordFunction({ clients, system }: Bench, recorder: Recorder): Promise<void> {
  const FunctionName = system().functionName;
  const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const variables = Environment?.Variables ?? {};
  const moved = (url: string | undefined): string => `${recorder.address}${new URL(url ?? "").pathname}`;
  const Variables = {
    ...variables,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: recorder.address,
    AWS_ENDPOINT_URL_STS: recorder.address,
    AWS_ENDPOINT_URL_SQS: recorder.address,
    // SQS's client calls the address in a queue's URL.
    HOMING_QUEUE_URL: moved(variables["HOMING_QUEUE_URL"]),
    HOMING_DEAD_LETTER_QUEUE_URL: moved(variables["HOMING_DEAD_LETTER_QUEUE_URL"]),
  };
  await clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
}

/** Everything that the mover does, once each, by name. */
const works: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  "a new secret is moved": async ({ sources, log, canary }) => {
    for (const [name, value] of [
      ["work/fields", JSON.stringify({ canary })],
      ["work/text", canary],
      ["work/binary", Buffer.from(canary)],
    ] as const) {
      const { arn } = await sources.create(name, value, { team: "blue" });
      await log.outcome(arn, { outcome: "moved" });
    }
  },
  "a copied secret gets a new value": async ({ sources, log, canary }) => {
    const { arn } = await sources.create("copied/work", canary);
    await log.outcome(arn, { outcome: "copied" });
    const versionId = await sources.put(arn, `${canary}-2`);
    await log.outcome(arn, { outcome: "copied", versionId });
  },
  "a person's undo stands": async ({ sources, clients, log, canary }) => {
    const { arn } = await sources.create("work/undone", canary);
    await log.outcome(arn, { outcome: "moved" });
    await clients.secrets.send(new RestoreSecretCommand({ SecretId: arn }));
    await sources.ageDeletion(arn);
    await sources.nudge(arn);
    await log.outcome(arn, { reason: "undone" });
  },
  "a finished move is checked late": async ({ sources, log, canary }) => {
    const { arn } = await sources.create("work/late", canary);
    await log.outcome(arn, { outcome: "moved" });
    await sources.ageDeletion(arn, 20);
    await sources.nudge(arn);
    await log.outcome(arn, { outcome: "unchanged", reason: "already-moved" });
  },
  "a home that is gone brings its source back, and its replicas": async (bench) => {
    const { sources, clients, homes, home, log, canary } = bench;
    const { arn } = await sources.createHeld("work/replicated", canary);
    const AddReplicaRegions = [{ Region: "eu-west-1" }];
    await clients.secrets.send(new ReplicateSecretToRegionsCommand({ SecretId: arn, AddReplicaRegions }));
    await sources.release(arn);
    await log.outcome(arn, { outcome: "moved" });
    assert.deepEqual((await sources.stateTag(arn)).replicas, [{ region: "eu-west-1" }]);
    await homes.purge(home("work/replicated"));
    await sources.ageDeletion(arn);
    await sources.nudge(arn);
    await log.outcome(arn, { restored: "home-gone", reason: "undone" });
    const { ReplicationStatus = [] } = await sources.describe(arn);
    assert.deepEqual(
      ReplicationStatus.map(({ Region, Status }) => [Region, Status]),
      [["eu-west-1", "InSync"]],
    );
    assert.equal((await sources.stateTag(arn)).state, "u");
  },
  "a rotating secret is moved": async ({ sources, clients, homes, log, canary, system }) => {
    const { arn } = await sources.createHeld("work/rotating", canary);
    // As a rotator leaves it that waits.
    await homes.write(pendingPath(system(), "work/rotating"), { is: "idle" });
    await clients.secrets.send(
      new RotateSecretCommand({
        SecretId: arn,
        RotationLambdaARN: "arn:aws:lambda:us-east-1:000000000000:function:rotate",
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: false,
      }),
    );
    await sources.release(arn);
    await log.outcome(arn, { outcome: "moved" });
  },
  "a home of somebody else is left alone": async ({ sources, homes, home, log, canary }) => {
    await homes.write(home("work/conflict"), { by: "a person" });
    const { arn } = await sources.create("work/conflict", canary);
    await log.outcome(arn, { outcome: "refused", reason: "home-conflict" });
  },
  "an unreadable message is put away": async ({ sources, log }) => {
    const id = await sources.send("{");
    await eventually(
      async () => (await log.records()).find(({ messageId }) => messageId === id),
      () => "the message was not read",
    );
  },
  "a message that can't be worked off yet comes back later": async ({ sources, log }) => {
    await sources.nudge("work/nobody");
    await eventually(
      async () =>
        (await log.records()).find(({ secret, outcome }) => secret === "work/nobody" && outcome === undefined),
      () => "nobody was not looked for",
    );
  },
};

const rulesInVault = ({ mount, account, region, outputs }: System) =>
  moverRules({ mount, account, region, homeTemplate: outputs["homeTemplate"] ?? "" });

/** The mover's requests in Vault as `<rule's path> <capability>`. */
function usedInVault({ audit, system }: Bench, mark: number): ReadonlySet<string> {
  const { moverEntityId } = system().outputs;
  const paths = rulesInVault(system()).map(({ path }) => path);
  return new Set(
    audit
      .since(mark)
      .filter(({ entityId, path }) => entityId === moverEntityId && !path.startsWith("auth/"))
      .map(({ operation, path }) => {
        const rule = paths.find((pattern) =>
          pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
        );
        return `${rule ?? path} ${operation}`;
      }),
  );
}

describe("the mover's permissions", function () {
  this.timeout(600_000);
  const bench = useCloud({ name: "privileges", login: "jwt", server: "vault", settings: widest });
  let recorder: Recorder;
  let mark = 0;
  const table = new Table({
    head: ["granted", "used", "why it stays"],
    colWidths: [48, 6, 64],
    wordWrap: true,
    style: { head: [], border: [] },
  });

  before(async () => {
    const { system, audit } = bench();
    const { cloudTrailEndpoint, account, region } = system();
    mark = audit.now();
    recorder = await startRecorder(cloudTrailEndpoint, account, region);
    await recordFunction(bench(), recorder);
  });
  after(async () => {
    await recorder.stop();
  });

  for (const [what, work] of Object.entries(works)) {
    it(`are put to use: ${what}`, async () => {
      await work(bench());
    });
  }

  it("in AWS are all used by the function, or have their reason to stay", () => {
    const grants = grantsOf(bench());
    const granted = actionsOf(grants, "Allow");
    const called = recorder.calls.filter(({ succeeded }) => succeeded).map(({ action }) => action);

    for (const action of granted) {
      const count = called.filter((one) => one === action).length;
      table.push([action, count > 0 ? `${count}x` : "-", count > 0 ? "" : (stays[action] ?? "NO REASON")]);
    }
    const unused = granted.filter((action) => !called.includes(action));
    assert.deepEqual([...unused].sort(), Object.keys(stays).sort());
    assert.deepEqual(
      [...new Set(called)].filter((action) => !granted.includes(action)),
      [],
    );
  });

  it("in AWS were never too few", () => {
    assert.deepEqual(
      recorder.calls.filter(({ denied }) => denied),
      [],
    );
    assert.ok(recorder.calls.length > 50);
    assert.equal(
      new Set(recorder.calls.map(({ accessKeyId }) => accessKeyId)).size,
      1,
      "the function alone was recorded",
    );
  });

  it("are taken away by Denies only where somebody could else do harm", () => {
    const denies = grantsOf(bench()).filter(({ Effect }) => Effect === "Deny");
    for (const { Action, Condition } of denies) {
      const conditions = Object.entries(Condition ?? {}).map(
        ([operator, keys]) => `${operator} ${Object.keys(keys).join()}`,
      );
      table.push([`Deny ${Action.join(", ")}`, "n/a", conditions.join(" and ")]);
      assert.ok(conditions.length > 0, "a Deny without a condition would stop the mover");
    }
  });

  it("in Vault are all used", () => {
    const used = usedInVault(bench(), mark);
    const granted = rulesInVault(bench().system()).flatMap(({ path, capabilities }) =>
      capabilities.map((capability) => `${path} ${capability}`),
    );

    for (const one of granted) table.push([one, used.has(one) ? "yes" : "-", ""]);
    assert.deepEqual([...used].sort(), [...granted].sort());
  });

  it("as a table", () => {
    const granted = actionsOf(grantsOf(bench()), "Allow").length;
    const reasons = Object.keys(stays).length;

    process.stdout.write(`${table.toString()}\n`);
    process.stdout.write(
      `    permissions in AWS: ${granted} granted at most, ${granted - reasons} used by the function's code, ` +
        `${reasons} used by AWS's services in its name, 0 without a reason; in Vault: 8 granted, 8 used\n`,
    );
    assert.ok(table.length > 0);
  });
});
