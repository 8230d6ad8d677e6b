import { membersOf } from "./members";

/** The modes of a move, from the least to the most that it may do. */
export const modes = ["audit", "copy", "move"] as const;
export type Mode = (typeof modes)[number];

/** The most that any secret's mode allows; a secret's tag can only lower it. */
export const highestMode = ({ mode, modeRules }: Pick<MoverSettings, "mode" | "modeRules">): Mode =>
  modes.findLast((candidate) => candidate === mode || modeRules.some((rule) => rule.mode === candidate)) ?? mode;

/** Gives `mode` to the secrets whose name matches `pattern` (`*` stands for any run of characters). */
export interface ModeRule {
  readonly pattern: string;
  readonly mode: Mode;
}

/**
 * All that the mover is told at deployment. The names are those of the Pulumi configuration; in the function's
 * environment each is written as `HOMING_` and the name in capitals (see {@link variableOf}).
 */
export interface MoverSettings {
  /** The 12-digit account whose secrets are moved; a secret of another account is refused. */
  readonly account: string;
  /** The region whose secrets are moved; a secret of another region is refused. */
  readonly region: string;
  /** `https://…`, without a trailing slash. */
  readonly vaultAddress: string;
  /** Vault Enterprise, HCP or OpenBao namespace; empty for the root namespace. */
  readonly vaultNamespace: string;
  /** PEM of the private CA that signed Vault's certificate; empty for the public ones. */
  readonly vaultCaCertificate: string;
  /** Path of the KV version 2 mount, without slashes at its ends. */
  readonly mount: string;
  /** First part of every home's path, without slashes at its ends. */
  readonly homePrefix: string;
  /** A home's path with `{account}`, `{region}` and, at its end, `{name}`. */
  readonly homeTemplate: string;
  readonly login: "aws" | "jwt";
  /** Path of Vault's auth method, without `auth/`. */
  readonly loginPath: string;
  /** Vault role that the function logs in with. */
  readonly loginRole: string;
  /** `aws` only: the value of `X-Vault-AWS-IAM-Server-ID`. */
  readonly serverId: string;
  /** `jwt` only: the audience of the web identity token. */
  readonly audience: string;
  /** `jwt` only. */
  readonly signingAlgorithm: "RS256" | "ES384";
  /** Identity entity of the mover: the author of the KV versions that are its own. */
  readonly entityId: string;
  /** Entities that were the mover's before. */
  readonly formerEntityIds: readonly string[];
  /** Entities of the operators, one for each of `operatorRoleArns`, made by the program. */
  readonly operatorEntityIds: readonly string[];
  /** Short names (see `placeOf`) of places where the homes were before a person migrated them. */
  readonly formerPlaces: readonly string[];
  readonly authorship: "entity" | "label";
  readonly mode: Mode;
  /** The first rule whose pattern matches a name replaces `mode` for it. */
  readonly modeRules: readonly ModeRule[];
  /** Only secrets whose name starts with this are looked at. */
  readonly namePrefix: string;
  /** Name patterns of secrets that are never touched. */
  readonly exemptNames: readonly string[];
  /** Name patterns of secrets that a person lets move although they look like what Vault or its clients start from. */
  readonly confirmedNames: readonly string[];
  /** Keys of tags by which an infrastructure-as-code tool marks a secret as its own: copied, never deleted. */
  readonly ownerTags: readonly string[];
  /** Name patterns of secrets that an AWS service reads by itself, beside the built-in ones. */
  readonly serviceReadNames: readonly string[];
  readonly replicas: "skip" | "remove";
  /** Regions that may be taken out of a secret's replication, and put back, when `replicas` is `remove`. */
  readonly replicaRegions: readonly string[];
  /** `hand-over`: as `move`, and only where a rotator already waits for the home. */
  readonly rotation: "skip" | "move" | "hand-over";
  readonly objects: "fields" | "text";
  /** What to do with a home that somebody else wrote: refuse, or accept it when it holds the same value. */
  readonly foreignHomes: "refuse" | "accept-equal";
  /** Days, 7 to 30. */
  readonly recoveryWindowDays: number;
  /** Minutes between the copy and the deletion. */
  readonly settleMinutes: number;
  /** Share of the account's DeleteSecret rate that all containers together may use. */
  readonly deletesPerSecond: number;
  /** How many containers may run at once; each takes its part of `deletesPerSecond`. */
  readonly maxConcurrency: number;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** What any program is told at deployment: the mover's settings, and those that only another program takes. */
export interface Settings extends MoverSettings {
  /** Whether the mover reads its queue. */
  readonly enabled: boolean;
  /** Only where no mover is any more: the place (see `placeOf`) that its tags name, whoever wrote them. Else empty. */
  readonly place: string;
  /** The sweeper's share of the account's ListSecrets rate, up to 1. */
  readonly sweepShare: number;
  /** How long a reader uses a value before it asks Vault again. */
  readonly cacheSeconds: number;
  /** What a reader that reports is called; empty for one that doesn't. */
  readonly readerName: string;
  /** The secrets, by their names in Secrets Manager, of which a reader reports. */
  readonly reportedSecrets: readonly string[];
  /** A rotator's secret, by its name in Secrets Manager. */
  readonly secretName: string;
  /** When it is rotated, as its program says it: for a person to read. */
  readonly schedule: string;
  /** A value that is older is rotated. */
  readonly intervalSeconds: number;
  /** How long the former value stays after the home got the new one. */
  readonly overlapSeconds: number;
  /** How long it stays at most while a reader that is named has not reported; 0 where none is. */
  readonly longestOverlapSeconds: number;
  /** The readers that report. */
  readonly readers: readonly string[];
  /** The function's own time limit. */
  readonly timeoutSeconds: number;
}

/** How a setting is read from its variable. */
interface Field<T> {
  /** Whether its variable may be missing; the text is then empty. */
  readonly optional: boolean;
  /** What its variable has to be, for the error. */
  readonly form: string;
  /** The value that a text stands for; undefined when it stands for none. */
  readonly read: (text: string) => T | undefined;
}
type Fields<S> = { readonly [K in keyof S]: Field<S[K]> };

const text: Field<string> = { optional: false, form: "a text", read: (given) => given };
const optionalText: Field<string> = { ...text, optional: true };

const number: Field<number> = {
  optional: false,
  form: "a number",
  read: (given) => {
    const value = Number(given);
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  },
};

const flag: Field<boolean> = {
  optional: false,
  form: "true or false",
  read: (given) => (given === "true" || given === "false" ? given === "true" : undefined),
};

const word = <T extends string>(...words: readonly T[]): Field<T> => ({
  optional: false,
  form: `one of ${words.join(", ")}`,
  read: (given) => words.find((known) => known === given),
});

const list = <T>(form: string, isMember: (member: unknown) => member is T): Field<readonly T[]> => ({
  optional: false,
  form: `a list of ${form}`,
  read: (given) => {
    try {
      const value: unknown = JSON.parse(given);
      return Array.isArray(value) && value.every(isMember) ? value : undefined;
    } catch {
      // What the parser says quotes the text; the error names the variable and what it has to be.
      return undefined;
    }
  },
});

const isModeRule = (value: unknown): value is ModeRule => {
  const { pattern, mode } = membersOf(value);
  return typeof pattern === "string" && modes.some((known) => known === mode);
};

const texts = list("texts", (member) => typeof member === "string");
const optionalTexts: typeof texts = {
  ...texts,
  optional: true,
  read: (given) => (given === "" ? [] : texts.read(given)),
};
const optionalNumber: Field<number> = { ...number, optional: true };
const rules = list(`{pattern, mode} pairs, mode one of ${modes.join(", ")}`, isModeRule);

const moverFields: Fields<MoverSettings> = {
  account: text,
  region: text,
  vaultAddress: text,
  vaultNamespace: optionalText,
  vaultCaCertificate: optionalText,
  mount: text,
  homePrefix: text,
  homeTemplate: text,
  login: word("aws", "jwt"),
  loginPath: text,
  loginRole: text,
  serverId: optionalText,
  audience: optionalText,
  signingAlgorithm: word("RS256", "ES384"),
  entityId: text,
  formerEntityIds: texts,
  operatorEntityIds: texts,
  formerPlaces: texts,
  authorship: word("entity", "label"),
  mode: word(...modes),
  modeRules: rules,
  namePrefix: optionalText,
  exemptNames: texts,
  confirmedNames: texts,
  ownerTags: texts,
  serviceReadNames: texts,
  replicas: word("skip", "remove"),
  replicaRegions: texts,
  rotation: word("skip", "move", "hand-over"),
  objects: word("fields", "text"),
  foreignHomes: word("refuse", "accept-equal"),
  recoveryWindowDays: number,
  settleMinutes: number,
  deletesPerSecond: number,
  maxConcurrency: number,
  queueUrl: text,
  deadLetterQueueUrl: text,
};

/** Every setting of every program; each program takes its part by a list of keys. */
const fields: Fields<Settings> = {
  ...moverFields,
  enabled: flag,
  place: optionalText,
  sweepShare: number,
  cacheSeconds: number,
  readerName: optionalText,
  reportedSecrets: optionalTexts,
  secretName: text,
  schedule: text,
  intervalSeconds: number,
  overlapSeconds: number,
  longestOverlapSeconds: optionalNumber,
  readers: optionalTexts,
  timeoutSeconds: number,
};
const moverKeys = Object.keys(moverFields) as readonly (keyof MoverSettings)[];

/** A function's environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment variable of a setting: `homePrefix` becomes `HOMING_HOME_PREFIX`. */
export const variableOf = (name: string): string =>
  `HOMING_${name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`;

/**
 * The settings of these keys as environment variables; an empty text is left out, since Lambda refuses empty values.
 * Nothing else that `settings` holds gets into the environment.
 */
export function writeVariables<K extends keyof Settings>(
  keys: readonly K[],
  settings: Pick<Settings, K>,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const key of keys) {
    const value: Settings[keyof Settings] = settings[key];
    const written = typeof value === "object" ? JSON.stringify(value) : value.toString();
    if (written !== "") variables[variableOf(key)] = written;
  }
  return variables;
}

/**
 * Reads the settings of these keys back from the function's environment.
 *
 * @param message makes the error's message from the list of faults
 * @throws one error that lists every variable that is missing or can't be read, and quotes none
 */
export function readVariables<K extends keyof Settings>(
  keys: readonly K[],
  env: Variables,
  message: (faults: string) => string,
): Pick<Settings, K> {
  const settings: { [P in K]?: Settings[P] } = {};
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const key of keys) {
    const { optional, form, read } = fields[key];
    const variable = variableOf(key);
    const given = env[variable] ?? "";
    if (given === "" && !optional) {
      missing.push(variable);
      continue;
    }
    const value = read(given);
    if (value === undefined) wrong.push(`${variable} is not ${form}`);
    else settings[key] = value;
  }
  if (missing.length > 0) wrong.unshift(`missing environment variables: ${missing.join(", ")}`);
  if (wrong.length > 0) throw new Error(message(wrong.join("; ")));
  return settings as Pick<Settings, K>;
}

/** The mover's settings as environment variables. */
export const writeEnvironment = (settings: MoverSettings): Record<string, string> =>
  writeVariables(moverKeys, settings);

/**
 * Reads the mover's settings back from the function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export const readEnvironment = (env: Variables): MoverSettings =>
  readVariables(moverKeys, env, (faults) => `The mover can't start: ${faults}. Deploy the stack again with pulumi up.`);
