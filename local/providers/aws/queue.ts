import type { Property } from "../properties";
import type { ResourceType } from "../resourceType";
import { isObject, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty, tagsProperty } from "./common";

const missing = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/** The queue's attributes: the property of the SDK, the name in the API, and how a change is told. */
const attributes: readonly { readonly name: string; readonly attribute: string; readonly property: Property }[] = [
  { name: "delaySeconds", attribute: "DelaySeconds", property: { kind: "number", default: 0 } },
  {
    name: "kmsDataKeyReusePeriodSeconds",
    attribute: "KmsDataKeyReusePeriodSeconds",
    property: { kind: "number", computed: true },
  },
  { name: "kmsMasterKeyId", attribute: "KmsMasterKeyId", property: { kind: "text" } },
  { name: "maxMessageSize", attribute: "MaximumMessageSize", property: { kind: "number", computed: true } },
  {
    name: "messageRetentionSeconds",
    attribute: "MessageRetentionPeriod",
    property: { kind: "number", default: 345_600 },
  },
  {
    name: "receiveWaitTimeSeconds",
    attribute: "ReceiveMessageWaitTimeSeconds",
    property: { kind: "number", default: 0 },
  },
  { name: "redriveAllowPolicy", attribute: "RedriveAllowPolicy", property: { kind: "json" } },
  { name: "redrivePolicy", attribute: "RedrivePolicy", property: { kind: "json" } },
  { name: "sqsManagedSseEnabled", attribute: "SqsManagedSseEnabled", property: { kind: "boolean", computed: true } },
  { name: "visibilityTimeoutSeconds", attribute: "VisibilityTimeout", property: { kind: "number", default: 30 } },
];

/** The API takes every attribute as text; an empty text removes a policy or a key. */
function attributesOf(inputs: Values): Record<string, string> {
  return Object.fromEntries(
    attributes
      .filter(({ name }) => inputs[name] !== undefined)
      .map(({ name, attribute }) => [attribute, String(inputs[name])]),
  );
}

function inputsOf(answer: Values): Values {
  const read = (kind: Property["kind"], value: unknown) => {
    if (value === undefined) return undefined;
    if (kind === "number") return Number(value);
    return kind === "boolean" ? value === "true" : value;
  };
  return Object.fromEntries(
    attributes.map(({ name, attribute, property }) => [name, read(property.kind, answer[attribute])]),
  );
}

/** `aws:sqs/queue:Queue` (standard queues) */
export function queueType(client: AwsClient): ResourceType {
  const sqs = (operation: string, body: Values) => client.json("sqs", operation, body);

  async function readAttributes(QueueUrl: string): Promise<Values | undefined> {
    const answer = await unlessMissing(missing, () => sqs("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] }));
    return answer && (isObject(answer.Attributes) ? answer.Attributes : {});
  }

  return {
    properties: {
      name: { kind: "text", replaces: true },
      ...Object.fromEntries(attributes.map(({ name, property }) => [name, property])),
      tags: tagsProperty,
      region: regionProperty(client.region),
    },
    autoName: "name",
    identity: ["name"],

    async create(inputs) {
      const body = { QueueName: inputs.name, Attributes: attributesOf(inputs), tags: textMap(inputs, "tags") };
      const url = text(await sqs("CreateQueue", body), "QueueUrl");
      const found = (await readAttributes(url)) ?? {};
      return {
        id: url,
        outputs: { ...computedOf(found, inputs), url, arn: found.QueueArn, ...regionAndTags(client.region, inputs) },
      };
    },

    async read(id) {
      const found = await readAttributes(id);
      if (!found) return undefined;
      const { Tags: tags = {} } = await sqs("ListQueueTags", { QueueUrl: id });
      const name = id.slice(id.lastIndexOf("/") + 1);
      return {
        name,
        ...inputsOf(found),
        tags,
        url: id,
        arn: found.QueueArn,
        ...regionAndTags(client.region, { tags }),
      };
    },

    async update(id, state, inputs) {
      const removed = attributes.filter(({ name }) => state[name] !== undefined && inputs[name] === undefined);
      const cleared = removed.filter(({ property }) => !property.computed).map(({ attribute }) => [attribute, ""]);
      const wished = { ...Object.fromEntries(cleared), ...attributesOf(inputs) } as Record<string, string>;
      await sqs("SetQueueAttributes", { QueueUrl: id, Attributes: wished });
      await applyTags(
        state,
        inputs,
        (Tags) => sqs("TagQueue", { QueueUrl: id, Tags }),
        (TagKeys) => sqs("UntagQueue", { QueueUrl: id, TagKeys }),
      );
      return regionAndTags(client.region, inputs);
    },

    async remove(id) {
      await unlessMissing(missing, () => sqs("DeleteQueue", { QueueUrl: id }));
    },
  };
}

/** What the server chose for the attributes that the program left to it. */
function computedOf(found: Values, inputs: Values): Values {
  const all = inputsOf(found);
  const chosen = attributes.filter(({ name, property }) => property.computed && inputs[name] === undefined);
  return Object.fromEntries(chosen.map(({ name }) => [name, all[name]]));
}
