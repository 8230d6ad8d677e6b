import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { text } from "../values";
import type { Values } from "../values";
import { apiPath, findInApi, removeFromApi } from "./api";
import type { AwsClient } from "./client";
import { regionProperty } from "./common";

const properties: Properties = {
  apiId: { kind: "text", required: true, replaces: true },
  integrationType: { kind: "text", required: true, oneOf: ["AWS_PROXY"], replaces: true },
  integrationUri: { kind: "text", required: true },
  integrationMethod: { kind: "text", computed: true, oneOf: ["POST"] },
  payloadFormatVersion: { kind: "text", default: "1.0", oneOf: ["2.0"] },
  timeoutMilliseconds: { kind: "number", computed: true },
  description: { kind: "text" },
};

const bodyOf = ({ integrationUri, payloadFormatVersion, timeoutMilliseconds, description = "" }: Values): Values => ({
  integrationUri,
  payloadFormatVersion,
  timeoutInMillis: timeoutMilliseconds,
  description,
});

const inputsOf = (answer: Values): Values => ({
  integrationType: answer.integrationType,
  integrationUri: answer.integrationUri,
  integrationMethod: answer.integrationMethod,
  payloadFormatVersion: answer.payloadFormatVersion,
  timeoutMilliseconds: answer.timeoutInMillis,
  description: answer.description,
});

/** `aws:apigatewayv2/integration:Integration` of a Lambda function, whose events have form 2.0 here */
export function apiIntegrationType(client: AwsClient): ResourceType {
  const path = (apiId: unknown, id: string): string => apiPath(apiId, "integrations", id);

  return {
    properties: { ...properties, region: regionProperty(client.region) },
    identity: ["apiId"],

    async create(inputs) {
      const { apiId, integrationType } = inputs;
      const body = { integrationType, ...bodyOf(inputs) };
      const answer = await client.rest("apigateway", "POST", apiPath(apiId, "integrations"), body);
      const { integrationMethod, timeoutMilliseconds } = inputsOf(answer);
      const chosen = { integrationMethod, timeoutMilliseconds, region: client.region };
      return { id: text(answer, "integrationId"), outputs: chosen };
    },

    async read(id, { apiId }) {
      const answer = await findInApi(client, path(apiId, id));
      return answer && { apiId, ...inputsOf(answer), region: client.region };
    },

    async update(id, state, inputs) {
      await client.rest("apigateway", "PATCH", path(state.apiId, id), bodyOf(inputs));
      return { region: client.region };
    },

    remove: (id, { apiId }) => removeFromApi(client, path(apiId, id)),
  };
}
