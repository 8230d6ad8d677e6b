/** A program with one resource of every type that the local providers have. */
import {
  apigatewayv2,
  cloudwatch,
  getCallerIdentity,
  getPartition,
  getRegion,
  iam,
  lambda,
  sns,
  sqs,
} from "@pulumi/aws";
import { asset, secret } from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import { AuthBackend, aws, getAuthBackendOutput, identity, jwt, kv, Mount, Policy } from "@pulumi/vault";

/** What the test changes between two updates. */
export interface Wish {
  readonly queueName: string;
  /** Lands in descriptions, policies and the function's code. */
  readonly text: string;
  readonly seconds: number;
  /** Of a mount and of auth methods that have no roles. */
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Servers {
  /** OpenBao has no AWS login. */
  readonly awsLogin: boolean;
  readonly emulator: string;
  /** PEM of a key that a JWT login trusts. */
  readonly publicKey: string;
}

/** Planted; must not be readable in the state. */
export const plantedSecret = "planted-4711-value";

const document = (action: string, resource: Output<string> | string): iam.PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: [action], Resource: resource }],
});

function queues({ queueName, seconds, tags }: Wish) {
  const deadLetters = new sqs.Queue("dead-letters", { sqsManagedSseEnabled: true, tags });
  const redrivePolicy = deadLetters.arn.apply((deadLetterTargetArn) =>
    JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 200 }),
  );
  const queue = new sqs.Queue("queue", { name: queueName, visibilityTimeoutSeconds: seconds, redrivePolicy, tags });
  new sqs.QueuePolicy("queue-policy", { queueUrl: queue.url, policy: document("sqs:SendMessage", queue.arn) });
  return { queue, deadLetters };
}

function alarmOn({ name }: sqs.Queue, { text, seconds, tags }: Wish) {
  const topic = new sns.Topic("topic", { displayName: text, tags });
  new sns.TopicPolicy("topic-policy", { arn: topic.arn, policy: document(`sns:${text}`, topic.arn) });
  return new cloudwatch.MetricAlarm("alarm", {
    alarmDescription: text,
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: name },
    statistic: "Maximum",
    period: seconds === 60 ? 60 : 300,
    evaluationPeriods: 3,
    datapointsToAlarm: 1,
    threshold: seconds,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [topic.arn],
    tags,
  });
}

function functionOn(queue: sqs.Queue, { text, seconds, tags }: Wish) {
  const role = new iam.Role("role", {
    description: text,
    assumeRolePolicy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
    },
    tags,
  });
  new iam.Policy("managed", { path: "/boundary/", policy: document(`sqs:${text}`, queue.arn), tags });
  const grants = new iam.RolePolicy("grants", { role: role.name, policy: document("sqs:*", queue.arn) });
  const logs = new cloudwatch.LogGroup("logs", { retentionInDays: text === "one" ? 30 : 90, tags });
  const handler = new lambda.Function(
    "function",
    {
      description: text,
      role: role.arn,
      runtime: "nodejs24.x",
      handler: "__index.handler",
      architectures: ["arm64"],
      timeout: 60,
      code: new asset.AssetArchive({
        "__index.js": new asset.StringAsset(
          `exports.handler = async () => ({ text: ${JSON.stringify(text)}, part: require("part"), set: process.env.SET });`,
        ),
        "node_modules/part": new asset.FileArchive("part"),
      }),
      environment: { variables: { SET: text, SECRET: secret(plantedSecret) } },
      loggingConfig: { logFormat: "Text", logGroup: logs.name },
      tags,
    },
    { dependsOn: [grants] },
  );
  new lambda.EventSourceMapping(
    "trigger",
    {
      functionName: handler.name,
      eventSourceArn: queue.arn,
      batchSize: seconds / 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 5 },
      tags,
    },
    { dependsOn: [grants] },
  );
  return { role, handler };
}

function apiOn(handler: lambda.Function, { text, seconds, tags }: Wish) {
  const api = new apigatewayv2.Api("api", { protocolType: "HTTP", description: text, tags });
  const integration = new apigatewayv2.Integration("integration", {
    apiId: api.id,
    integrationType: "AWS_PROXY",
    integrationUri: handler.invokeArn,
    payloadFormatVersion: "2.0",
    description: text,
  });
  new apigatewayv2.Route("route", {
    apiId: api.id,
    routeKey: `GET /${text}`,
    target: integration.id.apply((id) => `integrations/${id}`),
  });
  const stage = new apigatewayv2.Stage("stage", {
    apiId: api.id,
    name: "$default",
    autoDeploy: true,
    description: text,
    defaultRouteSettings: { throttlingBurstLimit: seconds, throttlingRateLimit: 1 },
    tags,
  });
  return { api, stage };
}

function logins(wish: Wish, servers: Servers, roleArn: Output<string>, issuer: Output<string>, policy: Policy) {
  const { text, seconds } = wish;
  const token = { tokenType: "batch", tokenTtl: seconds, tokenMaxTtl: seconds, tokenPolicies: [policy.name] };
  const path = "local-jwt";
  const backend = new jwt.AuthBackend("jwt", {
    path,
    description: text,
    boundIssuer: issuer,
    jwtValidationPubkeys: [servers.publicKey],
    jwtSupportedAlgs: ["ES384"],
  });
  const boundClaims = { "/https:~1~1sts.amazonaws.com~1/lambda_source_function_arn": roleArn };
  const role = { backend: path, roleName: "mover", roleType: "jwt", userClaim: "sub", boundSubject: roleArn };
  new jwt.AuthBackendRole(
    "jwt-role",
    { ...role, boundAudiences: ["vault"], boundClaims, ...token },
    { dependsOn: [backend] },
  );
  if (!servers.awsLogin)
    return { accessor: backend.accessor, alias: roleArn, path: backend.accessor.apply(() => path) };

  const method = new AuthBackend("aws", { type: "aws", path: "local-aws", description: text });
  new aws.AuthBackendClient("aws-client", {
    backend: method.path,
    iamServerIdHeaderValue: "vault.example",
    stsEndpoint: servers.emulator,
    stsRegion: "us-east-1",
    maxRetries: seconds,
    // Left out, it keeps its value.
    ...(text === "one" ? { useStsRegionFromClient: true } : {}),
  });
  const awsRole = new aws.AuthBackendRole("aws-role", {
    backend: method.path,
    role: "mover",
    authType: "iam",
    boundIamPrincipalArns: [roleArn],
    resolveAwsUniqueIds: false,
    ...token,
  });
  return { accessor: method.accessor, alias: awsRole.roleId, path: method.path };
}

/** What Vault moves and renames without making it again. */
function movables({ path, text }: Wish, { publicKey }: Servers, entity: identity.Entity) {
  const mount = new Mount("moving-mount", { path, type: "kv", options: { version: "1" } });
  new jwt.AuthBackend("moving-jwt", { path: `${path}-jwt`, jwtValidationPubkeys: [publicKey] });
  const method = new AuthBackend("moving-method", { path: `${path}-userpass`, type: "userpass" });
  const other = new identity.Entity("other-entity", {});
  const canonicalId = text === "one" ? entity.id : other.id;
  const alias = new identity.EntityAlias("moving-alias", { name: text, mountAccessor: method.accessor, canonicalId });
  return { movedIds: [mount.id, method.id], aliasId: alias.id, aliasOf: canonicalId, methodAccessor: method.accessor };
}

/** @returns the program, whose outputs are what the test looks at */
export function everyType(wish: Wish, servers: Servers): () => Promise<Record<string, unknown>> {
  return async () => {
    const caller = await getCallerIdentity({});
    const { region } = await getRegion({});
    const { partition } = await getPartition({});
    const federation = new iam.OutboundWebIdentityFederation("federation", {});
    const { issuerIdentifier } = iam.getOutboundWebIdentityFederationOutput();

    const { queue, deadLetters } = queues(wish);
    const rule = new cloudwatch.EventRule("rule", {
      description: wish.text,
      eventPattern: JSON.stringify({ source: ["aws.secretsmanager"] }),
      tags: wish.tags,
    });
    const target = { rule: rule.name, arn: queue.arn, deadLetterConfig: { arn: deadLetters.arn } };
    new cloudwatch.EventTarget("target", target);
    const alarm = alarmOn(deadLetters, wish);
    const { role, handler } = functionOn(queue, wish);
    new lambda.Permission("permission", {
      action: "lambda:InvokeFunction",
      function: handler.name,
      principal: "events.amazonaws.com",
      sourceArn: `arn:${partition}:events:${region}:${caller.accountId}:rule/${wish.text}`,
    });
    const { api, stage } = apiOn(handler, wish);

    const mount = new Mount("mount", {
      path: "local-kv",
      type: "kv",
      options: { version: "2" },
      description: wish.text,
    });
    new kv.SecretBackendV2("versions", { mount: mount.path, maxVersions: 10, deleteVersionAfter: -1 });
    const policy = new Policy("policy", {
      policy: `# ${wish.text}\npath "local-kv/data/*" { capabilities = ["read"] }`,
    });
    const login = logins(wish, servers, role.arn, federation.issuerIdentifier, policy);
    const entity = new identity.Entity("entity", { metadata: { text: wish.text } });
    new identity.EntityAlias("alias", {
      name: login.alias,
      mountAccessor: login.accessor,
      canonicalId: entity.id,
    });
    return {
      ...movables(wish, servers, entity),
      account: caller.accountId,
      place: `${partition} ${region}`,
      issuerIdentifier,
      functionName: handler.name,
      functionArn: handler.arn,
      queueUrl: queue.url,
      apiId: api.id,
      apiExecutionArn: api.executionArn,
      stageArn: stage.arn,
      alarmName: alarm.name,
      accessor: login.accessor,
      foundAccessor: getAuthBackendOutput({ path: login.path }).accessor,
    };
  };
}
