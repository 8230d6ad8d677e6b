/** Secrets Manager through the SDK: one function for each call. Errors are sorted by what they mean for the secret. */
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { stateTag } from "../model/stateTag";
import type { MutationResult, SourcePort } from "../model/ports";
import { readDescription } from "../model/source";
import { retryableError } from "../shared/errors";
import type { Step } from "../shared/errors";
import { verdictOf } from "./awsErrors";
import { letsServiceIn } from "./resourcePolicy";
import { keepAnswer } from "./unknownFields";

/** Makes the port to the Secrets Manager of a region. */
export function makeSecretsManager(client: SecretsManagerClient, region: string): SourcePort {
  /** Makes a call whose answer does not matter. Errors other than a refusal say that the secret has changed since. */
  async function change(
    step: Step,
    call: () => Promise<unknown>,
    idle: "done" | "stale" = "stale",
  ): Promise<MutationResult> {
    try {
      await call();
      return { is: "done" };
    } catch (error) {
      const verdict = verdictOf(step, error);
      if (verdict.is === "refused") return verdict;
      return { is: verdict.is === "not-scheduled" ? idle : "stale" };
    }
  }

  return {
    async describe(id, step) {
      try {
        const command = new DescribeSecretCommand({ SecretId: id });
        const asItCame = keepAnswer(command);
        const answer = await client.send(command);
        const { ARN, Name } = answer;
        const { CrossAccountPrimary, CrossAccountReplicas } = asItCame();
        if (ARN === undefined || Name === undefined) {
          throw retryableError("source-failing", step, "DescribeSecret answered without a name");
        }
        return {
          is: "found",
          source: readDescription({ ...answer, ARN, Name, CrossAccountPrimary, CrossAccountReplicas }, region),
        };
      } catch (error) {
        const verdict = verdictOf(step, error);
        return verdict.is === "refused" ? verdict : { is: "absent" };
      }
    },

    async isReadByService(arn) {
      try {
        const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId: arn }));
        return { is: "known", read: ResourcePolicy !== undefined && letsServiceIn(ResourcePolicy) };
      } catch (error) {
        const verdict = verdictOf("describe", error);
        // By now the secret is marked for deletion or gone; the next look will see it.
        return verdict.is === "refused" ? verdict : { is: "known", read: false };
      }
    },

    async read(arn, versionId) {
      try {
        const answer = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionId: versionId }));
        if (answer.ARN !== arn || answer.VersionId !== versionId) return { is: "stale" };
        if (answer.SecretBinary !== undefined) {
          return { is: "value", value: { type: "binary", bytes: answer.SecretBinary } };
        }
        if (answer.SecretString === undefined)
          throw retryableError("source-failing", "read", "AWS answered without a value");
        return { is: "value", value: { type: "string", string: answer.SecretString } };
      } catch (error) {
        const verdict = verdictOf("read", error);
        return verdict.is === "refused" ? verdict : { is: "stale" };
      }
    },

    tag: (arn, value) =>
      change("tag", () =>
        client.send(new TagResourceCommand({ SecretId: arn, Tags: [{ Key: stateTag, Value: value }] })),
      ),

    async schedule(arn, windowDays) {
      try {
        await client.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: windowDays }));
        return { is: "done" };
      } catch (error) {
        const verdict = verdictOf("delete", error);
        return verdict.is === "refused" || verdict.is === "has-replicas" ? verdict : { is: "stale" };
      }
    },

    restore: (arn) => change("restore", () => client.send(new RestoreSecretCommand({ SecretId: arn })), "done"),

    removeReplicas: (arn, regions) =>
      change("replicate", () =>
        client.send(new RemoveRegionsFromReplicationCommand({ SecretId: arn, RemoveReplicaRegions: [...regions] })),
      ),

    replicate: (arn, replicas) =>
      change("replicate", () =>
        client.send(
          new ReplicateSecretToRegionsCommand({
            SecretId: arn,
            AddReplicaRegions: replicas.map(({ region: Region, keyId: KmsKeyId }) => ({
              Region,
              ...(KmsKeyId === undefined ? {} : { KmsKeyId }),
            })),
          }),
        ),
      ),
  };
}
