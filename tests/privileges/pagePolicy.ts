/** Vault policies as docs/permissions.md prints them. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Grant {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** What a stack's deployment needs in Vault, as the page says it. */
export interface PagePolicies {
  /** For login aws and the default settings. */
  readonly usual: readonly Grant[];
  /** In addition without protection. */
  readonly unprotected: readonly Grant[];
  /** Instead of `config/client`, for login jwt. */
  readonly jwtConfig: readonly Grant[];
}

const grantsIn = (hcl: string): Grant[] =>
  [...hcl.matchAll(/path "([^"]+)" \{\s*capabilities = \[([^\]]*)\]\s*\}/g)].map(([, path = "", list = ""]) => ({
    path,
    capabilities: [...list.matchAll(/"([a-z]+)"/g)].map(([, capability = ""]) => capability),
  }));

export function readPagePolicies(): PagePolicies {
  const page = readFileSync(join(dirname(dirname(__dirname)), "docs", "permissions.md"), "utf8");
  const [, section = ""] = page.split("## What `pulumi up` needs in Vault\n");
  const blocks = [...section.matchAll(/```hcl\n([^`]*)```/g)].map(([, hcl = ""]) => grantsIn(hcl));
  const [usual, unprotected, jwtConfig, ...more] = blocks;
  if (!usual || !unprotected || !jwtConfig || more.length > 0)
    throw new Error("the page has other lists than these three");
  return { usual, unprotected, jwtConfig };
}

/** As the page says to write the lists for login jwt. */
export function forJwt(grants: readonly Grant[], jwtConfig: readonly Grant[]): Grant[] {
  const others = grants.filter(({ path }) => !path.endsWith("/config/client"));
  const renamed = others.map((grant) => ({ ...grant, path: grant.path.replace("homing-aws", "homing-jwt") }));
  return [...renamed, ...jwtConfig];
}

/** What names the login method, for another path of it as well. */
export function alsoFor(grants: readonly Grant[], from: string, to: string): Grant[] {
  const named = grants.filter(({ path }) => path.includes(from));
  return [...grants, ...named.map((grant) => ({ ...grant, path: grant.path.replace(from, to) }))];
}

export const hclOf = (grants: readonly Grant[]): string =>
  grants
    .map(({ path, capabilities }) => `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`)
    .join("\n");

/** Each capability of each path by itself, as `<path> <capability>`. */
export const capabilitiesOf = (grants: readonly Grant[]): string[] =>
  [...new Set(grants.flatMap(({ path, capabilities }) => capabilities.map((one) => `${path} ${one}`)))].sort();

/** The path of the list that allows a request; the request's own where none does. */
export function ruleFor(grants: readonly Grant[], path: string): string {
  const found = grants.find(({ path: rule }) =>
    rule.endsWith("*") ? path.startsWith(rule.slice(0, -1)) : path === rule,
  );
  return found?.path ?? path;
}
