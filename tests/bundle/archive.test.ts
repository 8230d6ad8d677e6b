import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { deploy, lambdaNode } from "./support/container";
import { planted } from "./support/shipped";
import type { Shipped } from "./support/shipped";
import { theFunction } from "./support/stage";

const run = promisify(execFile);
const checkout = dirname(dirname(__dirname));

/** Everything that may run beside the secrets of an account; a package that joins or leaves is to be noticed. */
const packages = [
  "@aws-lambda-powertools/commons",
  "@aws-lambda-powertools/logger",
  "@aws-lambda-powertools/metrics",
  "@aws-sdk/client-secrets-manager",
  "@aws-sdk/client-sqs",
  "@aws-sdk/client-sts",
  "@aws-sdk/core",
  "@aws-sdk/credential-provider-env",
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/middleware-sdk-sqs",
  "@aws-sdk/signature-v4-multi-region",
  "@aws-sdk/xml-builder",
  "@aws/lambda-invoke-store",
  "@smithy/core",
  "@smithy/credential-provider-imds",
  "@smithy/fetch-http-handler",
  "@smithy/node-http-handler",
  "@smithy/signature-v4",
  "@smithy/types",
  "axios",
  "debug",
  "jsonc-parser",
  "ms",
  "mustache",
  "node-vault",
  "tv4",
];

describe("the function's archive", function () {
  this.timeout(300_000);
  let shipped: Shipped;
  before(async () => {
    shipped = await theFunction();
  });

  it("holds the function and the packages it needs, and nothing else", () => {
    assert.deepEqual(shipped.files, ["__index.js", ...packages.map((name) => `node_modules/${name}`)].sort());
  });

  it("names no deployment package and no path of the machine that built it", () => {
    assert.ok(shipped.text.length > 1_000);
    for (const absent of ["@pulumi", checkout, "typescript", "ts-node", "mocha"]) {
      assert.ok(!shipped.text.includes(absent), `${absent} is in the text`);
    }
  });

  it("is no secret and holds no setting", () => {
    assert.equal(shipped.isSecret, false);
    assert.ok(!/planted/i.test(shipped.text));
    assert.equal(shipped.environment["HOMING_VAULT_ADDRESS"], planted["homing:vaultAddress"]);
    assert.equal(shipped.environment["HOMING_OWNER_TAGS"], planted["homing:ownerTags"]);
  });

  it("is the same from another process with other settings", async () => {
    const script = join(__dirname, "support", "printShipped.ts");
    const args = ["-r", "ts-node/register/transpile-only", script];
    const { stdout } = await run(process.execPath, args, { cwd: checkout, maxBuffer: 16 * 1024 * 1024 });
    assert.deepEqual(JSON.parse(stdout), { text: shipped.text, files: shipped.files });
  });

  it("exports what Lambda is told to call", () => {
    assert.equal(shipped.handler, "__index.handler");
    assert.match(shipped.text, /\nexports\.handler = /);
  });

  it("makes errors that are errors: class, name, code, step, message and stack", async () => {
    const deployment = deploy(shipped);
    try {
      const probe = [
        // The factory itself needs the function's environment; its helpers do not.
        `const text = require("node:fs").readFileSync("__index.js", "utf8").replace(/^exports\\.handler = .*$/m, "");`,
        `const make = new Function("require", "exports", text + "\\nreturn { retryableError: __retryableError, isRetryableError: __errors_1.isRetryableError };");`,
        `const { retryableError, isRetryableError } = make(require, {});`,
        `const error = retryableError("vault-sealed", "write", "Vault answered with status 503", 7);`,
        `const { name, code, step, message, retryAfter } = error;`,
        `const seen = { error: error instanceof Error, known: isRetryableError(error), stack: error.stack.includes(message) };`,
        `process.stdout.write(JSON.stringify({ ...seen, name, code, step, message, retryAfter }));`,
      ].join("\n");
      const { stdout } = await run(await lambdaNode(), ["-e", probe], { cwd: deployment.directory, env: {} });
      assert.deepEqual(JSON.parse(stdout), {
        error: true,
        known: true,
        stack: true,
        name: "RetryableError",
        code: "vault-sealed",
        step: "write",
        message: "vault-sealed at step write: Vault answered with status 503",
        retryAfter: 7,
      });
    } finally {
      deployment.remove();
    }
  });
});
