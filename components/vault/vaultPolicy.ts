import { rotationFolder, templateRecordPath } from "../../runtime/model/path";
import { homeFolder } from "../../runtime/model/stateTag";

/** What a Vault policy can allow on a path. */
export type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "sudo" | "deny";

/** One path of a Vault policy. */
export interface PathRule {
  /** Without a leading slash; `*` at the end stands for whatever follows. */
  readonly path: string;
  readonly capabilities: readonly Capability[];
  /** The only parameters that a request may carry, each with its allowed values; no value means any. */
  readonly allowedParameters?: Readonly<Record<string, readonly string[]>>;
}

/** Where a mover's homes are. */
export interface HomesPlace {
  readonly mount: string;
  readonly account: string;
  readonly region: string;
  /** With the prefix filled in. */
  readonly homeTemplate: string;
}

/**
 * What the mover may do in Vault: write and read back the homes of its own account and region, read their metadata,
 * change their labels, write its record once, and see who wrote the rotations of its secrets.
 *
 * - Nothing above the folder of account and region: other accounts' movers have their homes beside it.
 * - No parameter list on the data path: Vault would refuse reads there.
 * - Only `patch` on metadata, and only of custom_metadata: a POST would replace everybody's labels, and an expiry set
 *   there would delete what was just proven.
 * - No `update` of the record: a mover with another setting could make it say so.
 * - Of rotations only the metadata: their data holds values that no mover has moved.
 * - Nothing to list, delete, destroy or undelete.
 */
export function moverRules(place: HomesPlace): readonly PathRule[] {
  const { mount } = place;
  const folder = homeFolder(place);
  return [
    { path: `${mount}/data/${folder}/*`, capabilities: ["create", "update", "read"] },
    {
      path: `${mount}/metadata/${folder}/*`,
      capabilities: ["read", "patch"],
      allowedParameters: { custom_metadata: [] },
    },
    { path: `${mount}/data/${templateRecordPath(place)}`, capabilities: ["create", "read"] },
    { path: `${mount}/metadata/${rotationFolder(place)}/*`, capabilities: ["read"] },
  ];
}

/**
 * What a team's program may do in Vault: read the homes below its own folder, and write its own reports, which it can't
 * read. Labels come with the data, so that nothing on metadata is needed; nothing to list.
 *
 * @param reports paths of its reports below the mount
 */
export const readerRules = (mount: string, folder: string, reports: readonly string[]): readonly PathRule[] => [
  { path: `${mount}/data/${folder}/*`, capabilities: ["read"] },
  ...reports.map((path): PathRule => ({ path: `${mount}/data/${path}`, capabilities: ["create", "update"] })),
];

/**
 * What a rotator may do in Vault: change the home of its one secret, which it does not make, and keep the entry at its
 * pending path, and read what readers report of it. Nothing of their metadata, and nothing beside them.
 *
 * @param home path of the home below the mount
 * @param pending path of the rotation below the mount
 * @param reports paths of the readers' reports below the mount
 */
export const rotatorRules = (
  mount: string,
  home: string,
  pending: string,
  reports: readonly string[],
): readonly PathRule[] => [
  { path: `${mount}/data/${home}`, capabilities: ["read", "update"] },
  { path: `${mount}/data/${pending}`, capabilities: ["create", "read", "update"] },
  ...reports.map((path): PathRule => ({ path: `${mount}/data/${path}`, capabilities: ["read"] })),
];

/** The rules as the text of a Vault policy. JSON's texts and lists are written as HCL's. */
export const renderPolicy = (rules: readonly PathRule[]): string => `${rules.map(renderRule).join("\n\n")}\n`;

function renderRule({ path, capabilities, allowedParameters }: PathRule): string {
  const lines = [`  capabilities = ${JSON.stringify(capabilities)}`];
  if (allowedParameters) {
    const parameters = Object.entries(allowedParameters).map(
      ([name, values]) => `    ${JSON.stringify(name)} = ${JSON.stringify(values)}`,
    );
    lines.push("  allowed_parameters = {", ...parameters, "  }");
  }
  return [`path ${JSON.stringify(path)} {`, ...lines, "}"].join("\n");
}
