import { orUndo } from "../resourceType";
import type { ResourceType } from "../resourceType";
import { text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty, tagsProperty } from "./common";

const missing = ["ResourceNotFoundException"];

/** `aws:cloudwatch/logGroup:LogGroup` */
export function logGroupType(client: AwsClient): ResourceType {
  const logs = (operation: string, body: Values) => client.json("logs", operation, body);
  /** The name is a prefix of others' names, so the answer is searched. */
  async function find(name: string): Promise<Values | undefined> {
    for (let nextToken: unknown; ;) {
      const answer = await logs("DescribeLogGroups", { logGroupNamePrefix: name, ...(nextToken ? { nextToken } : {}) });
      const found = ((answer.logGroups ?? []) as Values[]).find(({ logGroupName }) => logGroupName === name);
      nextToken = answer.nextToken;
      if (found || !nextToken) return found;
    }
  }

  /** Without the `:*` that the API appends for use in policies. */
  const arnOf = (group: Values): string => text(group, "arn").replace(/:\*$/, "");

  /** 0 days: kept for ever. */
  const setRetention = (logGroupName: string, days: unknown) =>
    days === 0
      ? logs("DeleteRetentionPolicy", { logGroupName })
      : logs("PutRetentionPolicy", { logGroupName, retentionInDays: days });

  async function remove(logGroupName: string): Promise<void> {
    await unlessMissing(missing, () => logs("DeleteLogGroup", { logGroupName }));
  }

  return {
    properties: {
      name: { kind: "text", replaces: true },
      retentionInDays: { kind: "number", default: 0 },
      kmsKeyId: { kind: "text" },
      logGroupClass: { kind: "text", computed: true, replaces: true },
      tags: tagsProperty,
      region: regionProperty(client.region),
    },
    autoName: "name",
    identity: ["name"],

    async create(inputs) {
      const name = text(inputs, "name");
      const { kmsKeyId, logGroupClass } = inputs;
      await logs("CreateLogGroup", { logGroupName: name, tags: textMap(inputs, "tags"), kmsKeyId, logGroupClass });
      return orUndo(
        async () => {
          if (inputs.retentionInDays !== 0) await setRetention(name, inputs.retentionInDays);
          const group = (await find(name)) ?? {};
          const outputs = {
            arn: arnOf(group),
            logGroupClass: group.logGroupClass,
            ...regionAndTags(client.region, inputs),
          };
          return { id: name, outputs };
        },
        () => remove(name),
      );
    },

    async read(id) {
      const group = await find(id);
      if (!group) return undefined;
      const arn = arnOf(group);
      const { tags } = await logs("ListTagsForResource", { resourceArn: arn });
      return {
        name: id,
        retentionInDays: group.retentionInDays ?? 0,
        kmsKeyId: group.kmsKeyId,
        logGroupClass: group.logGroupClass,
        tags,
        arn,
        ...regionAndTags(client.region, { tags }),
      };
    },

    async update(id, state, inputs) {
      if (state.retentionInDays !== inputs.retentionInDays) await setRetention(id, inputs.retentionInDays);
      if (state.kmsKeyId !== inputs.kmsKeyId) {
        if (inputs.kmsKeyId === undefined) await logs("DisassociateKmsKey", { logGroupName: id });
        else await logs("AssociateKmsKey", { logGroupName: id, kmsKeyId: inputs.kmsKeyId });
      }
      await applyTags(
        state,
        inputs,
        (tags) => logs("TagResource", { resourceArn: state.arn, tags }),
        (tagKeys) => logs("UntagResource", { resourceArn: state.arn, tagKeys }),
      );
      return regionAndTags(client.region, inputs);
    },

    remove,
  };
}
