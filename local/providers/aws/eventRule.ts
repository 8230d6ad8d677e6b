import type { ResourceType } from "../resourceType";
import { text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, failWhen, regionAndTags, regionProperty, tagList, tagMap, tagsProperty } from "./common";

const missing = ["ResourceNotFoundException"];
const defaultBus = "default";

/** The id is the rule's name, after `<bus>/` unless it is on the default bus. */
function split(id: string): { Name: string; EventBusName: string } {
  const cut = id.lastIndexOf("/");
  return cut < 0 ? { Name: id, EventBusName: defaultBus } : { Name: id.slice(cut + 1), EventBusName: id.slice(0, cut) };
}

/** `aws:cloudwatch/eventRule:EventRule` */
export function eventRuleType(client: AwsClient): ResourceType {
  const events = (operation: string, body: Values) => client.json("events", operation, body);

  /** An empty description is sent too, or the former one would stay. */
  const put = (inputs: Values, tags: Values) =>
    events("PutRule", {
      Name: inputs.name,
      EventBusName: inputs.eventBusName,
      Description: inputs.description ?? "",
      EventPattern: inputs.eventPattern,
      ScheduleExpression: inputs.scheduleExpression,
      State: inputs.state,
      ...tags,
    });

  return {
    properties: {
      name: { kind: "text", replaces: true },
      eventBusName: { kind: "text", default: defaultBus, replaces: true },
      description: { kind: "text" },
      eventPattern: { kind: "json" },
      scheduleExpression: { kind: "text" },
      state: {
        kind: "text",
        default: "ENABLED",
        oneOf: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"],
      },
      tags: tagsProperty,
      region: regionProperty(client.region),
    },
    autoName: "name",
    identity: ["name", "eventBusName"],

    rules: (inputs) =>
      failWhen(
        inputs.eventPattern === undefined && inputs.scheduleExpression === undefined,
        "eventPattern",
        "or scheduleExpression is required",
      ),

    async create(inputs) {
      const [name, bus] = [text(inputs, "name"), text(inputs, "eventBusName")];
      const { RuleArn } = await put(inputs, { Tags: tagList(textMap(inputs, "tags")) });
      return {
        id: bus === defaultBus ? name : `${bus}/${name}`,
        outputs: { arn: RuleArn, ...regionAndTags(client.region, inputs) },
      };
    },

    async read(id) {
      const rule = await unlessMissing(missing, () => events("DescribeRule", split(id)));
      if (!rule) return undefined;
      const { Tags } = await events("ListTagsForResource", { ResourceARN: rule.Arn });
      const tags = tagMap(Tags);
      return {
        name: rule.Name,
        eventBusName: split(id).EventBusName,
        description: rule.Description,
        eventPattern: rule.EventPattern,
        scheduleExpression: rule.ScheduleExpression,
        state: rule.State,
        tags,
        arn: rule.Arn,
        ...regionAndTags(client.region, { tags }),
      };
    },

    async update(_id, state, inputs) {
      const { RuleArn: ResourceARN } = await put(inputs, {});
      await applyTags(
        state,
        inputs,
        (tags) => events("TagResource", { ResourceARN, Tags: tagList(tags) }),
        (TagKeys) => events("UntagResource", { ResourceARN, TagKeys }),
      );
      return { arn: ResourceARN, ...regionAndTags(client.region, inputs) };
    },

    async remove(id) {
      await unlessMissing(missing, () => events("DeleteRule", split(id)));
    },
  };
}
