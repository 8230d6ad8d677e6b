import type { ProviderTable } from "../resourceType";
import { refuseOtherSettings } from "../configuration";
import { firstText, text } from "../values";
import type { Values } from "../values";
import { apiType } from "./api";
import { apiIntegrationType } from "./apiIntegration";
import { apiRouteType } from "./apiRoute";
import { apiStageType } from "./apiStage";
import { awsClient } from "./client";
import type { AwsClient } from "./client";
import { eventRuleType } from "./eventRule";
import { eventSourceMappingType } from "./eventSourceMapping";
import { eventTargetType } from "./eventTarget";
import { functionType } from "./function";
import { awsInvokes } from "./invokes";
import { logGroupType } from "./logGroup";
import { metricAlarmType } from "./metricAlarm";
import { outboundWebIdentityFederationType } from "./outboundWebIdentityFederation";
import { permissionType } from "./permission";
import { policyType } from "./policy";
import { queueType } from "./queue";
import { queuePolicyType } from "./queuePolicy";
import { roleType } from "./role";
import { rolePolicyType } from "./rolePolicy";
import { topicType } from "./topic";
import { topicPolicyType } from "./topicPolicy";

/** As the provider in the program writes them when it isn't told otherwise. */
const preset = { skipCredentialsValidation: "false", skipRegionValidation: "true" };

/** Lists of accounts that the credentials have to be of, as JSON. Without one, any account will do. */
async function refuseOtherAccounts(client: AwsClient, allowed: unknown): Promise<void> {
  if (typeof allowed !== "string") return;
  const account = text(await client.query("sts", "GetCallerIdentity", {}), "Account");
  if (!(JSON.parse(allowed) as unknown[]).includes(account)) throw new Error(`AWS account ID not allowed: ${account}`);
}

/**
 * The types and functions of the aws provider that the program uses, on the emulator that the environment names.
 *
 * @param root the folder that the paths of assets start from
 * @param configuration of the provider; its region goes before the environment's
 */
export function awsTable(env: NodeJS.ProcessEnv, root: string, configuration: Values = {}): ProviderTable {
  const { allowedAccountIds, ...settings } = configuration;
  const client = awsClient({ ...env, AWS_REGION: firstText(settings.region, env.AWS_REGION, env.AWS_DEFAULT_REGION) });
  refuseOtherSettings(settings, { ...preset, region: client.region });
  return {
    admit: () => refuseOtherAccounts(client, allowedAccountIds),
    types: {
      "aws:apigatewayv2/api:Api": apiType(client),
      "aws:apigatewayv2/integration:Integration": apiIntegrationType(client),
      "aws:apigatewayv2/route:Route": apiRouteType(client),
      "aws:apigatewayv2/stage:Stage": apiStageType(client),
      "aws:iam/policy:Policy": policyType(client),
      "aws:iam/role:Role": roleType(client),
      "aws:iam/rolePolicy:RolePolicy": rolePolicyType(client),
      "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation": outboundWebIdentityFederationType(
        client,
        env,
      ),
      "aws:cloudwatch/eventRule:EventRule": eventRuleType(client),
      "aws:cloudwatch/eventTarget:EventTarget": eventTargetType(client),
      "aws:cloudwatch/logGroup:LogGroup": logGroupType(client),
      "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarmType(client),
      "aws:sns/topic:Topic": topicType(client),
      "aws:sns/topicPolicy:TopicPolicy": topicPolicyType(client),
      "aws:sqs/queue:Queue": queueType(client),
      "aws:sqs/queuePolicy:QueuePolicy": queuePolicyType(client),
      "aws:lambda/function:Function": functionType(client, root),
      "aws:lambda/permission:Permission": permissionType(client),
      "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMappingType(client),
    },
    invokes: awsInvokes(client, env),
  };
}
