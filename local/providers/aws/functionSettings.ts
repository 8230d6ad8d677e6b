import type { Properties } from "../properties";
import { nested, textMap } from "../values";
import type { Values } from "../values";
import { tagsProperty } from "./common";

/** The inputs of a function that its configuration holds; each absent one has an empty form that clears it. */
export const functionProperties: Properties = {
  name: { kind: "text", replaces: true },
  packageType: { kind: "text", default: "Zip", oneOf: ["Zip"], replaces: true },
  code: { kind: "archive", required: true },
  role: { kind: "text", required: true },
  handler: { kind: "text", required: true },
  runtime: { kind: "text", required: true },
  description: { kind: "text" },
  memorySize: { kind: "number", default: 128 },
  timeout: { kind: "number", default: 3 },
  architectures: { kind: "list", computed: true },
  environment: { kind: "object", fields: { variables: { kind: "map" } } },
  vpcConfig: {
    kind: "object",
    fields: { subnetIds: { kind: "set", required: true }, securityGroupIds: { kind: "set", required: true } },
  },
  loggingConfig: {
    kind: "object",
    computed: true,
    fields: {
      logFormat: { kind: "text", required: true },
      logGroup: { kind: "text", computed: true },
      applicationLogLevel: { kind: "text" },
      systemLogLevel: { kind: "text" },
    },
  },
  deadLetterConfig: { kind: "object", fields: { targetArn: { kind: "text", required: true } } },
  tracingConfig: { kind: "object", computed: true, fields: { mode: { kind: "text", required: true } } },
  ephemeralStorage: { kind: "object", computed: true, fields: { size: { kind: "number", computed: true } } },
  kmsKeyArn: { kind: "text" },
  reservedConcurrentExecutions: { kind: "number", default: -1 },
  publish: { kind: "boolean", default: false, oneOf: [false] },
  tags: tagsProperty,
};

/** The configuration as Lambda takes it. What is computed is sent only when given; the rest always, so that it clears. */
export function configurationOf(inputs: Values): Values {
  const given = (name: string, build: (values: Values) => Values) =>
    inputs[name] === undefined ? undefined : build(nested(inputs, name));
  const vpc = nested(inputs, "vpcConfig");
  return {
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime,
    Description: inputs.description ?? "",
    MemorySize: inputs.memorySize,
    Timeout: inputs.timeout,
    Environment: { Variables: textMap(nested(inputs, "environment"), "variables") },
    VpcConfig: { SubnetIds: vpc.subnetIds ?? [], SecurityGroupIds: vpc.securityGroupIds ?? [] },
    DeadLetterConfig: { TargetArn: nested(inputs, "deadLetterConfig").targetArn ?? "" },
    KMSKeyArn: inputs.kmsKeyArn ?? "",
    TracingConfig: given("tracingConfig", ({ mode }) => ({ Mode: mode })),
    EphemeralStorage: given("ephemeralStorage", ({ size }) => ({ Size: size })),
    LoggingConfig: given("loggingConfig", (it) => ({
      LogFormat: it.logFormat,
      LogGroup: it.logGroup,
      ApplicationLogLevel: it.applicationLogLevel,
      SystemLogLevel: it.systemLogLevel,
    })),
  };
}

/** An object without its absent members; undefined when nothing is left. */
function present(values: Values): Values | undefined {
  const members = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** The inputs as Lambda's configuration tells them; `code` stays what the state has, as Lambda knows only its hash. */
export function inputsOfConfiguration(configuration: Values): Values {
  const variables = textMap(nested(configuration, "Environment"), "Variables");
  const vpc = nested(configuration, "VpcConfig");
  const logging = nested(configuration, "LoggingConfig");
  return {
    name: configuration.FunctionName,
    role: configuration.Role,
    handler: configuration.Handler,
    runtime: configuration.Runtime,
    description: configuration.Description,
    memorySize: configuration.MemorySize,
    timeout: configuration.Timeout,
    architectures: configuration.Architectures,
    environment: Object.keys(variables).length === 0 ? undefined : { variables },
    vpcConfig: present({ subnetIds: vpc.SubnetIds, securityGroupIds: vpc.SecurityGroupIds }),
    deadLetterConfig: present({ targetArn: nested(configuration, "DeadLetterConfig").TargetArn }),
    kmsKeyArn: configuration.KMSKeyArn,
    tracingConfig: present({ mode: nested(configuration, "TracingConfig").Mode }),
    ephemeralStorage: present({ size: nested(configuration, "EphemeralStorage").Size }),
    loggingConfig: present({
      logFormat: logging.LogFormat,
      logGroup: logging.LogGroup,
      applicationLogLevel: logging.ApplicationLogLevel,
      systemLogLevel: logging.SystemLogLevel,
    }),
  };
}
