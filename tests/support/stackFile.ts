import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

/** `dev` is deployed by the file of its name; the others are to be copied to theirs. */
export const fileOf = (environment: string): string =>
  environment === "dev" ? "Pulumi.dev.yaml" : `Pulumi.${environment}.example.yaml`;

/** The configuration of a committed stack file as the engine hands it to the program: what is no text, as JSON. */
export function stackFile(environment: string): Readonly<Record<string, string>> {
  const file = readFileSync(join(__dirname, "..", "..", fileOf(environment)), "utf8");
  const { config } = load(file) as { readonly config: Readonly<Record<string, unknown>> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
