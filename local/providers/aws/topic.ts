import type { ResourceType } from "../resourceType";
import { isObject, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty, tagList, tagMap, tagsProperty } from "./common";

const missing = ["NotFound"];

/** The topic's attributes: the property of the SDK and the name in the API. */
const attributes = [
  { name: "displayName", attribute: "DisplayName" },
  { name: "kmsMasterKeyId", attribute: "KmsMasterKeyId" },
] as const;

/** A map in the query protocol: `Attributes.entry.1.key=…`. */
const entries = (map: readonly (readonly [string, unknown])[]): Values =>
  Object.fromEntries(map.map(([key, value], index) => [`entry.${index + 1}`, { key, value }]));

/** The attributes of a topic as the API answers them; undefined when there is no such topic. */
export async function topicAttributes(client: AwsClient, arn: string): Promise<Values | undefined> {
  const answer = await unlessMissing(missing, () => client.query("sns", "GetTopicAttributes", { TopicArn: arn }));
  if (answer === undefined) return undefined;
  const { entry } = isObject(answer.Attributes) ? answer.Attributes : {};
  const list = [entry ?? []].flat() as { readonly key: string; readonly value: unknown }[];
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

/** `aws:sns/topic:Topic` (standard topics, without a policy of their own) */
export function topicType(client: AwsClient): ResourceType {
  const sns = (operation: string, parameters: Values) => client.query("sns", operation, parameters);

  return {
    properties: {
      name: { kind: "text", replaces: true },
      displayName: { kind: "text" },
      kmsMasterKeyId: { kind: "text" },
      tags: tagsProperty,
      region: regionProperty(client.region),
    },
    autoName: "name",
    identity: ["name"],

    async create(inputs) {
      const given = attributes.filter(({ name }) => inputs[name] !== undefined);
      const answer = await sns("CreateTopic", {
        Name: inputs.name,
        Attributes: entries(given.map(({ name, attribute }) => [attribute, inputs[name]])),
        Tags: tagList(textMap(inputs, "tags")),
      });
      const arn = text(answer, "TopicArn");
      return { id: arn, outputs: { arn, owner: arn.split(":")[4], ...regionAndTags(client.region, inputs) } };
    },

    async read(id) {
      const found = await topicAttributes(client, id);
      if (found === undefined) return undefined;
      const { Tags } = await sns("ListTagsForResource", { ResourceArn: id });
      const tags = isObject(Tags) ? tagMap(Tags.member) : {};
      return {
        name: id.slice(id.lastIndexOf(":") + 1),
        ...Object.fromEntries(attributes.map(({ name, attribute }) => [name, found[attribute]])),
        tags,
        arn: id,
        owner: found.Owner,
        ...regionAndTags(client.region, { tags }),
      };
    },

    async update(id, state, inputs) {
      for (const { name, attribute } of attributes.filter((one) => state[one.name] !== inputs[one.name])) {
        const AttributeValue = inputs[name] ?? "";
        await sns("SetTopicAttributes", { TopicArn: id, AttributeName: attribute, AttributeValue });
      }
      await applyTags(
        state,
        inputs,
        (tags) => sns("TagResource", { ResourceArn: id, Tags: tagList(tags) }),
        (TagKeys) => sns("UntagResource", { ResourceArn: id, TagKeys }),
      );
      return regionAndTags(client.region, inputs);
    },

    async remove(id) {
      await unlessMissing(missing, () => sns("DeleteTopic", { TopicArn: id }));
    },
  };
}
