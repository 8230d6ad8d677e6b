/** Two sides to move secrets between: in-memory fakes, or the local cloud. */
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";

import type { LocalCloud } from "../../local/cloud";
import { emulatorAccount } from "../../local/emulator";
import type { Stage } from "../../tests/bundle/support/stage";
import { clientsOf } from "../../tests/system/support/clients";
import { sessionOfFunction } from "../../tests/system/support/probe";
import type { Subject } from "../hops/template";

export interface World {
  /** Secrets Manager's address. */
  readonly secretsManager: string;
  readonly vault: string;
  /** All that a mover on this machine needs as environment: settings, addresses, the credentials of the mover's role. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes a secret of which no event tells. */
  readonly put: (name: string, value: string) => Promise<Subject>;
}

export const fakeWorld = ({ aws, vault, environment }: Stage): World => ({
  secretsManager: aws.address,
  vault: vault.address,
  environment,
  put: (name, value) => {
    const { arn, versionId } = aws.put(name, value);
    return Promise.resolve({ arn, name, versionId, value });
  },
});

let probes = 0;

export async function cloudWorld(cloud: LocalCloud): Promise<World> {
  const system = cloud.system();
  const { region, awsEndpoint, cloudTrailEndpoint, functionName, functionRoleArn, vaultAddress } = system;
  const { accessKeyId, secretAccessKey } = emulatorAccount;
  const clients = clientsOf(system);
  const { Environment } = await clients.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  );
  probes += 1;
  const session = await sessionOfFunction(clients, `bench-probe-${probes}`, functionRoleArn);
  clients.destroy();
  // The emulator without the hop that makes CloudTrail's events.
  const silent = new SecretsManagerClient({
    endpoint: awsEndpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    secretsManager: cloudTrailEndpoint,
    vault: vaultAddress,
    environment: {
      ...Environment?.Variables,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken ?? "",
      AWS_ENDPOINT_URL: cloudTrailEndpoint,
      // Its pace has its own test, and the bare loop has none.
      HOMING_DELETES_PER_SECOND: "1000000",
    },
    put: async (name, value) => {
      const { ARN: arn = "", VersionId: versionId = "" } = await silent.send(
        new CreateSecretCommand({ Name: name, SecretString: value }),
      );
      return { arn, name, versionId, value };
    },
  };
}
