/** Screens that are kept as files. `SCREENS=write` writes them anew. */
import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "..", "kept");

/** Where a screen is looked at: at a terminal of so many columns, or behind a pipe. */
export const views = [80, 160, "pipe"] as const;
export type View = (typeof views)[number];

/**
 * Compares a screen with its file, `kept/<name>.<view>.txt`.
 *
 * @param typed the command, which stands in the first line
 */
export function isKept(name: string, view: View, typed: string, shown: string): void {
  const file = join(folder, `${name}.${view}.txt`);
  const screen = `$ ${typed}\n${shown.trimEnd()}\n`;
  if (process.env["SCREENS"] === "write") writeFileSync(file, screen);
  assert.equal(screen, readFileSync(file, "utf8"), `SCREENS=write makes ${file} anew`);
}
