"use strict";

// The calls of a move in their order, for one secret after the other, and nothing else: no decision, no comparison, no
// error handling. The yardstick for what the mover's own work costs.
const http = require("node:http");
const sdk = require("@aws-sdk/client-secrets-manager");

const client = new sdk.SecretsManagerClient({ region: process.env.AWS_REGION });
// A server closes a connection that was idle for 5 seconds; this end goes first, so that no call meets a closing one.
const agent = new http.Agent({ keepAlive: true, maxSockets: 64, timeout: 3_000 });

function callVault(address, token, { method, path, headers, body }) {
  const options = { method, agent, headers: { ...headers, "x-vault-token": token } };
  return new Promise((resolve, reject) => {
    const request = http.request(`${address}${path}`, options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const callAws = async ({ action, input }) => {
  const { $metadata } = await client.send(new sdk[`${action}Command`](JSON.parse(input)));
  return { status: $metadata.httpStatusCode };
};

/** Fills the blanks of a call; the names of the blanks are those of hops/template.ts. */
function fill(call, secret) {
  const filled = { ...call };
  for (const part of ["input", "path", "body"]) {
    if (call[part] === undefined) continue;
    filled[part] = call[part].replace(/\{\{(\w+)\}\}/g, (_, name) =>
      name === "suffix" ? secret.arn.slice(-6) : secret[name],
    );
  }
  return filled;
}

async function replay(template, secret, { vault, token }) {
  const running = [];
  for (const { after, status, call } of template) {
    const run = async () => {
      if (after.length > 0) await Promise.all(after.map((index) => running[index]));
      const filled = fill(call, secret);
      const answer = filled.to === "aws" ? await callAws(filled) : await callVault(vault, token, filled);
      if (answer.status !== status) throw new Error(`${call.action ?? call.method}: ${answer.status}, not ${status}`);
    };
    running.push(run());
  }
  await Promise.all(running);
}

exports.handler = async ({ template, secrets, concurrency, ...way }) => {
  let next = 0;
  const work = async () => {
    for (let index = next++; index < secrets.length; index = next++) await replay(template, secrets[index], way);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return secrets.length;
};
