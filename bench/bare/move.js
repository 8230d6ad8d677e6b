"use strict";

// The calls of one move in their order, and nothing else: no decision, no comparison, no error handling. The yardstick
// for what the mover's own work costs.
const http = require("node:http");
const {
  SecretsManagerClient,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  TagResourceCommand,
  DeleteSecretCommand,
} = require("@aws-sdk/client-secrets-manager");

const client = new SecretsManagerClient({ region: process.env.AWS_REGION });
const agent = new http.Agent({ keepAlive: true });
const { HOMING_VAULT_ADDRESS: vault, HOMING_MOUNT: mount, HOMING_LOGIN_PATH: loginPath } = process.env;

function call(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${vault}/v1/${path}`, { method, agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    request.on("error", reject);
    request.end(body);
  });
}

let headers;

exports.handler = async ({ arn, path, suffix, versionId }) => {
  if (headers === undefined) {
    const login = JSON.parse(await call("POST", `auth/${loginPath}/login`, {}, "{}"));
    headers = { "x-vault-token": login.auth.client_token, "x-vault-request": "true" };
  }
  const json = { ...headers, "content-type": "application/json" };
  const patch = { ...headers, "content-type": "application/merge-patch+json" };
  const label = (labels) =>
    call("PATCH", `${mount}/metadata/${path}`, patch, JSON.stringify({ custom_metadata: labels }));
  const secret = { SecretId: arn };

  await client.send(new DescribeSecretCommand(secret));
  await call("GET", `${mount}/metadata/${path}`, headers);
  await client.send(new DescribeSecretCommand(secret));
  await client.send(new GetResourcePolicyCommand(secret));
  const { SecretString } = await client.send(new GetSecretValueCommand({ ...secret, VersionId: versionId }));
  await call("POST", `${mount}/data/${path}`, json, `{"options":{"cas":0},"data":${SecretString}}`);
  await label({ v1: `1;${suffix};fields;${versionId}` });
  await Promise.all([call("GET", `${mount}/data/${path}`, headers), call("GET", `${mount}/metadata/${path}`, headers)]);
  await client.send(new TagResourceCommand({ ...secret, Tags: [{ Key: "vault-mover", Value: versionId }] }));
  await label({ deleting: `${versionId}/${new Date().toISOString()}`, deleted: null, checked: null, restoring: null });
  await client.send(new DeleteSecretCommand({ ...secret, RecoveryWindowInDays: 30 }));
  await label({ deleted: versionId });
  await call("GET", `${mount}/metadata/${path}`, headers);
  await client.send(new DescribeSecretCommand(secret));
};
