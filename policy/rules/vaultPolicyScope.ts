import { matches } from "../../runtime/model/pattern";
import { patternFaults } from "../faults";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { grantsIn } from "../vaultPolicyText";
import type { PathGrant } from "../vaultPolicyText";
import { anything, anythingBut, literally, meet } from "../wildcard";
import type { Part } from "../wildcard";

/** A team's part of Vault. */
interface Team {
  readonly team: string;
  /** Pattern of the names of its policies. */
  readonly policies: string;
  /** Mount and path of what it may write, without KV's `data/` or `metadata/`, as in `secret/payments`. */
  readonly prefixes: readonly string[];
}

interface Parameters {
  readonly teams: readonly Team[];
}

/** All other capabilities write, those that Vault has yet to learn too. */
const reads = ["read", "list", "scan", "subscribe"];
/** What KV version 2 puts between the mount and the path. */
const kvSegments = ["data", "metadata", "delete", "undelete", "destroy", "subkeys"];

/** What stands for other texts: Vault's wildcards, wherever they are, and a template, which the token's identity fills in. */
const wildcard = /\*|\+|\{\{.*?\}\}/s;

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, "");
const isWithin = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

/** The path as it stands, and without each segment that may be KV's: a mount may have several segments. */
function readings(path: string): readonly string[] {
  const segments = trimmed(path).split("/");
  const without = segments.flatMap((segment, index) =>
    index > 0 && kvSegments.includes(segment) ? [segments.filter((_, other) => other !== index).join("/")] : [],
  );
  return [trimmed(path), ...without];
}

/** The path as a set of paths. What Vault takes literally, as a `*` amid the path, is taken for a wildcard as well. */
const partsOf = (path: string): readonly Part[] =>
  trimmed(path)
    .split(new RegExp(`(${wildcard.source})`, "s"))
    .flatMap((piece, index) => {
      if (index % 2 === 0) return literally(piece);
      return piece === "+" ? [anythingBut("/")] : [anything];
    });

/** All that lies at and below a prefix, wherever in the prefix the mount ends, and whatever KV puts behind the mount. */
function territoryOf(prefix: string): readonly (readonly Part[])[] {
  const segments = trimmed(prefix).split("/");
  const behindMounts = segments
    .slice(1)
    .flatMap((_, index) => kvSegments.map((kv) => [...segments.slice(0, index + 1), kv, ...segments.slice(index + 1)]));
  return [segments, ...behindMounts]
    .map((root) => root.join("/"))
    .flatMap((root) => [literally(root), [...literally(`${root}/`), anything]]);
}

/** Segments before the first wildcard, those of KV left out; one that only begins so counts. */
function literalSegments(path: string): number {
  const [fixed = ""] = trimmed(path).split(/[*+]/);
  const isCut = fixed !== trimmed(path) && !fixed.endsWith("/");
  const segments = fixed.split("/").filter((segment) => segment !== "");
  const isOfKv = (segment: string, index: number): boolean =>
    kvSegments.some((kv) => kv === segment || (isCut && index === segments.length - 1 && kv.startsWith(segment)));
  return segments.filter((segment, index) => !(index > 0 && isOfKv(segment, index))).length;
}

function teamFault(path: string, own: Team | undefined, teams: readonly Team[]): string | undefined {
  const isInside = ({ prefixes }: Team): boolean =>
    prefixes.some((prefix) => readings(path).some((reading) => isWithin(reading, trimmed(prefix))));
  if (own !== undefined && !isInside(own)) {
    return `which is outside ${own.prefixes.join(" and ")} of the team ${own.team}`;
  }
  const parts = partsOf(path);
  const owner = teams.find(
    (team) =>
      team !== own && team.prefixes.some((prefix) => territoryOf(prefix).some((territory) => meet(parts, territory))),
  );
  return owner === undefined ? undefined : `of which some or all belongs to the team ${owner.team}`;
}

function grantFaults({ path, capabilities }: PathGrant, name: string, teams: readonly Team[]): readonly string[] {
  // Beside a denial Vault takes no other capability.
  if (capabilities.includes("deny")) return [];
  const faults: string[] = [];
  if (trimmed(path).search(wildcard) === 0) {
    faults.push(`grants something on path "${path}", which begins with a wildcard: name the mount and a prefix`);
  }
  if (capabilities.includes("sudo")) {
    faults.push(`grants sudo on path "${path}": leave it to the people who run Vault`);
  }
  if (faults.length > 0 || capabilities.every((capability) => reads.includes(capability))) return faults;
  if (literalSegments(path) < 2) {
    return [`may write to path "${path}", a whole mount: add a prefix of its own after the mount`];
  }
  const fault = teamFault(
    path,
    teams.find(({ policies }) => matches(policies, name)),
    teams,
  );
  return fault === undefined ? [] : [`may write to path "${path}", ${fault}: write below the own prefix only`];
}

function checkPolicy(resource: Looked, { teams }: Parameters): readonly string[] {
  const text = resource.read("policy");
  if (typeof text !== "string") return [];
  const given = resource.read("name");
  const name = typeof given === "string" ? given : resource.name;
  const grants = grantsIn(text);
  const faults =
    grants === undefined
      ? ["can't be read as HCL or JSON, so nobody can say what it grants: write it as paths with capabilities"]
      : grants.flatMap((grant) => grantFaults(grant, name, teams));
  return faults.map((fault) => `The Vault policy ${name} of the resource ${resource.name} ${fault}.`);
}

/** Faults of the teams: each has a part of its own. */
function teamFaults(teams: readonly Team[]): readonly string[] {
  const parts = teams.flatMap(({ team, prefixes }) => prefixes.map((prefix) => ({ team, prefix: trimmed(prefix) })));
  const shapes = parts.flatMap(({ team, prefix }) =>
    /[*+]/.test(prefix) || !prefix.includes("/")
      ? [`teams: the prefix "${prefix}" of ${team} must be a mount and a path below it, without * and +`]
      : [],
  );
  const overlaps = parts.flatMap((one, index) =>
    parts
      .slice(index + 1)
      .filter((other) => other.team !== one.team)
      .filter((other) => isWithin(one.prefix, other.prefix) || isWithin(other.prefix, one.prefix))
      .map((other) => `teams: the prefix ${one.prefix} of ${one.team} overlaps ${other.prefix} of ${other.team}`),
  );
  const patterns = teams.flatMap(({ policies }) => patternFaults("teams: policies", [policies]));
  return [...patterns, ...shapes, ...overlaps];
}

export const vaultPolicyScope = rule<Parameters>({
  name: "vault-policy-scope",
  description:
    "Vault policies name what they grant: no leading wildcard, no sudo, and writes below a prefix of their own.",
  level: "mandatory",
  parameters: {
    teams: {
      type: "array",
      default: [],
      description: "The part of Vault that each team's policies may write to.",
      items: {
        type: "object",
        required: ["team", "policies", "prefixes"],
        additionalProperties: false,
        properties: {
          team: { type: "string", minLength: 1 },
          policies: { type: "string" },
          prefixes: { type: "array", items: { type: "string" }, minItems: 1 },
        },
      },
    },
  },
  faults: ({ teams }) => (Array.isArray(teams) ? teamFaults(teams as readonly Team[]) : []),
  types: ["vault:index/policy:Policy"],
  check: checkPolicy,
});
