import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

/** The configuration of a committed stack file as the engine hands it to the program: what is no text, as JSON. */
export function stackFile(environment: string): Readonly<Record<string, string>> {
  const file = readFileSync(join(__dirname, "..", "..", `Pulumi.${environment}.yaml`), "utf8");
  const { config } = load(file) as { readonly config: Readonly<Record<string, unknown>> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
