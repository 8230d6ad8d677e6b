/** Which tests need the tools that `local/tools.ts` installs: Vault, the engine, the AWS emulator. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const installer = resolve(__dirname, "..", "..", "local", "tools.ts");
/** Imports and re-exports of what is there when a program runs, and imports in the middle of it. */
const imported = /^(?:import|export)\b(?! type\b)[^;"]*"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

/** The files of this project that a file imports. */
function importsOf(file: string): readonly string[] {
  const paths = [...readFileSync(file, "utf8").matchAll(imported)].map(([, above, within]) =>
    join(dirname(file), above ?? within ?? ""),
  );
  return paths.flatMap((path) => [`${path}.ts`, join(path, "index.ts")].filter((candidate) => existsSync(candidate)));
}

/** Whether a file imports what installs the tools, itself or through others: only then can it use them. */
export function needsTools(file: string): boolean {
  const seen = new Set<string>();
  const waiting = [resolve(file)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === installer) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...importsOf(next));
  }
  return false;
}
