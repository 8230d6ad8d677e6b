import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";

import type { System } from "../../../local/system";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const root: Credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** Clients of one caller. */
export interface Clients {
  /** As a person or the function reaches it: every write becomes an event. */
  readonly secrets: SecretsManagerClient;
  /** The emulator without the hop that makes CloudTrail's events: what is written here, no event tells of. */
  readonly silent: SecretsManagerClient;
  readonly sts: STSClient;
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly events: EventBridgeClient;
  readonly destroy: () => void;
}

/** @param credentials default: the account's root */
export function clientsOf(
  system: Pick<System, "region" | "awsEndpoint" | "cloudTrailEndpoint">,
  credentials: Credentials = root,
): Clients {
  const { region } = system;
  const behindProxy = { region, credentials, endpoint: system.cloudTrailEndpoint };
  const direct = { region, credentials, endpoint: system.awsEndpoint };
  const clients = {
    secrets: new SecretsManagerClient(behindProxy),
    silent: new SecretsManagerClient(direct),
    sts: new STSClient(behindProxy),
    sqs: new SQSClient(direct),
    lambda: new LambdaClient(direct),
    iam: new IAMClient(direct),
    logs: new CloudWatchLogsClient(direct),
    events: new EventBridgeClient(direct),
  };
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
