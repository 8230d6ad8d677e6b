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

/**
 * What the mover may do in Vault: write and read back homes, read a home's metadata, and change its labels.
 *
 * - No parameter list on the data path: Vault would refuse reads there.
 * - Only `patch` on metadata, and only of custom_metadata: a POST would replace everybody's labels, and an expiry set
 *   there would delete what was just proven.
 * - Nothing to list, delete, destroy or undelete.
 */
export const moverRules = (mount: string, homePrefix: string): readonly PathRule[] => [
  { path: `${mount}/data/${homePrefix}/*`, capabilities: ["create", "update", "read"] },
  {
    path: `${mount}/metadata/${homePrefix}/*`,
    capabilities: ["read", "patch"],
    allowedParameters: { custom_metadata: [] },
  },
];

/**
 * What a team's program may do in Vault: read the homes below its own folder. Their labels come with the data, so that
 * nothing on metadata is needed; nothing to list.
 */
export const readerRules = (mount: string, folder: string): readonly PathRule[] => [
  { path: `${mount}/data/${folder}/*`, capabilities: ["read"] },
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
