/** Secrets Manager, SQS and STS over HTTP, as far as one move calls them. */
import { createHash } from "node:crypto";

import { account, region } from "../../support/mocks";
import { serve } from "./server";
import type { Request, Response } from "./server";

export interface StoredSecret {
  readonly arn: string;
  readonly name: string;
  versionId: string;
  value: string | Uint8Array;
  tags: { Key: string; Value: string }[];
  /** Regions of its replicas. */
  replicas: readonly string[];
  /** Seconds since the epoch; set while it is scheduled for deletion. */
  deletedDate?: number;
}

export interface AwsCall {
  readonly service: "secretsmanager" | "sqs" | "sts";
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface FakeAws {
  readonly address: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly calls: AwsCall[];
  /** The inputs of all calls of an action, in their order. */
  readonly inputsOf: (action: string) => readonly Readonly<Record<string, unknown>>[];
  readonly put: (name: string, value: string | Uint8Array) => StoredSecret;
  /** An answer to give instead of the usual one; set by a test. */
  instead: (call: AwsCall) => Response | undefined;
  readonly stop: () => Promise<void>;
}

/** The web identity token that STS gives; Vault's fake takes no other. */
export const webIdentityToken = "header.web-identity-token.signature";

const json = (status: number, body: unknown): Response => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify(body),
});

const refusal = (type: string, message: string): Response => json(400, { __type: type, message });

export async function startFakeAws(): Promise<FakeAws> {
  const calls: AwsCall[] = [];
  const secrets = new Map<string, StoredSecret>();

  function secretsManager(action: string, input: Readonly<Record<string, unknown>>): Response {
    const secret = secrets.get(String(input["SecretId"]));
    if (secret === undefined) {
      return refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }
    const { arn: ARN, name: Name, versionId, value } = secret;
    const scheduled = secret.deletedDate !== undefined;
    if (scheduled && !["DescribeSecret", "RestoreSecret"].includes(action)) {
      return refusal(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    }
    switch (action) {
      case "DescribeSecret":
        return json(200, {
          ARN,
          Name,
          Tags: secret.tags,
          VersionIdsToStages: { [versionId]: ["AWSCURRENT"] },
          ...(secret.replicas.length === 0
            ? {}
            : { ReplicationStatus: secret.replicas.map((Region) => ({ Region, Status: "InSync" })) }),
          ...(scheduled ? { DeletedDate: secret.deletedDate } : {}),
        });
      case "GetResourcePolicy":
        return json(200, { ARN, Name });
      case "GetSecretValue":
        return json(200, {
          ARN,
          Name,
          VersionId: versionId,
          VersionStages: ["AWSCURRENT"],
          ...(typeof value === "string"
            ? { SecretString: value }
            : { SecretBinary: Buffer.from(value).toString("base64") }),
        });
      case "TagResource": {
        const added = input["Tags"] as StoredSecret["tags"];
        secret.tags = [...secret.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added];
        return { ...json(200, {}), body: "" };
      }
      case "RemoveRegionsFromReplication": {
        const removed = input["RemoveReplicaRegions"] as readonly string[];
        secret.replicas = secret.replicas.filter((one) => !removed.includes(one));
        return json(200, { ARN });
      }
      case "ReplicateSecretToRegions": {
        const added = (input["AddReplicaRegions"] as readonly { Region: string }[]).map(({ Region }) => Region);
        secret.replicas = [...new Set([...secret.replicas, ...added])];
        return json(200, { ARN });
      }
      case "DeleteSecret":
        if (secret.replicas.length > 0) {
          const regions = secret.replicas.join(", ");
          return refusal(
            "InvalidParameterException",
            `You can't delete secret ${ARN} that still has replica regions [${regions}].`,
          );
        }
        secret.deletedDate = Math.floor(Date.now() / 1_000) + Number(input["RecoveryWindowInDays"]) * 86_400;
        return json(200, { ARN, Name, DeletionDate: secret.deletedDate });
      default:
        return refusal("InvalidRequestException", `the fake knows no ${action}`);
    }
  }

  function sqs(action: string, input: Readonly<Record<string, unknown>>): Response {
    if (action === "ChangeMessageVisibility") return json(200, {});
    const md5 = createHash("md5").update(String(input["MessageBody"])).digest("hex");
    return json(200, { MessageId: "message-of-the-fake", MD5OfMessageBody: md5 });
  }

  const sts = (): Response => ({
    status: 200,
    headers: { "content-type": "text/xml" },
    body: [
      '<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult>',
      `<WebIdentityToken>${webIdentityToken}</WebIdentityToken><Expiration>2100-01-01T00:00:00Z</Expiration>`,
      "</GetWebIdentityTokenResult></GetWebIdentityTokenResponse>",
    ].join(""),
  });

  function readCall({ headers, body }: Request): AwsCall {
    const [prefix = "", action = ""] = String(headers["x-amz-target"] ?? "").split(".");
    if (action === "") {
      const input = Object.fromEntries(new URLSearchParams(body));
      return { service: "sts", action: input["Action"] ?? "", input };
    }
    const input = JSON.parse(body) as Record<string, unknown>;
    return { service: prefix === "AmazonSQS" ? "sqs" : "secretsmanager", action, input };
  }

  const server = await serve((request) => {
    const call = readCall(request);
    calls.push(call);
    const instead = fake.instead(call);
    if (instead !== undefined) return instead;
    switch (call.service) {
      case "secretsmanager":
        return secretsManager(call.action, call.input);
      case "sqs":
        return sqs(call.action, call.input);
      case "sts":
        return sts();
      default:
        return call.service satisfies never;
    }
  });
  let created = 0;
  const fake: FakeAws = {
    address: server.address,
    queueUrl: `${server.address}/${account}/queue`,
    deadLetterQueueUrl: `${server.address}/${account}/dead-letters`,
    calls,
    inputsOf: (action) => calls.filter((call) => call.action === action).map(({ input }) => input),
    put: (name, value) => {
      created += 1;
      const suffix = created.toString(36).padStart(6, "0");
      const secret: StoredSecret = {
        arn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`,
        name,
        versionId: `00000000-0000-4000-8000-${created.toString().padStart(12, "0")}`,
        value,
        tags: [],
        replicas: [],
      };
      secrets.set(secret.arn, secret);
      secrets.set(name, secret);
      return secret;
    },
    instead: () => undefined,
    stop: server.stop,
  };
  return fake;
}
