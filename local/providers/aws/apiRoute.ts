import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { text } from "../values";
import type { Values } from "../values";
import { apiPath, findInApi, removeFromApi } from "./api";
import type { AwsClient } from "./client";
import { regionProperty } from "./common";

const properties: Properties = {
  apiId: { kind: "text", required: true, replaces: true },
  routeKey: { kind: "text", required: true },
  target: { kind: "text", required: true },
  authorizationType: { kind: "text", default: "NONE", oneOf: ["NONE"] },
  operationName: { kind: "text" },
};

const inputsOf = ({ routeKey, target, authorizationType, operationName = "" }: Values): Values => ({
  routeKey,
  target,
  authorizationType,
  operationName,
});

/** `aws:apigatewayv2/route:Route` that anybody may call */
export function apiRouteType(client: AwsClient): ResourceType {
  const path = (apiId: unknown, id: string): string => apiPath(apiId, "routes", id);

  return {
    properties: { ...properties, region: regionProperty(client.region) },
    identity: ["apiId", "routeKey"],

    async create(inputs) {
      const answer = await client.rest("apigateway", "POST", apiPath(inputs.apiId, "routes"), inputsOf(inputs));
      return { id: text(answer, "routeId"), outputs: { region: client.region } };
    },

    async read(id, { apiId }) {
      const answer = await findInApi(client, path(apiId, id));
      return answer && { apiId, ...inputsOf(answer), region: client.region };
    },

    async update(id, state, inputs) {
      await client.rest("apigateway", "PATCH", path(state.apiId, id), inputsOf(inputs));
      return { region: client.region };
    },

    remove: (id, { apiId }) => removeFromApi(client, path(apiId, id)),
  };
}
