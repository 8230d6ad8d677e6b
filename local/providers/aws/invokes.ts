import type { Invoke } from "../resourceType";
import { text } from "../values";
import type { AwsClient } from "./client";
import { localIssuer } from "./outboundWebIdentityFederation";

/** Partitions by the beginning of their regions' names, as the AWS reference on ARNs has them. */
const partitions = [
  { prefix: "cn-", partition: "aws-cn", dnsSuffix: "amazonaws.com.cn", reverseDnsPrefix: "cn.com.amazonaws" },
  { prefix: "us-gov-", partition: "aws-us-gov", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" },
  { prefix: "", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" },
] as const;

export const partitionOf = (region: string) =>
  partitions.find(({ prefix }) => region.startsWith(prefix)) ?? partitions[2];

/** The functions of the aws provider, by token. */
export function awsInvokes(client: AwsClient, env: NodeJS.ProcessEnv): Readonly<Record<string, Invoke>> {
  return {
    "aws:index/getCallerIdentity:getCallerIdentity": {
      properties: {},
      run: async () => {
        const caller = await client.query("sts", "GetCallerIdentity", {});
        const accountId = text(caller, "Account");
        return { id: accountId, accountId, arn: caller.Arn, userId: caller.UserId };
      },
    },
    "aws:index/getRegion:getRegion": {
      properties: { region: { kind: "text", oneOf: [client.region] }, name: { kind: "text", oneOf: [client.region] } },
      run: () => {
        const { region } = client;
        const endpoint = `ec2.${region}.${partitionOf(region).dnsSuffix}`;
        return Promise.resolve({ id: region, name: region, region, description: region, endpoint });
      },
    },
    "aws:index/getPartition:getPartition": {
      properties: {},
      run: () => {
        const { partition, dnsSuffix, reverseDnsPrefix } = partitionOf(client.region);
        return Promise.resolve({ id: partition, partition, dnsSuffix, reverseDnsPrefix });
      },
    },
    "aws:iam/getOutboundWebIdentityFederation:getOutboundWebIdentityFederation": {
      properties: {},
      run: () => Promise.resolve({ issuerIdentifier: localIssuer(env) }),
    },
  };
}
