import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";

import { emulatorAccount } from "../../../local/emulator";
import { startProxy } from "../../../local/proxy/proxy";
import type { UpResult } from "../../../local/stack";
import type { Bench } from "./bench";
import { clientsOf } from "./clients";
import type { Clients } from "./clients";
import { moverLog } from "./moverLog";
import type { MoverLog } from "./moverLog";
import { sourcesOf } from "./sources";
import type { Sources } from "./sources";

/** Another account of the same emulator. */
export interface OtherAccount {
  readonly account: string;
  /** Lets the engine deploy into it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings of a mover that shares the first one's Vault. */
  readonly settings: Readonly<Record<string, string>>;
  /** What tests look at a mover with that was deployed there. */
  readonly mover: (deployed: UpResult) => Promise<OtherMover>;
  readonly close: () => Promise<void>;
}

export interface OtherMover {
  readonly clients: Clients;
  readonly sources: Sources;
  readonly log: MoverLog;
}

/** Opens an account that has events of its own. */
export async function openAccount(bench: Bench, account: string): Promise<OtherAccount> {
  const system = bench.system();
  const { region } = emulatorAccount;
  const proxy = await startProxy({ emulator: system.awsEndpoint, account, region });
  const opened: Clients[] = [];
  return {
    account,
    environment: { AWS_ACCESS_KEY_ID: account },
    settings: {
      "aws:region": region,
      "homing:vaultAddress": system.vaultAddress,
      "homing:mode": "move",
      "homing:protect": "false",
      "homing:deletesPerSecond": "25",
      "homing:adoptMount": "true",
      "homing:adoptLogin": "true",
    },
    async mover({ outputs }) {
      const credentials = { accessKeyId: account, secretAccessKey: "test" };
      const clients = clientsOf({ ...system, cloudTrailEndpoint: proxy.endpoint }, credentials);
      opened.push(clients);
      // A proxy serves one account, and every function is told of the first one's.
      const FunctionName = outputs["functionName"] ?? "";
      const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const Variables = {
        ...Environment?.Variables,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.endpoint,
        AWS_ENDPOINT_URL_STS: proxy.endpoint,
      };
      await clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
      return {
        clients,
        sources: sourcesOf(clients, outputs["queueUrl"] ?? ""),
        log: moverLog(clients.logs, outputs["logGroupName"] ?? ""),
      };
    },
    async close() {
      for (const clients of opened) clients.destroy();
      await proxy.stop();
    },
  };
}
