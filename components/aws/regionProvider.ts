import { Provider } from "@pulumi/aws";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import * as awsConfiguration from "@pulumi/aws/config/vars";

/**
 * The provider of an additional region, configured as the stack's own is, credentials included. Should it still come to
 * another account (by an environment that only one of the two reads), it refuses to work at all.
 */
export function providerIn(
  region: string,
  account: Input<string>,
  name = `aws-${region}`,
  opts?: CustomResourceOptions,
): Provider {
  return new Provider(name, { ...awsConfiguration, region, allowedAccountIds: [account] }, opts);
}
