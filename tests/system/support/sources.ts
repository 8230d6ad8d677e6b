import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { DescribeSecretCommandOutput, Tag } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand } from "@aws-sdk/client-sqs";

import { readStateTag, stateTag, writeStateTag } from "../../../runtime/model/stateTag";
import type { StateTag } from "../../../runtime/model/stateTag";
import type { Clients } from "./clients";

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
  /** The mover's tag, read. @throws when there is none */
  readonly stateTag: (arn: string) => Promise<StateTag>;
  /** Sets a tag, or the mover's own to what somebody makes of it. */
  readonly tag: (arn: string, key: string, value: string) => Promise<void>;
  /**
   * For five minutes after its tag the mover takes an unscheduled secret for Secrets Manager's delay, and leaves a
   * scheduled one to the run that deleted it. The tag says when that was; this sets it so many minutes back (default
   * six), in silence, and nothing else stands in for the wait.
   */
  readonly ageDeletion: (arn: string, minutes?: number) => Promise<void>;
  readonly isScheduled: (arn: string) => Promise<boolean>;
  readonly text: (arn: string) => Promise<string | undefined>;
  /** Sends the message with which the mover is asked to look at a secret; returns the message's id. */
  readonly nudge: (secretId: string) => Promise<string>;
  /** Sends any text to the mover's queue; returns the message's id. */
  readonly send: (body: string) => Promise<string>;
}

const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const modeTag = "vault-mover-mode";

export function sourcesOf(
  { secrets, silent, sqs }: Pick<Clients, "secrets" | "silent" | "sqs">,
  queueUrl: string,
): Sources {
  async function create(Name: string, value: Value, tags: Tags = {}): Promise<Created> {
    const content =
      value === undefined ? {} : typeof value === "string" ? { SecretString: value } : { SecretBinary: value };
    const made = await secrets.send(new CreateSecretCommand({ Name, ...content, Tags: tagList(tags) }));
    if (made.ARN === undefined) throw new Error(`${Name} has no ARN`);
    return { arn: made.ARN, versionId: made.VersionId ?? "" };
  }
  const describe = (SecretId: string) => secrets.send(new DescribeSecretCommand({ SecretId }));
  async function tags(arn: string): Promise<Tags> {
    const { Tags: list = [] } = await describe(arn);
    return Object.fromEntries(list.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
  }
  async function stateTagOf(arn: string): Promise<StateTag> {
    const read = readStateTag(await tags(arn));
    if (read.is !== "known") throw new Error(`${arn} has no tag of a mover`);
    return read.tag;
  }
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
    tags,
    stateTag: stateTagOf,
    async tag(SecretId, Key, Value) {
      await secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
    },
    async ageDeletion(SecretId, minutes = 6) {
      const tag = await stateTagOf(SecretId);
      const Value = writeStateTag({ ...tag, taggedAt: tag.taggedAt - minutes * 60_000 });
      const { DeletedDate } = await describe(SecretId);
      // A scheduled secret can't be tagged.
      if (DeletedDate !== undefined) await silent.send(new RestoreSecretCommand({ SecretId }));
      await silent.send(new TagResourceCommand({ SecretId, Tags: [{ Key: stateTag, Value }] }));
      if (DeletedDate === undefined) return;
      await silent.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: tag.windowDays }));
    },
    isScheduled: async (arn) => (await describe(arn)).DeletedDate !== undefined,
    text: async (SecretId) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString,
    nudge: (secretId) => send(JSON.stringify({ secretId })),
    send,
  };
}
