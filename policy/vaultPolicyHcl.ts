/**
 * Reads a Vault policy in HCL. What Vault takes and this reader does not know is not read at all: to guess would be to
 * let a grant pass unseen.
 */

/** What a path is given; a name that comes twice has the values of both. */
export interface HclPath {
  readonly path: string;
  readonly members: readonly (readonly [name: string, texts: readonly string[]])[];
}

const tokenForm = /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|[{}[\]=,:]|[\w.+-]+/y;
const isMeaningless = (token: string): boolean => /^(\s|#|\/)/.test(token);
const isWord = (token: string): boolean => /^[\w.+-]/.test(token);
const closing: Readonly<Record<string, string>> = { "[": "]", "{": "}" };

/** Undefined when some of it is no token. */
function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const form = new RegExp(tokenForm);
  while (form.lastIndex < text.length) {
    const token = form.exec(text)?.[0];
    if (token === undefined) return undefined;
    if (!isMeaningless(token)) tokens.push(token);
  }
  return tokens;
}

/** A text without its quotes. HCL has escapes that JSON lacks, and placeholders: these are not read. */
function unquoted(token: string | undefined): string | undefined {
  if (token?.startsWith('"') !== true || token.includes("${")) return undefined;
  if (!token.includes("\\")) return token.slice(1, -1);
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}

/** The paths of a policy; undefined when it can't be read. */
export function hclPaths(text: string): readonly HclPath[] | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  let at = 0;
  const next = (): string | undefined => tokens[at++];
  const skip = (...among: readonly string[]): void => {
    if (among.includes(tokens[at] ?? "")) at += 1;
  };
  const nameOf = (token: string | undefined): string | undefined =>
    token !== undefined && isWord(token) ? token : unquoted(token);

  /** The texts of a value, at whatever depth of its lists and blocks. */
  function textsOfValue(): readonly string[] | undefined {
    const texts: string[] = [];
    const open: string[] = [];
    do {
      const token = next();
      if (token === undefined) return undefined;
      const close = closing[token];
      if (close !== undefined) open.push(close);
      else if (token === "]" || token === "}") {
        if (open.pop() !== token) return undefined;
      } else if (token.startsWith('"')) {
        const given = unquoted(token);
        if (given === undefined) return undefined;
        texts.push(given);
      } else if (open.length === 0 && !isWord(token)) return undefined;
    } while (open.length > 0);
    return texts;
  }

  function members(): HclPath["members"] | undefined {
    const read: [string, readonly string[]][] = [];
    for (;;) {
      const token = next();
      if (token === "}") return read;
      const name = nameOf(token);
      skip("=", ":");
      const texts = name === undefined ? undefined : textsOfValue();
      if (name === undefined || texts === undefined) return undefined;
      read.push([name, texts]);
      skip(",");
    }
  }

  const paths: HclPath[] = [];
  while (at < tokens.length) {
    const keyword = nameOf(next());
    if (keyword === "name" && next() === "=" && textsOfValue() !== undefined) continue;
    const path = unquoted(next());
    const given = keyword === "path" && path !== undefined && next() === "{" ? members() : undefined;
    if (path === undefined || given === undefined) return undefined;
    paths.push({ path, members: given });
    skip(",");
  }
  return paths;
}
