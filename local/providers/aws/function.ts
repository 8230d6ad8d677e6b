import { changedProperties } from "../properties";
import { orUndo, until } from "../resourceType";
import type { ResourceType } from "../resourceType";
import { nested, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, regionAndTags, regionProperty } from "./common";
import { zipOf } from "./deploymentPackage";
import { configurationOf, functionProperties, inputsOfConfiguration } from "./functionSettings";

const missing = ["ResourceNotFoundException"];
const readySeconds = 60;

/** Properties that something else than the configuration holds. */
const heldElsewhere = [
  "code",
  "architectures",
  "reservedConcurrentExecutions",
  "tags",
  "name",
  "packageType",
  "publish",
];

const functionPath = (name: string): string => `/2015-03-31/functions/${encodeURIComponent(name)}`;

/**
 * `aws:lambda/function:Function`, whose code is an archive of assets
 *
 * @param root the folder that relative paths in `code` start from
 */
export function functionType(client: AwsClient, root: string): ResourceType {
  const { region } = client;
  const encodedZip = (inputs: Values): string => Buffer.from(zipOf(nested(inputs, "code"), root)).toString("base64");

  const outputs = (configuration: Values, inputs: Values): Values => {
    const arn = text(configuration, "FunctionArn");
    const invocation = (of: string) => {
      const partition = of.split(":")[1] ?? "aws";
      return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${of}/invocations`;
    };
    const qualified = `${arn}:${String(configuration.Version)}`;
    const { architectures, loggingConfig, tracingConfig, ephemeralStorage } = inputsOfConfiguration(configuration);
    return {
      arn,
      qualifiedArn: qualified,
      invokeArn: invocation(arn),
      qualifiedInvokeArn: invocation(qualified),
      version: configuration.Version,
      lastModified: configuration.LastModified,
      codeSha256: configuration.CodeSha256,
      sourceCodeHash: configuration.CodeSha256,
      sourceCodeSize: configuration.CodeSize,
      architectures,
      tracingConfig,
      ephemeralStorage,
      loggingConfig,
      ...regionAndTags(region, inputs),
    };
  };

  const ready = (name: string): Promise<Values> =>
    until(`function ${name} is to become active`, readySeconds, async () => {
      const configuration = await client.rest("lambda", "GET", `${functionPath(name)}/configuration`);
      if (configuration.State === "Failed" || configuration.LastUpdateStatus === "Failed") {
        throw new Error(String(configuration.StateReason ?? configuration.LastUpdateStatusReason));
      }
      return configuration.State === "Active" && configuration.LastUpdateStatus !== "InProgress"
        ? configuration
        : undefined;
    });

  async function remove(name: string): Promise<void> {
    await unlessMissing(missing, () => client.rest("lambda", "DELETE", functionPath(name)));
  }

  /** -1: no reservation. */
  async function setConcurrency(name: string, reserved: unknown): Promise<void> {
    const path = `/2017-10-31/functions/${encodeURIComponent(name)}/concurrency`;
    if (reserved !== -1) await client.rest("lambda", "PUT", path, { ReservedConcurrentExecutions: reserved });
    else await client.rest("lambda", "DELETE", path);
  }

  return {
    properties: { ...functionProperties, region: regionProperty(region) },
    autoName: "name",
    identity: ["name"],

    async create(inputs) {
      const name = text(inputs, "name");
      const { DeadLetterConfig, KMSKeyArn, ...configuration } = configurationOf(inputs);
      await client.rest("lambda", "POST", "/2015-03-31/functions", {
        ...configuration,
        ...(inputs.deadLetterConfig === undefined ? {} : { DeadLetterConfig }),
        ...(inputs.kmsKeyArn === undefined ? {} : { KMSKeyArn }),
        FunctionName: name,
        PackageType: inputs.packageType,
        Architectures: inputs.architectures,
        Code: { ZipFile: encodedZip(inputs) },
        Tags: textMap(inputs, "tags"),
      });
      return orUndo(
        async () => {
          if (inputs.reservedConcurrentExecutions !== -1)
            await setConcurrency(name, inputs.reservedConcurrentExecutions);
          return { id: name, outputs: outputs(await ready(name), inputs) };
        },
        () => remove(name),
      );
    },

    async read(id) {
      const found = await unlessMissing(missing, () => client.rest("lambda", "GET", functionPath(id)));
      if (!found) return undefined;
      const configuration = nested(found, "Configuration");
      const tags = textMap(found, "Tags");
      const reserved = nested(found, "Concurrency").ReservedConcurrentExecutions ?? -1;
      const inputs = { ...inputsOfConfiguration(configuration), reservedConcurrentExecutions: reserved, tags };
      return { ...inputs, ...outputs(configuration, inputs) };
    },

    async update(id, state, inputs) {
      const changed = changedProperties(functionProperties, state, inputs);
      if (changed.includes("code") || changed.includes("architectures")) {
        const code = { ZipFile: encodedZip(inputs), Architectures: inputs.architectures };
        await client.rest("lambda", "PUT", `${functionPath(id)}/code`, code);
        await ready(id);
      }
      if (changed.some((name) => !heldElsewhere.includes(name))) {
        await client.rest("lambda", "PUT", `${functionPath(id)}/configuration`, configurationOf(inputs));
      }
      if (changed.includes("reservedConcurrentExecutions"))
        await setConcurrency(id, inputs.reservedConcurrentExecutions);
      const tagsPath = `/2017-03-31/tags/${encodeURIComponent(text(state, "arn"))}`;
      await applyTags(
        state,
        inputs,
        (Tags) => client.rest("lambda", "POST", tagsPath, { Tags }),
        (tagKeys) => client.rest("lambda", "DELETE", tagsPath, undefined, { tagKeys }),
      );
      return outputs(await ready(id), inputs);
    },

    remove,
  };
}
