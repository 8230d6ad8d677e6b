/** Reads the text of a Vault policy: HCL, or JSON of the same shape. */

export interface PathGrant {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** What the older `policy = "…"` of a path stands for. */
const shorthands: Readonly<Record<string, readonly string[]>> = {
  deny: ["deny"],
  read: ["read", "list"],
  write: ["create", "read", "update", "delete", "list"],
  sudo: ["create", "read", "update", "delete", "list", "sudo"],
};

const token = /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\.)*"|[{}[\]=,:]|[^\s{}[\]=,:"#]+/g;

const isComment = (text: string): boolean => /^(#|\/\/|\/\*)/.test(text);

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");

const grantOf = (path: string, body: Readonly<Record<string, unknown>>): PathGrant => ({
  path,
  capabilities: [
    ...texts(body["capabilities"]),
    ...texts(body["policy"]).flatMap((word) => shorthands[word] ?? [word]),
  ],
});

function jsonGrants(text: string): readonly PathGrant[] | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { path } = read as { readonly path?: Readonly<Record<string, unknown>> };
  if (typeof path !== "object") return [];
  return Object.entries(path).map(([name, body]) => grantOf(name, body as Readonly<Record<string, unknown>>));
}

/** A reader of tokens; undefined at any point means that the text is not a policy. */
function hclGrants(text: string): readonly PathGrant[] | undefined {
  const tokens = (text.match(token) ?? []).filter((one) => !isComment(one));
  let at = 0;
  const next = (): string | undefined => tokens[at++];
  const unquoted = (one: string | undefined): string | undefined =>
    one?.startsWith('"') === true && one.length > 1 ? one.slice(1, -1).replace(/\\(.)/g, "$1") : undefined;

  /** A text, a list or a block; of a block only that it ends. */
  function value(): string | readonly string[] | undefined {
    const first = next();
    if (first !== "[" && first !== "{") return unquoted(first) ?? first;
    const [open, close] = first === "[" ? ["[", "]"] : ["{", "}"];
    const members: string[] = [];
    for (let depth = 1; depth > 0;) {
      const one = next();
      if (one === undefined) return undefined;
      if (one === open) depth += 1;
      else if (one === close) depth -= 1;
      const member = unquoted(one);
      if (member !== undefined) members.push(member);
    }
    return members;
  }

  function body(): Readonly<Record<string, unknown>> | undefined {
    const members: Record<string, unknown> = {};
    for (;;) {
      const name = next();
      if (name === "}") return members;
      if (name === undefined) return undefined;
      if (tokens[at] === "=" || tokens[at] === ":") at += 1;
      const given = value();
      if (given === undefined) return undefined;
      members[unquoted(name) ?? name] = given;
      if (tokens[at] === ",") at += 1;
    }
  }

  const grants: PathGrant[] = [];
  while (at < tokens.length) {
    const keyword = next();
    if (keyword === "name" && next() === "=" && value() !== undefined) continue;
    const path = unquoted(next());
    if ((unquoted(keyword) ?? keyword) !== "path" || path === undefined || next() !== "{") return undefined;
    const members = body();
    if (members === undefined) return undefined;
    grants.push(grantOf(path, members));
  }
  return grants;
}

/** What a policy grants; undefined when it can't be read. */
export const grantsIn = (text: string): readonly PathGrant[] | undefined => jsonGrants(text) ?? hclGrants(text);
