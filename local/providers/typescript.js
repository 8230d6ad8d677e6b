"use strict";

// Loaded before a provider plugin: the engine starts one for each of its operations, and TypeScript's own compiler would
// take longer than the plugin's work. Sucrase only leaves the types out, and keeps the lines.
const { readFileSync } = require("node:fs");
const { version } = require("sucrase/package.json");
const { keptCompile } = require("../keptCompile.js");

const options = { transforms: ["imports", "typescript"], disableESTransforms: true };

require.extensions[".ts"] = (module, file) => {
  const source = readFileSync(file, "utf8");
  // Loaded only for what is not kept: loading it takes as long as a plugin's own modules.
  const compile = () => require("sucrase").transform(source, { ...options, filePath: file }).code;
  module._compile(keptCompile(["sucrase", version, options, source], compile), file);
};
