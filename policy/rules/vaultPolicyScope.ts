import { matches } from "../../runtime/model/pattern";
import { patternFaults } from "../faults";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { grantsIn } from "../vaultPolicyText";
import type { PathGrant } from "../vaultPolicyText";

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

const writes = ["create", "update", "patch", "delete"];
/** What KV version 2 puts between the mount and the path. */
const kvSegments = ["data", "metadata", "delete", "undelete", "destroy", "subkeys"];

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, "");
const isWithin = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

/** The path as it stands, and without each segment that may be KV's: a mount may have several segments. */
function readings(path: string): readonly string[] {
  const segments = trimmed(path).split("/");
  const without = segments.flatMap((segment, index) =>
    index > 0 && kvSegments.includes(segment) ? [segments.filter((_, other) => other !== index).join("/")] : [],
  );
  return [path, ...without];
}

/** Segments before the first wildcard, those of KV left out; one that only begins so counts. */
function literalSegments(path: string): number {
  const fixed = trimmed(path).replace(/[*+].*$/s, "");
  const segments = fixed.split("/").filter((segment) => segment !== "");
  return segments.filter((segment, index) => !(index > 0 && kvSegments.includes(segment))).length;
}

function teamFault(path: string, own: Team | undefined, teams: readonly Team[]): string | undefined {
  const holds = (team: Team): boolean =>
    team.prefixes.some((prefix) => readings(path).some((reading) => isWithin(reading, trimmed(prefix))));
  if (own !== undefined) {
    return holds(own) ? undefined : `which is outside ${own.prefixes.join(" and ")} of the team ${own.team}`;
  }
  const owner = teams.find(holds);
  return owner === undefined ? undefined : `which belongs to the team ${owner.team}`;
}

function grantFaults({ path, capabilities }: PathGrant, name: string, teams: readonly Team[]): readonly string[] {
  const faults: string[] = [];
  if (/^\/*[*+]/.test(path) && !capabilities.includes("deny")) {
    faults.push(`grants something on path "${path}", which begins with a wildcard: name the mount and a prefix`);
  }
  if (capabilities.includes("sudo")) {
    faults.push(`grants sudo on path "${path}": leave it to the people who run Vault`);
  }
  if (faults.length > 0 || !capabilities.some((capability) => writes.includes(capability))) return faults;
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
    prefix === "" || /[*+]/.test(prefix) || !prefix.includes("/")
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
