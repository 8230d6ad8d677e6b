import type { ResourceType } from "../resourceType";
import { text } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { regionProperty } from "./common";
import { topicAttributes } from "./topic";

/** A topic has always a policy: without this resource, one that lets its own account use it. */
const defaultPolicy = (arn: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["sns:Publish", "sns:Subscribe"],
        Resource: arn,
        Condition: { StringEquals: { "aws:SourceOwner": arn.split(":")[4] } },
      },
    ],
  });

/** `aws:sns/topicPolicy:TopicPolicy` */
export function topicPolicyType(client: AwsClient): ResourceType {
  const set = (TopicArn: string, policy: unknown) =>
    client.query("sns", "SetTopicAttributes", { TopicArn, AttributeName: "Policy", AttributeValue: policy });

  return {
    properties: {
      arn: { kind: "text", required: true, replaces: true },
      policy: { kind: "json", required: true },
      region: regionProperty(client.region),
    },
    identity: ["arn"],

    async create(inputs) {
      const arn = text(inputs, "arn");
      await set(arn, inputs.policy);
      return { id: arn, outputs: { owner: arn.split(":")[4], region: client.region } };
    },

    async read(id) {
      const found = await topicAttributes(client, id);
      return found && { arn: id, policy: found.Policy };
    },

    async update(id, _state, inputs) {
      await set(id, inputs.policy);
      return {};
    },

    async remove(id) {
      await unlessMissing(["NotFound"], () => set(id, defaultPolicy(id)));
    },
  };
}
