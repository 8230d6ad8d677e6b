import { readVariables, writeVariables } from "../shared/environment";
import type { Settings, Variables } from "../shared/environment";

const keys = [
  "account",
  "region",
  "vaultAddress",
  "vaultNamespace",
  "vaultCaCertificate",
  "mount",
  "homePrefix",
  "homeTemplate",
  "login",
  "loginPath",
  "loginRole",
  "serverId",
  "audience",
  "signingAlgorithm",
  "secretName",
  "schedule",
  "intervalSeconds",
  "overlapSeconds",
  "longestOverlapSeconds",
  "readers",
  "timeoutSeconds",
] as const satisfies readonly (keyof Settings)[];

/** All that a rotator is told at deployment, under the names of the mover's settings where it has them. */
export type RotatorSettings = Pick<Settings, (typeof keys)[number]>;

/** The settings as environment variables; an empty text is left out, since Lambda refuses empty values. */
export const writeRotatorEnvironment = (settings: RotatorSettings): Record<string, string> =>
  writeVariables(keys, settings);

/**
 * Reads the settings back from the function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export const readRotatorEnvironment = (env: Variables): RotatorSettings =>
  readVariables(keys, env, (faults) => `The rotator can't start: ${faults}. Deploy the stack again with pulumi up.`);
