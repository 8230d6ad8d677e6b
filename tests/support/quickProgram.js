"use strict";

// Preloaded into the Pulumi programs that the tests run: the same few, some hundred times. What TypeScript makes of a file
// is kept, and Pulumi's promises get no stack traces. Nothing else changes: how a program is found, configured, serialized
// and ended stays the SDK's. In an error's stack trace the lines are then those of the JavaScript.
const { createRequire } = require("node:module");
const { relative } = require("node:path");
const { keptCompile } = require("../../local/keptCompile.js");

/** The one that the SDK's runner, which this process is started with, will find. */
const tsNode = createRequire(process.argv[1])("ts-node");
const { register } = tsNode;

tsNode.register = (options) => {
  const service = register(options);
  const { compile } = service;
  const compiler = [service.ts.version, service.config.options];
  service.compile = (code, fileName, ...rest) =>
    // The same program in another folder is the same.
    keptCompile([compiler, relative(process.cwd(), fileName), code], () => compile(code, fileName, ...rest));
  require("./promiseTraces.ts").leaveOutPromiseTraces();
  return service;
};
