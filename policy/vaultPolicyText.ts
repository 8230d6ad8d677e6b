/** Reads the text of a Vault policy: HCL, or JSON of the same shape. Vault reads both by the first version of HCL. */
import { readJson } from "./jsonText";
import { isList, isMap, listOf } from "./known";
import type { Known } from "./known";
import { hclPaths } from "./vaultPolicyHcl";
import type { HclPath } from "./vaultPolicyHcl";

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

const grantOf = ({ path, members }: HclPath): PathGrant => ({
  path,
  capabilities: members.flatMap(([name, texts]) => {
    if (name === "capabilities") return texts;
    return name === "policy" ? texts.flatMap((word) => shorthands[word] ?? [word]) : [];
  }),
});

const textsIn = (value: Known): readonly string[] =>
  isList(value) ? value.flatMap(textsIn) : typeof value === "string" ? [value] : [];

const holdsObjects = (value: Known): boolean => {
  const members = listOf(value);
  return members.length > 0 && members.every(isMap);
};

/** The rules of a path. Of an object that holds nothing but objects Vault takes those for rules, whatever their names. */
const isRules = (body: Known): body is { readonly [name: string]: Known } => {
  if (!isMap(body)) return false;
  const values = Object.values(body);
  return values.length === 0 || !values.every(holdsObjects);
};

/** A path's rules and a policy's paths may each be a list of them. */
function jsonPaths(policy: Known): readonly HclPath[] | undefined {
  if (!isMap(policy) || Object.keys(policy).some((key) => key !== "path" && key !== "name")) return undefined;
  const lists = listOf(policy["path"]);
  if (!lists.every(isMap)) return undefined;
  const bodies = lists
    .flatMap(Object.entries<Known>)
    .flatMap(([path, body]) => listOf(body).map((one) => ({ path, one })));
  const paths = bodies.flatMap(({ path, one }) =>
    isRules(one)
      ? [{ path, members: Object.entries(one).map(([name, value]) => [name, textsIn(value)] as const) }]
      : [],
  );
  return paths.length === bodies.length ? paths : undefined;
}

/** What a policy grants; undefined when it can't be read. */
export function grantsIn(text: string): readonly PathGrant[] | undefined {
  const json = readJson(text);
  const paths = json === undefined ? hclPaths(text) : jsonPaths(json.value);
  return paths?.map(grantOf);
}
