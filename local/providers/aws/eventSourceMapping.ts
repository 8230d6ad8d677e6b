import type { Properties } from "../properties";
import { until } from "../resourceType";
import type { ResourceType } from "../resourceType";
import { nested, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty, tagsProperty } from "./common";

const missing = ["ResourceNotFoundException"];
const settleSeconds = 60;
const mappings = "/2015-03-31/event-source-mappings";

const properties: Properties = {
  functionName: { kind: "text", required: true },
  eventSourceArn: { kind: "text", required: true, replaces: true },
  batchSize: { kind: "number", default: 10 },
  maximumBatchingWindowInSeconds: { kind: "number", default: 0 },
  functionResponseTypes: { kind: "set" },
  scalingConfig: { kind: "object", fields: { maximumConcurrency: { kind: "number" } } },
  enabled: { kind: "boolean", default: true },
  tags: tagsProperty,
};

/** An empty list or object clears what was there. */
const settingsOf = (inputs: Values): Values => ({
  FunctionName: inputs.functionName,
  BatchSize: inputs.batchSize,
  MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
  FunctionResponseTypes: inputs.functionResponseTypes ?? [],
  ScalingConfig: inputs.scalingConfig ? { MaximumConcurrency: nested(inputs, "scalingConfig").maximumConcurrency } : {},
  Enabled: inputs.enabled,
});

/** `aws:lambda/eventSourceMapping:EventSourceMapping` from a queue to a function */
export function eventSourceMappingType(client: AwsClient): ResourceType {
  const { region } = client;

  /** The mapping's ARN differs from the function's only in its last part. */
  const arnOf = (mapping: Values): string =>
    text(mapping, "FunctionArn").replace(/:function:.*$/, `:event-source-mapping:${text(mapping, "UUID")}`);

  const outputs = (mapping: Values, inputs: Values): Values => ({
    uuid: mapping.UUID,
    arn: mapping.EventSourceMappingArn ?? arnOf(mapping),
    functionArn: mapping.FunctionArn,
    lastModified: String(mapping.LastModified),
    lastProcessingResult: mapping.LastProcessingResult,
    state: mapping.State,
    stateTransitionReason: mapping.StateTransitionReason,
    ...regionAndTags(region, inputs),
  });

  const find = (id: string) => unlessMissing(missing, () => client.rest("lambda", "GET", `${mappings}/${id}`));

  /** "Enabling", "Updating" and the like end by themselves. */
  const settled = (id: string): Promise<Values> =>
    until(`event source mapping ${id} is to settle`, settleSeconds, async () => {
      const mapping = await client.rest("lambda", "GET", `${mappings}/${id}`);
      return mapping.State === "Enabled" || mapping.State === "Disabled" ? mapping : undefined;
    });

  return {
    properties: { ...properties, region: regionProperty(region) },
    identity: [],

    async create(inputs) {
      const { ScalingConfig, ...settings } = settingsOf(inputs);
      const mapping = await client.rest("lambda", "POST", mappings, {
        ...settings,
        ...(inputs.scalingConfig === undefined ? {} : { ScalingConfig }),
        EventSourceArn: inputs.eventSourceArn,
        Tags: textMap(inputs, "tags"),
      });
      const id = text(mapping, "UUID");
      return { id, outputs: outputs(await settled(id), inputs) };
    },

    async read(id, state) {
      const mapping = await find(id);
      if (!mapping) return undefined;
      const concurrency = nested(mapping, "ScalingConfig").MaximumConcurrency;
      // The program may name the function or give its ARN; the answer holds the ARN.
      const arn = text(mapping, "FunctionArn");
      const named = state.functionName === arn || arn.endsWith(`:${String(state.functionName)}`);
      return {
        functionName: named ? state.functionName : arn,
        eventSourceArn: mapping.EventSourceArn,
        batchSize: mapping.BatchSize,
        maximumBatchingWindowInSeconds: mapping.MaximumBatchingWindowInSeconds,
        functionResponseTypes: mapping.FunctionResponseTypes,
        scalingConfig: concurrency === undefined ? undefined : { maximumConcurrency: concurrency },
        enabled: mapping.State === "Enabled" || mapping.State === "Enabling",
        ...outputs(mapping, state),
      };
    },

    async update(id, state, inputs) {
      await client.rest("lambda", "PUT", `${mappings}/${id}`, settingsOf(inputs));
      const tagsPath = `/2017-03-31/tags/${encodeURIComponent(text(state, "arn"))}`;
      await applyTags(
        state,
        inputs,
        (Tags) => client.rest("lambda", "POST", tagsPath, { Tags }),
        (tagKeys) => client.rest("lambda", "DELETE", tagsPath, undefined, { tagKeys }),
      );
      return outputs(await settled(id), inputs);
    },

    async remove(id) {
      await unlessMissing(missing, () => client.rest("lambda", "DELETE", `${mappings}/${id}`));
      await until(
        `event source mapping ${id} is to go`,
        settleSeconds,
        async () => (await find(id)) === undefined || undefined,
      );
    },
  };
}
