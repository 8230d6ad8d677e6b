import type { Properties } from "../properties";
import type { ResourceType } from "../resourceType";
import { isObject, nested, text } from "../values";
import type { Values } from "../values";
import { AwsError, unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { failWhen, regionProperty } from "./common";

const missing = ["ResourceNotFoundException"];

const properties: Properties = {
  rule: { kind: "text", required: true, replaces: true },
  eventBusName: { kind: "text", default: "default", replaces: true },
  targetId: { kind: "text", replaces: true },
  arn: { kind: "text", required: true },
  input: { kind: "text" },
  inputPath: { kind: "text" },
  inputTransformer: {
    kind: "object",
    fields: { inputPaths: { kind: "map" }, inputTemplate: { kind: "text", required: true } },
  },
  deadLetterConfig: { kind: "object", fields: { arn: { kind: "text", required: true } } },
  retryPolicy: {
    kind: "object",
    fields: { maximumEventAgeInSeconds: { kind: "number" }, maximumRetryAttempts: { kind: "number" } },
  },
  sqsTarget: { kind: "object", fields: { messageGroupId: { kind: "text", required: true } } },
};

/** The target as EventBridge takes it; a nested object is left out when the program doesn't give it. */
function targetOf(inputs: Values): Values {
  const part = (name: string, build: (values: Values) => Values) =>
    inputs[name] === undefined ? undefined : build(nested(inputs, name));
  return {
    Id: inputs.targetId,
    Arn: inputs.arn,
    Input: inputs.input,
    InputPath: inputs.inputPath,
    InputTransformer: part("inputTransformer", (it) => ({
      InputPathsMap: it.inputPaths,
      InputTemplate: it.inputTemplate,
    })),
    DeadLetterConfig: part("deadLetterConfig", (it) => ({ Arn: it.arn })),
    RetryPolicy: part("retryPolicy", (it) => ({
      MaximumEventAgeInSeconds: it.maximumEventAgeInSeconds,
      MaximumRetryAttempts: it.maximumRetryAttempts,
    })),
    SqsParameters: part("sqsTarget", (it) => ({ MessageGroupId: it.messageGroupId })),
  };
}

function inputsOf(target: Values): Values {
  const part = (name: string, build: (values: Values) => Values) =>
    target[name] === undefined ? undefined : build(nested(target, name));
  return {
    arn: target.Arn,
    input: target.Input,
    inputPath: target.InputPath,
    inputTransformer: part("InputTransformer", (it) => ({
      inputPaths: it.InputPathsMap,
      inputTemplate: it.InputTemplate,
    })),
    deadLetterConfig: part("DeadLetterConfig", (it) => ({ arn: it.Arn })),
    retryPolicy: part("RetryPolicy", (it) => ({
      maximumEventAgeInSeconds: it.MaximumEventAgeInSeconds,
      maximumRetryAttempts: it.MaximumRetryAttempts,
    })),
    sqsTarget: part("SqsParameters", (it) => ({ messageGroupId: it.MessageGroupId })),
  };
}

/** These two operations answer 200 even when an entry was refused. */
function refuseFailedEntries(operation: string, answer: Values): void {
  const [first] = Array.isArray(answer.FailedEntries) ? (answer.FailedEntries as unknown[]) : [];
  if (isObject(first)) throw new AwsError(operation, String(first.ErrorCode), String(first.ErrorMessage));
}

/** `aws:cloudwatch/eventTarget:EventTarget` */
export function eventTargetType(client: AwsClient): ResourceType {
  const events = (operation: string, body: Values) => client.json("events", operation, body);
  const keyOf = (values: Values) => ({ Rule: values.rule, EventBusName: values.eventBusName });

  async function put(inputs: Values): Promise<void> {
    refuseFailedEntries("PutTargets", await events("PutTargets", { ...keyOf(inputs), Targets: [targetOf(inputs)] }));
  }

  return {
    properties: { ...properties, region: regionProperty(client.region) },
    autoName: "targetId",
    identity: ["rule", "eventBusName", "targetId"],

    rules: (inputs) =>
      failWhen(
        ["input", "inputPath", "inputTransformer"].filter((name) => inputs[name] !== undefined).length > 1,
        "input",
        "excludes inputPath and inputTransformer",
      ),

    async create(inputs) {
      await put(inputs);
      const bus = text(inputs, "eventBusName");
      const id = `${text(inputs, "rule")}-${text(inputs, "targetId")}`;
      return { id: bus === "default" ? id : `${bus}-${id}`, outputs: { region: client.region } };
    },

    async read(_id, state) {
      const answer = await unlessMissing(missing, () => events("ListTargetsByRule", keyOf(state)));
      const targets = (answer?.Targets ?? []) as Values[];
      const target = targets.find(({ Id }) => Id === state.targetId);
      return target && inputsOf(target);
    },

    async update(_id, _state, inputs) {
      await put(inputs);
      return {};
    },

    async remove(_id, state) {
      const answer = await unlessMissing(missing, () =>
        events("RemoveTargets", { ...keyOf(state), Ids: [state.targetId] }),
      );
      if (answer) refuseFailedEntries("RemoveTargets", answer);
    },
  };
}
