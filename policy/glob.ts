const formOf = (pattern: string, one: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", one)}$`,
    "s",
  );

/** Whether a text matches a pattern of AWS: `*` is any text, `?` is one character. */
export const globs = (pattern: string, text: string): boolean => formOf(pattern, ".").test(text);

/** Whether a pattern matches all that another matches, in which a `*` and a variable are more than one character. */
export const covers = (wide: string, narrow: string): boolean => formOf(wide, "[^*${}]").test(narrow);
