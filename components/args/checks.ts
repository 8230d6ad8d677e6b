/**
 * What an argument may be. Each check takes whatever was given, of any type, and gives it back typed or says what is
 * allowed. What was given is never repeated: somebody may have put a password there.
 */

/** The value, or what would have been allowed. */
export type Checked<T> = { readonly value: T } | { readonly allowed: string };

/** An argument: what it may be, and what it is when it isn't given. */
export interface Argument<T> {
  readonly check: (value: unknown) => Checked<T>;
  readonly fallback: T;
}

const valid = <T>(value: T): Checked<T> => ({ value });
const allowed = (what: string): { readonly allowed: string } => ({ allowed: what });

/** A text of the given form; `form` describes it. */
export const text = (form: RegExp, what: string, fallback = ""): Argument<string> => ({
  check: (value) => (typeof value === "string" && form.test(value) ? valid(value) : allowed(what)),
  fallback,
});

/** Any text that is not empty. */
export const anyText = (fallback = ""): Argument<string> => ({
  check: (value) => (typeof value === "string" ? valid(value) : allowed("a text")),
  fallback,
});

/** One of a few words. */
export const word = <const W extends string>(words: readonly W[], fallback: NoInfer<W>): Argument<W> => ({
  check: (value) => {
    const found = words.find((candidate) => candidate === value);
    return found === undefined ? allowed(`one of ${words.join(", ")}`) : valid(found);
  },
  fallback,
});

export const flag = (fallback: boolean): Argument<boolean> => ({
  check: (value) => (typeof value === "boolean" ? valid(value) : allowed("true or false")),
  fallback,
});

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;

/** A whole number from `least` to `most`. */
export const integer = (least: number, most: number, fallback: number): Argument<number> => ({
  check: (value) =>
    isWithin(value, least, most) && Number.isInteger(value)
      ? valid(value)
      : allowed(`a whole number from ${least} to ${most}`),
  fallback,
});

/** A number from `least` to `most`, with or without a fraction. */
export const number = (least: number, most: number, fallback: number): Argument<number> => ({
  check: (value) => (isWithin(value, least, most) ? valid(value) : allowed(`a number from ${least} to ${most}`)),
  fallback,
});

/** One of a list of numbers. */
export const oneOf = (numbers: readonly number[], fallback: number): Argument<number> => ({
  check: (value) =>
    typeof value === "number" && numbers.includes(value) ? valid(value) : allowed(`one of ${numbers.join(", ")}`),
  fallback,
});

/** A list of at most `most` different members, each accepted by `isMember`. */
export const list = <T>(
  isMember: (member: unknown) => member is T,
  what: string,
  most: number,
): Argument<readonly T[]> => ({
  check: (value) => {
    const members: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
    const fits =
      members !== undefined &&
      members.length <= most &&
      members.every(isMember) &&
      new Set(members.map((member) => JSON.stringify(member))).size === members.length;
    return fits ? valid(members) : allowed(`a list of at most ${most} different ${what}`);
  },
  fallback: [],
});

/** A list of texts of the given form. */
export const texts = (form: RegExp, what: string, most: number): Argument<readonly string[]> =>
  list((member): member is string => typeof member === "string" && form.test(member), what, most);

/** At most `most` names with texts, each accepted by `isEntry`. */
export const map = (
  isEntry: (name: string, value: string) => boolean,
  what: string,
  most: number,
): Argument<Readonly<Record<string, string>>> => ({
  check: (value) => {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    const entries = isMap ? Object.entries(value) : undefined;
    const fits = (entry: [string, unknown]): entry is [string, string] =>
      typeof entry[1] === "string" && isEntry(entry[0], entry[1]);
    return entries !== undefined && entries.length <= most && entries.every(fits)
      ? valid(Object.fromEntries(entries))
      : allowed(`at most ${most} ${what}`);
  },
  fallback: {},
});

const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * The address of a server, without a slash at its end. Encrypted, unless it never leaves the machine.
 *
 * @param withPath whether a path may follow the host
 */
export const address = (withPath: boolean): Argument<string> => ({
  check: (value) => {
    const what = `an absolute URL ${withPath ? "" : "without a path and "}without user, query or fragment, https:// unless its host is this machine`;
    if (typeof value !== "string" || !URL.canParse(value)) return allowed(what);
    const url = new URL(value);
    const secure = url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
    const bare = !/[?#@\\\s]/.test(value) && (withPath || url.pathname === "/");
    return secure && bare ? valid(`${url.origin}${url.pathname}`.replace(/\/+$/, "")) : allowed(what);
  },
  fallback: "",
});
