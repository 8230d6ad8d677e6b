import { readVariables, writeVariables } from "../shared/environment";
import type { Settings, Variables } from "../shared/environment";

const keys = [
  "region",
  "enabled",
  "entityId",
  "place",
  "formerEntityIds",
  "mode",
  "modeRules",
  "namePrefix",
  "exemptNames",
  "settleMinutes",
  "sweepShare",
  "queueUrl",
] as const satisfies readonly (keyof Settings)[];

/** All that the sweeper is told at deployment, under the names of the Pulumi configuration. */
export type SweepSettings = Pick<Settings, (typeof keys)[number]>;

/** The settings as environment variables; an empty text is left out, since Lambda refuses empty values. */
export const writeSweepEnvironment = (settings: SweepSettings): Record<string, string> =>
  writeVariables(keys, settings);

/**
 * Reads the settings back from the function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export const readSweepEnvironment = (env: Variables): SweepSettings =>
  readVariables(keys, env, (faults) => `The sweeper can't start: ${faults}. Deploy the stack again with pulumi up.`);
