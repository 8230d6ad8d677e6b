import type { Property } from "../properties";
import type { ResourceType } from "../resourceType";
import { isObject, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty, tagList, tagMap, tagsProperty } from "./common";

const missing = ["ResourceNotFound", "ResourceNotFoundException"];

/** What an alarm on one metric is made of: the property of the SDK, the name in the API. Dimensions are apart. */
const parts: readonly { readonly name: string; readonly member: string; readonly property: Property }[] = [
  { name: "alarmDescription", member: "AlarmDescription", property: { kind: "text" } },
  { name: "namespace", member: "Namespace", property: { kind: "text", required: true } },
  { name: "metricName", member: "MetricName", property: { kind: "text", required: true } },
  {
    name: "statistic",
    member: "Statistic",
    property: { kind: "text", required: true, oneOf: ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] },
  },
  { name: "unit", member: "Unit", property: { kind: "text" } },
  { name: "period", member: "Period", property: { kind: "number", required: true } },
  { name: "evaluationPeriods", member: "EvaluationPeriods", property: { kind: "number", required: true } },
  { name: "datapointsToAlarm", member: "DatapointsToAlarm", property: { kind: "number" } },
  { name: "threshold", member: "Threshold", property: { kind: "number", required: true } },
  {
    name: "comparisonOperator",
    member: "ComparisonOperator",
    property: {
      kind: "text",
      required: true,
      oneOf: [
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
      ],
    },
  },
  {
    name: "treatMissingData",
    member: "TreatMissingData",
    property: { kind: "text", default: "missing", oneOf: ["missing", "ignore", "breaching", "notBreaching"] },
  },
  { name: "actionsEnabled", member: "ActionsEnabled", property: { kind: "boolean", default: true } },
  { name: "alarmActions", member: "AlarmActions", property: { kind: "set" } },
  { name: "okActions", member: "OKActions", property: { kind: "set" } },
  { name: "insufficientDataActions", member: "InsufficientDataActions", property: { kind: "set" } },
];

const dimensionList = (inputs: Values): Values[] =>
  Object.entries(textMap(inputs, "dimensions")).map(([Name, Value]) => ({ Name, Value }));

const dimensionMap = (list: unknown): Values =>
  Object.fromEntries(((list ?? []) as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]));

/** `aws:cloudwatch/metricAlarm:MetricAlarm` (on one metric, without an expression) */
export function metricAlarmType(client: AwsClient): ResourceType {
  const monitoring = (operation: string, body: Values) => client.json("monitoring", operation, body);

  /** Replaces the whole alarm but its tags, which count only when it is new. */
  const put = (inputs: Values, tags: Values) =>
    monitoring("PutMetricAlarm", {
      AlarmName: inputs.name,
      ...Object.fromEntries(parts.map(({ name, member }) => [member, inputs[name]])),
      Dimensions: dimensionList(inputs),
      ...tags,
    });

  async function find(name: string): Promise<Values | undefined> {
    const { MetricAlarms } = await monitoring("DescribeAlarms", { AlarmNames: [name] });
    const [alarm] = (MetricAlarms ?? []) as unknown[];
    return isObject(alarm) ? alarm : undefined;
  }

  return {
    properties: {
      name: { kind: "text", replaces: true },
      ...Object.fromEntries(parts.map(({ name, property }) => [name, property])),
      dimensions: { kind: "map" },
      tags: tagsProperty,
      region: regionProperty(client.region),
    },
    autoName: "name",
    identity: ["name"],

    async create(inputs) {
      const name = text(inputs, "name");
      await put(inputs, { Tags: tagList(textMap(inputs, "tags")) });
      const { AlarmArn: arn } = (await find(name)) ?? {};
      return { id: name, outputs: { arn, ...regionAndTags(client.region, inputs) } };
    },

    async read(id) {
      const alarm = await find(id);
      if (alarm === undefined) return undefined;
      const { Tags } = await monitoring("ListTagsForResource", { ResourceARN: alarm.AlarmArn });
      const tags = tagMap(Tags);
      return {
        name: id,
        ...Object.fromEntries(parts.map(({ name, member }) => [name, alarm[member]])),
        dimensions: dimensionMap(alarm.Dimensions),
        tags,
        arn: alarm.AlarmArn,
        ...regionAndTags(client.region, { tags }),
      };
    },

    async update(_id, state, inputs) {
      await put(inputs, {});
      const ResourceARN = state.arn;
      await applyTags(
        state,
        inputs,
        (tags) => monitoring("TagResource", { ResourceARN, Tags: tagList(tags) }),
        (TagKeys) => monitoring("UntagResource", { ResourceARN, TagKeys }),
      );
      return regionAndTags(client.region, inputs);
    },

    async remove(id) {
      await unlessMissing(missing, () => monitoring("DeleteAlarms", { AlarmNames: [id] }));
    },
  };
}
