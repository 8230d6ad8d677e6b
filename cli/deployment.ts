/** The deployed mover's settings, read from its function's configuration, so that a terminal works with the same ones. */
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { FunctionConfiguration, LambdaClient } from "@aws-sdk/client-lambda";

import { baseNameOf } from "../runtime/shared/baseName";
import { readEnvironment } from "../runtime/shared/environment";
import type { MoverSettings } from "../runtime/shared/environment";
import { awsFailure, Failure } from "./failure";

export interface Deployment {
  readonly functionName: string;
  readonly functionArn: string;
  readonly logGroupName: string;
  /** The time that one run of the function has. */
  readonly timeoutSeconds: number;
  readonly settings: MoverSettings;
}

/** Which mover is meant: by its stack, or by its function. */
export interface Which {
  readonly stack?: string;
  readonly function?: string;
}

/** @throws when neither is named, and when no mover can have such a stack */
export function functionNameOf(which: Which, region: string): string {
  if (which.function !== undefined) return which.function;
  if (which.stack !== undefined) {
    const made = baseNameOf(which.stack, region);
    if ("fault" in made) throw new Failure(`No mover can have this ${made.fault}, or name the function by --function.`);
    return made.name;
  }
  throw new Failure(
    "Say which mover: --stack NAME (or HOMING_STACK), or --function NAME as `pulumi stack output functionName` gives it.",
  );
}

/** @throws when there is no such function, or one that is no mover of this version */
export async function readDeployment(
  lambda: Pick<LambdaClient, "send">,
  functionName: string,
  region: string,
): Promise<Deployment> {
  let answer: FunctionConfiguration;
  try {
    answer = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") {
      throw new Failure(
        `There is no function ${functionName} in ${region}: name the stack with --stack and its region with --region, or the function with --function.`,
      );
    }
    throw awsFailure("GetFunctionConfiguration", error);
  }
  const { Environment, FunctionArn: functionArn = functionName, LoggingConfig, Timeout: timeoutSeconds = 120 } = answer;
  if (Environment?.Error !== undefined) {
    throw new Failure(`AWS does not show the variables of ${functionName}: get kms:Decrypt on the function's key.`);
  }
  try {
    return {
      functionName,
      functionArn,
      logGroupName: LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`,
      timeoutSeconds,
      settings: readEnvironment(Environment?.Variables ?? {}),
    };
  } catch (error) {
    const faults = error instanceof Error ? error.message.replace(/^The mover can't start: /, "") : "";
    throw new Failure(`Function ${functionName} is no mover of this version: ${faults}`);
  }
}
