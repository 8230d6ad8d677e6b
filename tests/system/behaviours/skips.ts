import * as assert from "node:assert/strict";

import {
  DeleteSecretCommand,
  PutResourcePolicyCommand,
  ReplicateSecretToRegionsCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";

import type { OutcomeKind, Reason } from "../../../runtime/model/outcome";
import type { Bench } from "../support/bench";
import type { Created } from "../support/sources";

/** A secret that stays where it is: how it comes to be, and what is said of it. */
interface Case {
  readonly what: string;
  /** What the home's path ends with; the secret's name. */
  readonly name: string;
  readonly arrange: (bench: Bench, name: string) => Promise<Created>;
  readonly reason: Reason;
}

const letsServiceIn = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "rds.amazonaws.com" },
      Action: "secretsmanager:GetSecretValue",
      Resource: "*",
    },
  ],
});

/** Creates a secret that the mover leaves alone, brings it into a state, and lets the mover loose. */
const prepared =
  (prepare: (bench: Bench, arn: string) => Promise<unknown>) =>
  async (bench: Bench, name: string): Promise<Created> => {
    const created = await bench.sources.createHeld(name, bench.canary);
    await prepare(bench, created.arn);
    await bench.sources.release(created.arn);
    return created;
  };

const plain = ({ sources, canary }: Bench, name: string): Promise<Created> => sources.create(name, canary);

const cases: readonly Case[] = [
  { what: "an exempt name", name: "exempt/by-name", arrange: plain, reason: "exempt" },
  {
    what: "an exempt tag",
    name: "skips/exempt-by-tag",
    arrange: ({ sources, canary }, name) => sources.create(name, canary, { "vault-mover-mode": "exempt" }),
    reason: "exempt",
  },
  {
    what: "a mode tag that nobody knows, taken for audit",
    name: "skips/unknown-wish",
    arrange: ({ sources, canary }, name) => sources.create(name, canary, { "vault-mover-mode": "Move!" }),
    reason: "audit",
  },
  { what: "a name that AWS services give", name: "rds!skips", arrange: plain, reason: "service-owned" },
  { what: "a name that ECR reads", name: "ecr-pullthroughcache/skips", arrange: plain, reason: "service-read" },
  { what: "a name that MSK reads", name: "AmazonMSK_skips", arrange: plain, reason: "service-read" },
  { what: "a name of serviceReadNames", name: "read-by-service/x", arrange: plain, reason: "service-read" },
  {
    what: "a resource policy that lets a service in",
    name: "skips/policy",
    arrange: prepared(({ clients }, SecretId) =>
      clients.secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: letsServiceIn })),
    ),
    reason: "service-read",
  },
  {
    what: "replicas",
    name: "skips/replicated",
    arrange: prepared(({ clients }, SecretId) =>
      clients.secrets.send(
        new ReplicateSecretToRegionsCommand({ SecretId, AddReplicaRegions: [{ Region: "eu-west-1" }] }),
      ),
    ),
    reason: "replicated",
  },
  {
    what: "rotation",
    name: "skips/rotating",
    arrange: prepared(({ clients }, SecretId) =>
      clients.secrets.send(
        new RotateSecretCommand({
          SecretId,
          RotationLambdaARN: "arn:aws:lambda:us-east-1:000000000000:function:rotate",
          RotationRules: { AutomaticallyAfterDays: 30 },
          RotateImmediately: false,
        }),
      ),
    ),
    reason: "rotating",
  },
  {
    what: "a staged version",
    name: "skips/staged",
    arrange: prepared(({ sources, canary }, arn) => sources.put(arn, `${canary}-next`, ["AWSPENDING"])),
    reason: "staged",
  },
  {
    what: "no value yet",
    name: "skips/empty",
    arrange: ({ sources }, name) => sources.create(name, undefined),
    reason: "no-value",
  },
];

const untouched = async ({ sources, homes, home }: Bench, { arn }: Created, name: string): Promise<void> => {
  assert.equal(await homes.metadata(home(name)), undefined);
  assert.equal(await sources.isScheduled(arn), false);
  assert.equal((await sources.tags(arn))["vault-mover"], undefined);
};

/** Every reason to leave a secret where it is that can be brought about. */
export function describeSkips(bench: () => Bench): void {
  describe("a secret is skipped, and nothing of it is touched, for", () => {
    for (const { what, name, arrange, reason } of cases) {
      it(`${what} (${reason})`, async () => {
        const created = await arrange(bench(), name);

        await bench().log.outcome(created.arn, { outcome: "skipped", reason });

        await untouched(bench(), created, name);
      });
    }

    it("a deletion that somebody else scheduled (scheduled-by-others)", async () => {
      const { sources, homes, home, log, clients, canary } = bench();
      const { arn } = await sources.createHeld("skips/scheduled", canary);
      await clients.secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
      const before = await sources.describe(arn);

      await sources.nudge(arn);
      await log.outcome(arn, { outcome: "skipped", reason: "scheduled-by-others" });

      assert.deepEqual((await sources.describe(arn)).DeletedDate, before.DeletedDate);
      assert.equal(await homes.metadata(home("skips/scheduled")), undefined);
    });
  });

  describe("a secret is copied and stays for", () => {
    const owners = { CloudFormation: "aws:cloudformation:stack-name", "a tag of ownerTags": "managed-by" };
    for (const [owner, tag] of Object.entries(owners)) {
      it(`${owner} (owned-by-iac)`, async () => {
        const { sources, homes, home, log, canary } = bench();
        const name = `iac/${tag}`.replaceAll(":", ".");
        const { arn } = await sources.create(name, canary, { [tag]: "somebody" });

        await log.outcome(arn, { outcome: "copied", reason: "owned-by-iac" satisfies Reason });

        assert.deepEqual((await homes.read(home(name)))?.data, { value: canary });
        assert.equal(await sources.isScheduled(arn), false);
      });
    }

    it("the tag vault-mover-mode=copy, until it is removed", async () => {
      const { sources, homes, home, log, canary } = bench();
      const { arn } = await sources.create("skips/copy-tag", canary, { "vault-mover-mode": "copy" });
      await log.outcome(arn, { outcome: "copied" satisfies OutcomeKind });
      assert.equal(await sources.isScheduled(arn), false);
      const copied = await homes.read(home("skips/copy-tag"));
      assert.deepEqual(copied?.data, { value: canary });

      await sources.release(arn);

      await log.outcome(arn, { outcome: "moved", homeVersion: copied.version });
      assert.deepEqual(await homes.read(home("skips/copy-tag")), copied);
    });

    it("a lower mode of its name, which a tag can't raise", async () => {
      const { sources, log, clients, canary } = bench();
      const { arn } = await sources.create("copied/raised", canary, { "vault-mover-mode": "move" });
      await log.outcome(arn, { outcome: "copied" });

      const Tags = [{ Key: "any", Value: "tag" }];
      await clients.secrets.send(new TagResourceCommand({ SecretId: arn, Tags }));

      await log.outcome(arn, { outcome: "unchanged", reason: "proven" });
      assert.equal(await sources.isScheduled(arn), false);
    });
  });
}
