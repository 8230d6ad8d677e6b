/** The shell lines by which a person's other commands work with a local cloud. */
import { emulatorAccount } from "./emulator";
import type { System } from "./system";

/** As one word of a POSIX shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What would take the commands elsewhere, or past the addresses and logins of the cloud. */
const misleading: readonly string[] = [
  ...["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"],
  ...["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"],
  ...["VAULT_NAMESPACE", "VAULT_AGENT_ADDR", "VAULT_PROXY_ADDR", "VAULT_HTTP_PROXY", "VAULT_WRAP_TTL"],
  // A missing file ends the vault command even where no TLS is spoken.
  ...["VAULT_CACERT", "VAULT_CAPATH", "VAULT_CACERT_BYTES", "VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY"],
];

/** What the commands need, by the name of the variable. */
export const variablesOf = (system: System): Readonly<Record<string, string>> => ({
  AWS_ACCESS_KEY_ID: emulatorAccount.accessKeyId,
  AWS_SECRET_ACCESS_KEY: emulatorAccount.secretAccessKey,
  AWS_REGION: system.region,
  AWS_DEFAULT_REGION: system.region,
  AWS_ENDPOINT_URL: system.awsEndpoint,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: system.cloudTrailEndpoint,
  AWS_ENDPOINT_URL_STS: system.cloudTrailEndpoint,
  VAULT_ADDR: system.vaultAddress,
  VAULT_TOKEN: system.vaultToken,
  HOMING_STACK: system.stack,
});

/** An address of one service goes before that of all, so another cloud's would be used. */
const otherAddresses = (present: Iterable<string>, wanted: Readonly<Record<string, string>>): readonly string[] =>
  [...present].filter((name) => /^AWS_ENDPOINT_URL_[A-Z0-9_]+$/.test(name) && !Object.hasOwn(wanted, name));

/**
 * Lines for `eval`, also without quotes around it.
 *
 * @param present names of the variables of the shell's environment
 */
export function shellLines(system: System, present: Iterable<string>): string {
  const wanted = variablesOf(system);
  return [
    `unset ${[...misleading, ...otherAddresses(present, wanted)].join(" ")};`,
    ...Object.entries(wanted).map(([name, value]) => `export ${name}=${quoted(value)};`),
  ].join("\n");
}
