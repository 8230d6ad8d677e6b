/** Another team's program: an HTTP API whose function uses a secret that the mover brought to Vault. */
import { apigatewayv2, cloudwatch, iam, lambda } from "@pulumi/aws";
import { Config, getStack, interpolate } from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { readMoverStack, VaultReader } from "homing";
import { webhookHandler } from "./webhook";

interface Outputs {
  readonly apiId: Output<string>;
  readonly url: Output<string>;
  readonly functionName: Output<string>;
  readonly vaultPolicyName: Output<string>;
  readonly vaultRoleName: Output<string>;
}

async function program(): Promise<Outputs> {
  const config = new Config();
  const mover = await readMoverStack(config.require("moverStack"));
  const name = `homing-consumer-${getStack()}`;

  const role = new iam.Role("webhook-role", {
    name,
    assumeRolePolicy: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: ["sts:AssumeRole"],
          Condition: { StringEquals: { "aws:SourceAccount": mover.account } },
        },
      ],
    },
  });
  const reader = new VaultReader("payments", {
    mover,
    prefix: "payments",
    roleArn: role.arn,
    cacheSeconds: config.requireNumber("cacheSeconds"),
  });

  const logs = new cloudwatch.LogGroup("webhook-logs", { name: `/aws/lambda/${name}`, retentionInDays: 30 });
  const grants = new iam.RolePolicy("webhook-grants", {
    role: role.name,
    policy: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [interpolate`${logs.arn}:*`],
        },
        ...reader.grants,
      ],
    },
  });
  const webhook = new lambda.CallbackFunction<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(
    "webhook",
    {
      name,
      description: "Verifies the signature of webhooks",
      callbackFactory: webhookHandler,
      // A link to all of homing. What the function needs of it is in its text, and the packages are in package.json.
      codePathOptions: { extraExcludePackages: ["homing"] },
      runtime: lambda.Runtime.NodeJS24dX,
      architectures: ["arm64"],
      memorySize: 256,
      timeout: 15,
      role: role.arn,
      environment: {
        variables: reader.environment.apply((variables) => ({
          ...variables,
          SECRET_NAME: config.require("secretName"),
        })),
      },
      loggingConfig: { logFormat: "Text", logGroup: logs.name },
    },
    { dependsOn: [grants] },
  );

  const api = new apigatewayv2.Api("api", { name, protocolType: "HTTP" });
  const integration = new apigatewayv2.Integration("api-webhook", {
    apiId: api.id,
    integrationType: "AWS_PROXY",
    integrationUri: webhook.invokeArn,
    payloadFormatVersion: "2.0",
  });
  new apigatewayv2.Route("api-route", {
    apiId: api.id,
    routeKey: "POST /webhook",
    target: interpolate`integrations/${integration.id}`,
  });
  const stage = new apigatewayv2.Stage("api-stage", {
    apiId: api.id,
    name: "$default",
    autoDeploy: true,
    defaultRouteSettings: { throttlingBurstLimit: 20, throttlingRateLimit: 10 },
  });
  new lambda.Permission("api-invoke", {
    action: "lambda:InvokeFunction",
    function: webhook.name,
    principal: "apigateway.amazonaws.com",
    sourceArn: interpolate`${api.executionArn}/*/*/webhook`,
  });

  return {
    apiId: api.id,
    url: interpolate`${stage.invokeUrl}webhook`,
    functionName: webhook.name,
    vaultPolicyName: reader.vaultPolicyName,
    vaultRoleName: reader.vaultRoleName,
  };
}

export = program;
