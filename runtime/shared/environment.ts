/** The modes of a move, from the least to the most that it may do. */
export const modes = ["audit", "copy", "move"] as const;
export type Mode = (typeof modes)[number];

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
  readonly authorship: "entity" | "label";
  readonly mode: Mode;
  /** The first rule whose pattern matches a name replaces `mode` for it. */
  readonly modeRules: readonly ModeRule[];
  /** Only secrets whose name starts with this are looked at. */
  readonly namePrefix: string;
  /** Name patterns of secrets that are never touched. */
  readonly exemptNames: readonly string[];
  /** Keys of tags by which an infrastructure-as-code tool marks a secret as its own: copied, never deleted. */
  readonly ownerTags: readonly string[];
  /** Name patterns of secrets that an AWS service reads by itself, beside the built-in ones. */
  readonly serviceReadNames: readonly string[];
  readonly replicas: "skip" | "remove";
  readonly rotation: "skip" | "cancel-and-move";
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

type Field =
  | { readonly kind: "text" | "optional-text" | "number" | "json" }
  | { readonly kind: "word"; readonly words: readonly string[] };

const text: Field = { kind: "text" };
const optionalText: Field = { kind: "optional-text" };
const number: Field = { kind: "number" };
const json: Field = { kind: "json" };
const word = (...words: readonly string[]): Field => ({ kind: "word", words });

const fields: Readonly<Record<keyof MoverSettings, Field>> = {
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
  formerEntityIds: json,
  authorship: word("entity", "label"),
  mode: word(...modes),
  modeRules: json,
  namePrefix: optionalText,
  exemptNames: json,
  ownerTags: json,
  serviceReadNames: json,
  replicas: word("skip", "remove"),
  rotation: word("skip", "cancel-and-move"),
  objects: word("fields", "text"),
  foreignHomes: word("refuse", "accept-equal"),
  recoveryWindowDays: number,
  settleMinutes: number,
  deletesPerSecond: number,
  maxConcurrency: number,
  queueUrl: text,
  deadLetterQueueUrl: text,
};

/** The environment variable of a setting: `homePrefix` becomes `HOMING_HOME_PREFIX`. */
export const variableOf = (name: string): string =>
  `HOMING_${name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`;

/** The settings as environment variables; an empty text is left out, since Lambda refuses empty values. */
export function writeEnvironment(settings: MoverSettings): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of Object.keys(fields)) {
    const value = settings[name as keyof MoverSettings];
    const written = typeof value === "object" ? JSON.stringify(value) : value.toString();
    if (written !== "") variables[variableOf(name)] = written;
  }
  return variables;
}

function readField(field: Field, raw: string): unknown {
  switch (field.kind) {
    case "text":
    case "optional-text":
      return raw;
    case "number": {
      const value = Number(raw);
      if (!Number.isFinite(value)) throw new Error("is not a number");
      return value;
    }
    case "word":
      if (!field.words.includes(raw)) throw new Error(`is not one of ${field.words.join(", ")}`);
      return raw;
    case "json":
      return JSON.parse(raw);
    default:
      return field satisfies never;
  }
}

/**
 * Reads the settings back from the function's environment.
 *
 * @throws one error that lists every variable that is missing or can't be read
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): MoverSettings {
  const settings: Record<string, unknown> = {};
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const variable = variableOf(name);
    const raw = env[variable] ?? "";
    if (raw === "" && field.kind !== "optional-text") {
      missing.push(variable);
      continue;
    }
    try {
      settings[name] = readField(field, raw);
    } catch (error) {
      wrong.push(`${variable} ${error instanceof SyntaxError ? "is not JSON" : (error as Error).message}`);
    }
  }
  const complaints = [
    ...(missing.length > 0 ? [`missing environment variables: ${missing.join(", ")}`] : []),
    ...wrong,
  ];
  if (complaints.length > 0) {
    throw new Error(`The mover can't start: ${complaints.join("; ")}. Deploy the stack again with pulumi up.`);
  }
  return settings as unknown as MoverSettings;
}
