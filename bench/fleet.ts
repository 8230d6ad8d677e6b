/** The deployed function with a hop on each of its ways, so that all that it calls can be counted. */
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";

import type { System } from "../local/system";
import type { Clients } from "../tests/system/support/clients";
import { startHop } from "./hops/hop";
import type { Hop, HopServer } from "./hops/hop";

export interface Fleet {
  readonly memoryMb: number;
  /** Calls since the last time. */
  readonly take: () => { readonly secretsManager: readonly Hop[]; readonly vault: readonly Hop[] };
  /** Gives the function its own ways back. */
  readonly stop: () => Promise<void>;
}

export async function listenToFleet(system: System, { lambda }: Clients): Promise<Fleet> {
  const { functionName: FunctionName, cloudTrailEndpoint, vaultAddress } = system;
  const { Environment, MemorySize } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const own = Environment?.Variables ?? {};
  const update = async (Variables: Record<string, string>): Promise<void> => {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  };
  const servers: readonly HopServer[] = await Promise.all([startHop(cloudTrailEndpoint, 0), startHop(vaultAddress, 0)]);
  const [aws, vault] = servers;
  await update({
    ...own,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws?.address ?? "",
    HOMING_VAULT_ADDRESS: vault?.address ?? "",
  });
  return {
    memoryMb: MemorySize ?? 0,
    take: () => ({ secretsManager: aws?.hops.splice(0) ?? [], vault: vault?.hops.splice(0) ?? [] }),
    stop: async () => {
      await update(own);
      for (const server of servers) await server.stop();
    },
  };
}
