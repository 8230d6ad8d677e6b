import type { ResourceType } from "../resourceType";
import { isObject, text } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { regionProperty } from "./common";

const missing = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/** `aws:sqs/queuePolicy:QueuePolicy` */
export function queuePolicyType(client: AwsClient): ResourceType {
  const sqs = (operation: string, body: Values) => client.json("sqs", operation, body);
  const set = (QueueUrl: string, policy: unknown) =>
    sqs("SetQueueAttributes", { QueueUrl, Attributes: { Policy: policy } });

  return {
    properties: {
      queueUrl: { kind: "text", required: true, replaces: true },
      policy: { kind: "json", required: true },
      region: regionProperty(client.region),
    },
    identity: ["queueUrl"],

    async create(inputs) {
      const url = text(inputs, "queueUrl");
      await set(url, inputs.policy);
      return { id: url, outputs: { region: client.region } };
    },

    async read(id) {
      const answer = await unlessMissing(missing, () =>
        sqs("GetQueueAttributes", { QueueUrl: id, AttributeNames: ["Policy"] }),
      );
      const policy = isObject(answer?.Attributes) ? answer.Attributes.Policy : undefined;
      return policy === undefined || policy === "" ? undefined : { queueUrl: id, policy };
    },

    async update(id, _state, inputs) {
      await set(id, inputs.policy);
      return {};
    },

    async remove(id) {
      await unlessMissing(missing, () => set(id, ""));
    },
  };
}
