/** Finds the function that rotates a secret. */
import { GetFunctionConfigurationCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import type { FunctionConfiguration, LambdaClient } from "@aws-sdk/client-lambda";

import { looksLikeArn, parseSecretArn } from "../runtime/model/arn";
import { isSecretName } from "../runtime/model/path";
import { readRotatorEnvironment } from "../runtime/rotator/settings";
import type { RotatorSettings } from "../runtime/rotator/settings";
import { variableOf } from "../runtime/shared/environment";
import { awsFailure, Failure } from "./failure";
import { named } from "./screen";

export interface Rotator {
  readonly functionName: string;
  readonly logGroupName: string;
  readonly settings: RotatorSettings;
}

export type Lambda = Pick<LambdaClient, "send">;

/** What a function that rotates a secret is called: see rotatorNames. */
const isRotator = ({ FunctionName = "" }: FunctionConfiguration): boolean => /^homing-.*-rot$/.test(FunctionName);
const secretVariable = variableOf("secretName");
const secretOf = ({ Environment }: FunctionConfiguration): string | undefined =>
  Environment?.Variables?.[secretVariable];
const isHidden = ({ Environment }: FunctionConfiguration): boolean => Environment?.Error !== undefined;

/** @throws when it names no secret */
function nameIn(text: string): string {
  const name = looksLikeArn(text) ? parseSecretArn(text)?.name : text;
  if (name !== undefined && isSecretName(name)) return name;
  throw new Failure(`${JSON.stringify(text)} names no secret: give its name or its ARN.`);
}

async function rotatorsIn(lambda: Lambda): Promise<readonly FunctionConfiguration[]> {
  const found: FunctionConfiguration[] = [];
  let marker: string | undefined;
  do {
    const page = await lambda
      .send(new ListFunctionsCommand(marker === undefined ? {} : { Marker: marker }))
      .catch((error: unknown) => {
        throw new Failure(`${awsFailure("ListFunctions", error).message} Or name the function with --function.`);
      });
    found.push(...(page.Functions ?? []).filter(isRotator));
    marker = page.NextMarker;
  } while (marker !== undefined);
  return found;
}

/** The one function of the region that rotates this secret. */
async function searched(lambda: Lambda, name: string, region: string): Promise<FunctionConfiguration> {
  const all = await rotatorsIn(lambda);
  const [first, ...others] = all.filter((one) => secretOf(one) === name);
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const names = [first, ...others].map(({ FunctionName = "" }) => FunctionName);
    throw new Failure(`Several functions in ${region} rotate ${name}: name one with --function: ${named(names)}.`);
  }
  const hidden = all.filter(isHidden).map(({ FunctionName = "" }) => FunctionName);
  if (hidden.length > 0) {
    throw new Failure(
      `No function that AWS shows in ${region} rotates ${name}. It hides the variables of ${named(hidden)}: get kms:Decrypt on the key, or name the function with --function.`,
    );
  }
  const secrets = all.flatMap((one) => secretOf(one) ?? []);
  const there = secrets.length === 0 ? "There is no rotator" : `Those there rotate ${named(secrets)}`;
  throw new Failure(
    `No function in ${region} rotates ${name}. ${there}: is it another region (--region) or profile (--profile)?`,
  );
}

async function configured(lambda: Lambda, functionName: string, region: string): Promise<FunctionConfiguration> {
  try {
    return await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") {
      throw new Failure(`There is no function ${functionName} in ${region}: leave --function out, or name its region.`);
    }
    throw awsFailure("GetFunctionConfiguration", error);
  }
}

/**
 * Finds the function that rotates a secret: the one that is named, else the one of the region that has the secret's name.
 *
 * @throws when there is none, when there are several, and when it is no rotator of this version
 */
export async function findRotator(
  lambda: Lambda,
  secret: string,
  functionName: string | undefined,
  region: string,
): Promise<Rotator> {
  const name = nameIn(secret);
  const found =
    functionName === undefined ? await searched(lambda, name, region) : await configured(lambda, functionName, region);
  const { FunctionName = functionName ?? "", Environment, LoggingConfig } = found;
  if (isHidden(found)) {
    throw new Failure(`AWS does not show the variables of ${FunctionName}: get kms:Decrypt on the function's key.`);
  }
  let settings: RotatorSettings;
  try {
    settings = readRotatorEnvironment(Environment?.Variables ?? {});
  } catch (error) {
    const faults = error instanceof Error ? error.message.replace(/^The rotator can't start: /, "") : "";
    throw new Failure(`Function ${FunctionName} is no rotator of this version: ${faults}`);
  }
  if (settings.secretName !== name) {
    throw new Failure(`Function ${FunctionName} rotates ${settings.secretName}, and not ${name}.`);
  }
  const arn = looksLikeArn(secret) ? parseSecretArn(secret) : undefined;
  if (arn !== undefined && (arn.account !== settings.account || arn.region !== settings.region)) {
    throw new Failure(
      `Function ${FunctionName} rotates the secret of account ${settings.account}, region ${settings.region}, which is not that of this ARN.`,
    );
  }
  return {
    functionName: FunctionName,
    logGroupName: LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
    settings,
  };
}
