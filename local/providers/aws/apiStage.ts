import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { nested, text, textMap } from "../values";
import type { Values } from "../values";
import { apiPath, applyApiTags, callerPlace, findInApi, removeFromApi, tagsOf } from "./api";
import type { AwsClient } from "./client";
import { regionAndTags, regionProperty, tagsProperty } from "./common";

const properties: Properties = {
  apiId: { kind: "text", required: true, replaces: true },
  name: { kind: "text", replaces: true },
  autoDeploy: { kind: "boolean", default: false },
  description: { kind: "text" },
  defaultRouteSettings: {
    kind: "object",
    fields: { throttlingBurstLimit: { kind: "number" }, throttlingRateLimit: { kind: "number" } },
  },
  tags: tagsProperty,
};

const bodyOf = (inputs: Values): Values => {
  const { throttlingBurstLimit, throttlingRateLimit } = nested(inputs, "defaultRouteSettings");
  return {
    autoDeploy: inputs.autoDeploy,
    description: inputs.description ?? "",
    defaultRouteSettings: { throttlingBurstLimit, throttlingRateLimit },
  };
};

/** `aws:apigatewayv2/stage:Stage` */
export function apiStageType(client: AwsClient): ResourceType {
  const { region } = client;
  const path = (apiId: unknown, name: string): string => apiPath(apiId, "stages", name);

  async function outputs(inputs: Values): Promise<Values> {
    const { partition, account } = await callerPlace(client);
    const [apiId, name] = [text(inputs, "apiId"), text(inputs, "name")];
    const api = await client.rest("apigateway", "GET", apiPath(apiId));
    return {
      arn: `arn:${partition}:apigateway:${region}::/apis/${apiId}/stages/${name}`,
      executionArn: `arn:${partition}:execute-api:${region}:${account}:${apiId}/${name}`,
      invokeUrl: `${text(api, "apiEndpoint")}/${name === "$default" ? "" : name}`,
      ...regionAndTags(region, inputs),
    };
  }

  return {
    properties: { ...properties, region: regionProperty(region) },
    autoName: "name",
    identity: ["apiId", "name"],

    async create(inputs) {
      const body = { stageName: inputs.name, ...bodyOf(inputs), tags: textMap(inputs, "tags") };
      const computed = await outputs(inputs);
      await client.rest("apigateway", "POST", apiPath(inputs.apiId, "stages"), body);
      return { id: text(inputs, "name"), outputs: computed };
    },

    async read(id, { apiId }) {
      const answer = await findInApi(client, path(apiId, id));
      if (!answer) return undefined;
      const { autoDeploy, description, defaultRouteSettings } = answer;
      const found = await outputs({ apiId, name: id });
      const tags = await tagsOf(client, text(found, "arn"));
      return { apiId, name: id, autoDeploy, description, defaultRouteSettings, ...found, tags, tagsAll: tags };
    },

    async update(id, state, inputs) {
      await client.rest("apigateway", "PATCH", path(state.apiId, id), bodyOf(inputs));
      await applyApiTags(client, text(state, "arn"), state, inputs);
      return regionAndTags(region, inputs);
    },

    remove: (id, { apiId }) => removeFromApi(client, path(apiId, id)),
  };
}
