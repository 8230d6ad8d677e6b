/** What a part of `Homing` is told when a program that uses it alone leaves it out. */
import { defaults } from "./table";

const { enabled, batchSize, memoryMb, timeoutSeconds, logRetentionDays, logLevel } = defaults;
const { kmsKeyArns, subnetIds, securityGroupIds, tags } = defaults;
/** How the functions run when nothing is said. */
export const optionDefaults = {
  enabled,
  batchSize,
  memoryMb,
  timeoutSeconds,
  logRetentionDays,
  logLevel,
  kmsKeyArns,
  subnetIds,
  securityGroupIds,
  tags,
};

const { namePrefix, exemptNames, settleMinutes, formerEntityIds, mode, modeRules, sweepEnabled, sweepShare } = defaults;
/** What is swept, and when, when nothing is said. */
export const sweeperDefaults = {
  mover: { namePrefix, exemptNames, settleMinutes, formerEntityIds, mode, modeRules },
  sweep: { runs: sweepEnabled, sweepShare },
};

/** What is given, and the defaults of what isn't; undefined is not given, as in the arguments of Pulumi's resources. */
export function withDefaults<D extends object, G extends object>(fallback: D, given: G): D & G {
  const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined;
  return { ...fallback, ...Object.fromEntries(Object.entries(given).filter(isGiven)) } as D & G;
}
