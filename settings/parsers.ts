/** The type of an argument, from the text that it has in the configuration. What it may be, components/args says. */

const decimal = /^-?\d+(\.\d+)?$/;

/**
 * A configuration's text as a value of the type that a setting has. A text that is none of that type stays one: no check
 * accepts it, and the fault says what is allowed.
 *
 * @param like any value of the type
 */
export function typed(raw: string, like: unknown): unknown {
  switch (typeof like) {
    case "boolean":
      return raw === "true" || raw === "false" ? raw === "true" : raw;
    case "number":
      return decimal.test(raw) ? Number(raw) : raw;
    case "object":
      return json(raw);
    default:
      return raw;
  }
}

/**
 * What a text had to be to be read as a list or an object; nothing where it is one of them, or neither is wanted.
 *
 * @param like as of {@link typed}
 */
export function jsonMissing(raw: string, like: unknown): string | undefined {
  if (typeof like !== "object" || typeof json(raw) === "object") return undefined;
  return Array.isArray(like) ? "list […]" : "object {…}";
}

function json(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
