/** Property values as the engine sends them: plain JSON, in which some objects are marked by a signature. */
export type Values = Readonly<Record<string, unknown>>;

const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
} as const;

/** What the engine sends during a preview in place of a value that isn't known yet. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True for a JSON object (no array, no null). */
export const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const hasSignature = (value: Values, kind: keyof typeof signatures): boolean =>
  value[signatureKey] === signatures[kind];

export const isArchive = (value: unknown): value is Values => isObject(value) && hasSignature(value, "archive");
export const isAsset = (value: unknown): value is Values => isObject(value) && hasSignature(value, "asset");

/** A secret, or an output that is one. */
const isSecret = (value: Values): boolean =>
  hasSignature(value, "secret") || (hasSignature(value, "output") && value.secret === true);

/** Marks a value as secret, so that the engine encrypts it in its state. */
export const secretOf = (value: unknown): Values => ({ [signatureKey]: signatures.secret, value });

/** The value without its marks: secrets and outputs are opened, a reference to a resource is its id. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (hasSignature(value, "secret")) return plain(value.value);
  if (hasSignature(value, "output")) return "value" in value ? plain(value.value) : unknownValue;
  if (hasSignature(value, "resource")) return "id" in value ? plain(value.id) : unknownValue;
  if (isArchive(value) || isAsset(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

/** Leaves out the members without a value, at any depth: the engine's messages can't hold them. */
export function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (!isObject(value)) return value;
  const present = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutAbsent(member)]));
}

/** {@link plain} for a whole set of properties, without the absent ones. */
export const plainValues = (values: Values): Values => withoutAbsent(plain(values)) as Values;

/** True if a secret is anywhere inside the value. */
export function containsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(containsSecret);
  if (!isObject(value)) return false;
  return isSecret(value) || Object.values(value).some(containsSecret);
}

/** True if something inside the value isn't known yet. Expects a {@link plain} value. */
export function containsUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isObject(value) && Object.values(value).some(containsUnknown);
}

/** Every text inside the secrets of these values, for keeping them out of messages. */
export function secretTexts(value: unknown, inSecret = false): string[] {
  if (typeof value === "string") return inSecret && value !== "" ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((member) => secretTexts(member, inSecret));
  if (!isObject(value)) return [];
  const marked = inSecret || isSecret(value);
  return Object.entries(value)
    .filter(([key]) => key !== signatureKey)
    .flatMap(([, member]) => secretTexts(member, marked));
}

/** A text property that {@link check} has seen. */
export function text(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== "string") throw new Error(`property ${name} must be a text`);
  return value;
}

export const optionalText = (values: Values, name: string): string | undefined =>
  values[name] === undefined ? undefined : text(values, name);

/** The first of these that is a text and not empty. */
export const firstText = (...candidates: readonly unknown[]): string | undefined =>
  candidates.find((candidate): candidate is string => typeof candidate === "string" && candidate !== "");

/** A map of texts; an absent one is empty. */
export const textMap = (values: Values, name: string): Readonly<Record<string, string>> =>
  (isObject(values[name]) ? values[name] : {}) as Readonly<Record<string, string>>;

/** The nested object of that name; an absent one is empty. */
export const nested = (values: Values, name: string): Values => (isObject(values[name]) ? values[name] : {});
