/**
 * Readers of single settings. Each turns the text of a configuration value into its type, or says what is allowed.
 * What was given is never repeated: somebody may have put a password there.
 */

/** The value, or what would have been allowed. */
export type Parsed<T> = { readonly value: T } | { readonly allowed: string };

/** A setting: how its text is read, and its value when it isn't given (or given empty). */
export interface Setting<T> {
  readonly parse: (raw: string) => Parsed<T>;
  readonly fallback: T;
}

const valid = <T>(value: T): Parsed<T> => ({ value });
const allowed = (what: string): { readonly allowed: string } => ({ allowed: what });

/** A text of the given form; `form` describes it. */
export const text = (form: RegExp, what: string, fallback = ""): Setting<string> => ({
  parse: (raw) => (form.test(raw) ? valid(raw) : allowed(what)),
  fallback,
});

/** Any text that is not empty. */
export const anyText = (fallback = ""): Setting<string> => ({ parse: valid, fallback });

/** One of a few words. */
export const word = <const W extends string>(words: readonly W[], fallback: NoInfer<W>): Setting<W> => ({
  parse: (raw) => {
    const found = words.find((candidate) => candidate === raw);
    return found === undefined ? allowed(`one of ${words.join(", ")}`) : valid(found);
  },
  fallback,
});

export const flag = (fallback: boolean): Setting<boolean> => ({
  parse: (raw) => (raw === "true" || raw === "false" ? valid(raw === "true") : allowed("true or false")),
  fallback,
});

const decimal = /^-?\d+(\.\d+)?$/;

/** A whole number from `least` to `most`. */
export const integer = (least: number, most: number, fallback: number): Setting<number> => ({
  parse: (raw) => {
    const value = Number(raw);
    const fits = decimal.test(raw) && Number.isInteger(value) && value >= least && value <= most;
    return fits ? valid(value) : allowed(`a whole number from ${least} to ${most}`);
  },
  fallback,
});

/** A number from `least` to `most`, with or without a fraction. */
export const number = (least: number, most: number, fallback: number): Setting<number> => ({
  parse: (raw) => {
    const value = Number(raw);
    return decimal.test(raw) && value >= least && value <= most
      ? valid(value)
      : allowed(`a number from ${least} to ${most}`);
  },
  fallback,
});

/** One of a list of numbers. */
export const oneOf = (numbers: readonly number[], fallback: number): Setting<number> => ({
  parse: (raw) => {
    const value = Number(raw);
    return decimal.test(raw) && numbers.includes(value) ? valid(value) : allowed(`one of ${numbers.join(", ")}`);
  },
  fallback,
});

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined; // No reader accepts it: the fault says what is allowed.
  }
}

/** A list of at most `most` different members, each accepted by `isMember`. */
export const list = <T>(
  isMember: (member: unknown) => member is T,
  what: string,
  most: number,
): Setting<readonly T[]> => ({
  parse: (raw) => {
    const members = parseJson(raw);
    const fits =
      Array.isArray(members) &&
      members.length <= most &&
      members.every(isMember) &&
      new Set(members.map((member) => JSON.stringify(member))).size === members.length;
    return fits ? valid(members) : allowed(`a list of at most ${most} different ${what}`);
  },
  fallback: [],
});

/** A list of texts of the given form. */
export const texts = (form: RegExp, what: string, most: number): Setting<readonly string[]> =>
  list((member): member is string => typeof member === "string" && form.test(member), what, most);

/** Names with texts, each accepted by `isEntry`. */
export const map = (
  isEntry: (name: string, value: string) => boolean,
  what: string,
): Setting<Readonly<Record<string, string>>> => ({
  parse: (raw) => {
    const value = parseJson(raw);
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    const entries = isMap ? Object.entries(value as Record<string, unknown>) : undefined;
    return entries?.every(
      (entry): entry is [string, string] => typeof entry[1] === "string" && isEntry(entry[0], entry[1]),
    )
      ? valid(Object.fromEntries(entries))
      : allowed(what);
  },
  fallback: {},
});

const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * The address of a server, without a slash at its end. Encrypted, unless it never leaves the machine.
 *
 * @param withPath whether a path may follow the host
 */
export const address = (withPath: boolean): Setting<string> => ({
  parse: (raw) => {
    const what = `an absolute URL ${withPath ? "" : "without a path and "}without user, query or fragment, https:// unless its host is this machine`;
    if (!URL.canParse(raw)) return allowed(what);
    const url = new URL(raw);
    const secure = url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
    const bare = !/[?#@\\\s]/.test(raw) && (withPath || url.pathname === "/");
    return secure && bare ? valid(`${url.origin}${url.pathname}`.replace(/\/+$/, "")) : allowed(what);
  },
  fallback: "",
});
