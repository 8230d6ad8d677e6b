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
  "cacheSeconds",
  "readerName",
  "reportedSecrets",
] as const satisfies readonly (keyof Settings)[];

/**
 * All that a program is told to read secrets, under the names of the mover's settings: account and region are those of
 * the mover whose homes are read, the login is the program's own.
 */
export type ReaderSettings = Pick<Settings, (typeof keys)[number]>;

/** The settings as environment variables; an empty text is left out, since Lambda refuses empty values. */
export const writeReaderEnvironment = (settings: ReaderSettings): Record<string, string> =>
  writeVariables(keys, settings);

/**
 * Reads the settings back from a function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export const readReaderEnvironment = (env: Variables): ReaderSettings =>
  readVariables(
    keys,
    env,
    (faults) => `Secrets can't be read: ${faults}. Give the function VaultReader's environment and deploy it again.`,
  );
