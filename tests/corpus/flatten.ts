/** A JSON text as a list of what it says, made without the parser under test. */

/** Strings with their quotes, punctuation, and whatever else stands between white space. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * One line for each leaf and each empty container: its path, and for a number its text as it stands. Sorted, so that
 * the order of members does not matter; two members of equal keys make two lines.
 */
export function flatten(json: string): readonly string[] {
  const list = json.match(tokens) ?? [];
  const lines: string[] = [];
  let position = 0;
  const next = (): string => list[position++] ?? "";
  const value = (path: readonly (string | number)[]): void => {
    const token = next();
    if (token !== "{" && token !== "[") {
      const leaf = token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token;
      lines.push(`${JSON.stringify(path)} ${leaf}`);
      return;
    }
    const close = token === "{" ? "}" : "]";
    if (list[position] === close) {
      position += 1;
      lines.push(`${JSON.stringify(path)} ${token}${close}`);
      return;
    }
    for (let index = 0; ; index += 1) {
      const key = token === "{" ? (JSON.parse(next()) as string) : index;
      if (token === "{") next();
      value([...path, key]);
      if (next() === close) return;
    }
  };
  value([]);
  return lines.sort();
}
