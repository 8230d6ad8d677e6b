import { orUndo } from "../resourceType";
import type { ResourceType } from "../resourceType";
import { text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty, tagsProperty } from "./common";

const missing = ["NotFoundException"];

/** Path of an API, and of what belongs to it. */
export const apiPath = (id: unknown, ...parts: readonly string[]): string =>
  ["/v2/apis", String(id), ...parts].map((part, index) => (index === 0 ? part : encodeURIComponent(part))).join("/");

/** Reads an object of API Gateway; undefined when it, or its API, is gone. */
export const findInApi = (client: AwsClient, path: string): Promise<Values | undefined> =>
  unlessMissing(missing, () => client.rest("apigateway", "GET", path));

/** Deletes an object of API Gateway; one that is gone is no error. */
export async function removeFromApi(client: AwsClient, path: string): Promise<void> {
  await unlessMissing(missing, () => client.rest("apigateway", "DELETE", path));
}

/** The tags of the object with this ARN. */
export async function tagsOf(client: AwsClient, arn: string): Promise<Readonly<Record<string, string>>> {
  return textMap(await client.rest("apigateway", "GET", `/v2/tags/${encodeURIComponent(arn)}`), "tags");
}

/** Sends what changed of the tags of the object with this ARN. */
export function applyApiTags(client: AwsClient, arn: string, state: Values, inputs: Values): Promise<void> {
  const path = `/v2/tags/${encodeURIComponent(arn)}`;
  return applyTags(
    state,
    inputs,
    (tags) => client.rest("apigateway", "POST", path, { tags }),
    (tagKeys) => client.rest("apigateway", "DELETE", path, undefined, { tagKeys }),
  );
}

/** The partition of the caller, and its account. */
export async function callerPlace(
  client: AwsClient,
): Promise<{ readonly partition: string; readonly account: string }> {
  const caller = await client.query("sts", "GetCallerIdentity", {});
  return { partition: text(caller, "Arn").split(":")[1] ?? "aws", account: text(caller, "Account") };
}

/** `aws:apigatewayv2/api:Api` (HTTP APIs, without the shortcut that makes a route with it) */
export function apiType(client: AwsClient): ResourceType {
  const { region } = client;

  async function outputs(api: Values, inputs: Values): Promise<Values> {
    const { partition, account } = await callerPlace(client);
    const id = text(api, "apiId");
    return {
      arn: `arn:${partition}:apigateway:${region}::/apis/${id}`,
      executionArn: `arn:${partition}:execute-api:${region}:${account}:${id}`,
      apiEndpoint: api.apiEndpoint,
      apiKeySelectionExpression: api.apiKeySelectionExpression,
      routeSelectionExpression: api.routeSelectionExpression,
      ...regionAndTags(region, inputs),
    };
  }

  const remove = (id: string): Promise<void> => removeFromApi(client, apiPath(id));

  return {
    properties: {
      name: { kind: "text" },
      protocolType: { kind: "text", required: true, oneOf: ["HTTP"], replaces: true },
      description: { kind: "text" },
      disableExecuteApiEndpoint: { kind: "boolean", default: false },
      tags: tagsProperty,
      region: regionProperty(region),
    },
    autoName: "name",
    // Any number of APIs may have the same name.
    identity: [],

    async create(inputs) {
      const { name, protocolType, description, disableExecuteApiEndpoint } = inputs;
      const tags = textMap(inputs, "tags");
      const body = { name, protocolType, description, disableExecuteApiEndpoint, tags };
      const api = await client.rest("apigateway", "POST", "/v2/apis", body);
      const id = text(api, "apiId");
      return orUndo(
        async () => ({ id, outputs: await outputs(api, inputs) }),
        () => remove(id),
      );
    },

    async read(id) {
      const api = await findInApi(client, apiPath(id));
      if (!api) return undefined;
      const { name, protocolType, description, disableExecuteApiEndpoint } = api;
      const inputs = { name, protocolType, description, disableExecuteApiEndpoint };
      const found = await outputs(api, inputs);
      const tags = await tagsOf(client, text(found, "arn"));
      return { ...inputs, ...found, tags, tagsAll: tags };
    },

    async update(id, state, inputs) {
      const { name, description = "", disableExecuteApiEndpoint } = inputs;
      await client.rest("apigateway", "PATCH", apiPath(id), { name, description, disableExecuteApiEndpoint });
      await applyApiTags(client, text(state, "arn"), state, inputs);
      return regionAndTags(region, inputs);
    },

    remove,
  };
}
