"use strict";

// The same TypeScript is loaded by some hundred processes that each live for a second or two: what a compiler makes of a
// text is kept.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = join(__dirname, "..", ".local", "compiled");

/**
 * What a compiler makes of a text: as it is kept in `.local/compiled`, or else from `compile`, and then kept.
 *
 * @param {readonly unknown[]} key everything that the outcome depends on: the compiler's version and options, the text
 * @param {() => string} compile called when nothing is kept under the key
 * @returns {string} the compiled text
 */
exports.keptCompile = (key, compile) => {
  const file = join(folder, `${createHash("sha256").update(JSON.stringify(key)).digest("hex")}.js`);
  if (existsSync(file)) return readFileSync(file, "utf8");
  const compiled = compile();
  mkdirSync(folder, { recursive: true });
  // Renamed when it is whole: another process may look at the same moment.
  writeFileSync(`${file}.${process.pid}`, compiled);
  renameSync(`${file}.${process.pid}`, file);
  return compiled;
};
