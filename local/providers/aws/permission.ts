import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { isObject, nested, text } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { regionProperty } from "./common";

const missing = ["ResourceNotFoundException"];

const properties: Properties = {
  statementId: { kind: "text", replaces: true },
  action: { kind: "text", required: true },
  function: { kind: "text", required: true, replaces: true },
  principal: { kind: "text", required: true },
  sourceArn: { kind: "text" },
  sourceAccount: { kind: "text" },
};

const policyPath = (functionName: unknown): string =>
  `/2015-03-31/functions/${encodeURIComponent(String(functionName))}/policy`;

/** The policy's statement in the SDK's words. */
function inputsOf(statement: Values): Values {
  const conditions = Object.assign({}, ...Object.values(nested(statement, "Condition"))) as Values;
  const { Principal: principal } = statement;
  return {
    action: statement.Action,
    principal: isObject(principal) ? (principal.Service ?? principal.AWS) : principal,
    sourceArn: conditions["AWS:SourceArn"],
    sourceAccount: conditions["AWS:SourceAccount"],
  };
}

/** `aws:lambda/permission:Permission`: a statement of a function's own policy; every change makes a new one */
export function permissionType(client: AwsClient): ResourceType {
  return {
    properties: { ...properties, region: regionProperty(client.region) },
    autoName: "statementId",
    identity: ["function", "statementId"],

    async create(inputs) {
      const id = text(inputs, "statementId");
      await client.rest("lambda", "POST", policyPath(inputs.function), {
        StatementId: id,
        Action: inputs.action,
        Principal: inputs.principal,
        SourceArn: inputs.sourceArn,
        SourceAccount: inputs.sourceAccount,
      });
      return { id, outputs: { region: client.region } };
    },

    async read(id, state) {
      const answer = await unlessMissing(missing, () => client.rest("lambda", "GET", policyPath(state.function)));
      const policy = JSON.parse(typeof answer?.Policy === "string" ? answer.Policy : "{}") as Values;
      const statements = (policy.Statement ?? []) as Values[];
      const statement = statements.find(({ Sid }) => Sid === id);
      return statement && { function: state.function, statementId: id, ...inputsOf(statement) };
    },

    async remove(id, state) {
      const path = `${policyPath(state.function)}/${encodeURIComponent(id)}`;
      await unlessMissing(missing, () => client.rest("lambda", "DELETE", path));
    },
  };
}
