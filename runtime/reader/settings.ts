import { variableOf } from "../shared/environment";
import type { MoverSettings } from "../shared/environment";

/** All that a program is told to read secrets, under the names of the mover's settings. */
export interface ReaderSettings extends Pick<
  MoverSettings,
  | "vaultAddress"
  | "vaultNamespace"
  | "vaultCaCertificate"
  | "mount"
  | "homePrefix"
  | "homeTemplate"
  | "login"
  | "loginPath"
  | "loginRole"
  | "serverId"
  | "audience"
  | "signingAlgorithm"
> {
  /** The account and region whose secrets are read. */
  readonly account: string;
  readonly region: string;
  /** How long a value is used before Vault is asked again. */
  readonly cacheSeconds: number;
}

/** The settings as environment variables; an empty text is left out, since Lambda refuses empty values. */
export function writeReaderEnvironment(settings: ReaderSettings): Record<string, string> {
  const variables = Object.entries({
    ...settings,
    cacheSeconds: settings.cacheSeconds.toString(),
  } satisfies Record<keyof ReaderSettings, string>);
  return Object.fromEntries(
    variables.filter(([, value]) => value !== "").map(([name, value]) => [variableOf(name), value]),
  );
}

/**
 * Reads the settings back from a function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export function readReaderEnvironment(env: Readonly<Record<string, string | undefined>>): ReaderSettings {
  const faults: string[] = [];
  const text = (name: keyof ReaderSettings, optional = false): string => {
    const value = env[variableOf(name)] ?? "";
    if (value === "" && !optional) faults.push(`${variableOf(name)} is missing`);
    return value;
  };
  const word = <T extends string>(name: keyof ReaderSettings, words: readonly T[], fallback: T): T => {
    const value = text(name);
    const known = words.find((one) => one === value);
    if (known === undefined && value !== "") faults.push(`${variableOf(name)} is not one of ${words.join(", ")}`);
    return known ?? fallback;
  };
  const seconds = Number(text("cacheSeconds"));
  if (!(seconds >= 0 && Number.isFinite(seconds))) faults.push(`${variableOf("cacheSeconds")} is not a number`);
  const settings: ReaderSettings = {
    account: text("account"),
    region: text("region"),
    vaultAddress: text("vaultAddress"),
    vaultNamespace: text("vaultNamespace", true),
    vaultCaCertificate: text("vaultCaCertificate", true),
    mount: text("mount"),
    homePrefix: text("homePrefix"),
    homeTemplate: text("homeTemplate"),
    login: word("login", ["aws", "jwt"], "aws"),
    loginPath: text("loginPath"),
    loginRole: text("loginRole"),
    serverId: text("serverId", true),
    audience: text("audience", true),
    signingAlgorithm: word("signingAlgorithm", ["ES384", "RS256"], "ES384"),
    cacheSeconds: seconds,
  };
  if (faults.length > 0) {
    throw new Error(
      `Secrets can't be read: ${faults.join("; ")}. Give the function VaultReader's environment and deploy it again.`,
    );
  }
  return settings;
}
