"use strict";

// Preloaded into the Pulumi programs that the tests run: the same few, some hundred times. What TypeScript makes of a file
// is kept, and Pulumi's promises get no stack traces. Nothing else changes: how a program is found, configured, serialized
// and ended stays the SDK's. In an error's stack trace the lines are then those of the JavaScript.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join, relative } = require("node:path");

const folder = join(__dirname, "..", "..", ".local", "compiled");
/** The one that the SDK's runner, which this process is started with, will find. */
const tsNode = createRequire(process.argv[1])("ts-node");
const { register } = tsNode;

tsNode.register = (options) => {
  const service = register(options);
  const { compile } = service;
  const compiler = JSON.stringify([service.ts.version, service.config.options]);
  service.compile = (code, fileName, ...rest) => {
    // The same program in another folder is the same.
    const key = createHash("sha256").update(JSON.stringify([compiler, relative(process.cwd(), fileName), code]));
    const file = join(folder, `${key.digest("hex")}.js`);
    if (existsSync(file)) return readFileSync(file, "utf8");
    const compiled = compile(code, fileName, ...rest);
    mkdirSync(folder, { recursive: true });
    // Renamed when it is whole: another program may look at the same moment.
    writeFileSync(`${file}.${process.pid}`, compiled);
    renameSync(`${file}.${process.pid}`, file);
    return compiled;
  };
  require("./promiseTraces.ts").leaveOutPromiseTraces();
  return service;
};
