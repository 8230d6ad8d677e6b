#!/usr/bin/env node
// `npx homing`: runs the command line from its TypeScript, by a compiler that takes a fraction of TypeScript's own time.
// The SDK's notice about coming Node versions would stand in the middle of what a person reads.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
// V8 would let garbage grow to five times of what is in use before it looks; a plan of 500,000 secrets needs 25 MB.
require("node:v8").setFlagsFromString("--heap-growing-percent=50");
require("sucrase/register/ts");
require("./main").main(process.argv.slice(2));
