import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { DescribeSecretCommandOutput, SecretsManagerClient, Tag } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";

export interface Created {
  readonly arn: string;
  /** Empty for a secret without a value. */
  readonly versionId: string;
}

export type Value = string | Uint8Array | undefined;
export type Tags = Readonly<Record<string, string>>;

/** Secrets at their source, as a person makes and looks at them. */
export interface Sources {
  readonly create: (name: string, value: Value, tags?: Tags) => Promise<Created>;
  /** A secret that the mover only looks at, until {@link Sources.release}. */
  readonly createHeld: (name: string, value: Value, tags?: Tags) => Promise<Created>;
  readonly release: (arn: string) => Promise<void>;
  /** @returns the new version's id */
  readonly put: (arn: string, value: string, stages?: string[]) => Promise<string>;
  readonly describe: (arn: string) => Promise<DescribeSecretCommandOutput>;
  readonly tags: (arn: string) => Promise<Tags>;
  readonly isScheduled: (arn: string) => Promise<boolean>;
  readonly text: (arn: string) => Promise<string | undefined>;
  /** Sends the message with which the mover is asked to look at a secret; returns the message's id. */
  readonly nudge: (secretId: string) => Promise<string>;
  /** Sends any text to the mover's queue; returns the message's id. */
  readonly send: (body: string) => Promise<string>;
}

const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const modeTag = "vault-mover-mode";

export function sourcesOf(secrets: SecretsManagerClient, sqs: SQSClient, queueUrl: string): Sources {
  async function create(Name: string, value: Value, tags: Tags = {}): Promise<Created> {
    const content =
      value === undefined ? {} : typeof value === "string" ? { SecretString: value } : { SecretBinary: value };
    const made = await secrets.send(new CreateSecretCommand({ Name, ...content, Tags: tagList(tags) }));
    if (made.ARN === undefined) throw new Error(`${Name} has no ARN`);
    return { arn: made.ARN, versionId: made.VersionId ?? "" };
  }
  const describe = (SecretId: string) => secrets.send(new DescribeSecretCommand({ SecretId }));
  async function send(MessageBody: string): Promise<string> {
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    if (MessageId === undefined) throw new Error("the message has no id");
    return MessageId;
  }
  return {
    create,
    createHeld: (name, value, tags = {}) => create(name, value, { ...tags, [modeTag]: "audit" }),
    async release(SecretId) {
      await secrets.send(new UntagResourceCommand({ SecretId, TagKeys: [modeTag] }));
    },
    async put(SecretId, SecretString, VersionStages) {
      const command = new PutSecretValueCommand({
        SecretId,
        SecretString,
        ...(VersionStages === undefined ? {} : { VersionStages }),
      });
      const { VersionId } = await secrets.send(command);
      if (VersionId === undefined) throw new Error(`the new version of ${SecretId} has no id`);
      return VersionId;
    },
    describe,
    async tags(arn) {
      const { Tags: list = [] } = await describe(arn);
      return Object.fromEntries(list.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
    },
    isScheduled: async (arn) => (await describe(arn)).DeletedDate !== undefined,
    text: async (SecretId) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString,
    nudge: (secretId) => send(JSON.stringify({ secretId })),
    send,
  };
}
