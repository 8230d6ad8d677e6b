/** What a stranger would need: the deployed function's settings and a session of its role. */
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";

import { readEnvironment } from "../../../runtime/shared/environment";
import type { MoverSettings } from "../../../runtime/shared/environment";
import type { Bench } from "../../system/support/bench";

/** The settings that the deployed function runs with. */
export async function deployedSettings({ clients, system }: Bench): Promise<MoverSettings> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: system().functionName });
  return readEnvironment((await clients.lambda.send(command)).Environment?.Variables ?? {});
}
