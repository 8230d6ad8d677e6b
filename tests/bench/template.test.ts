import { deepEqual, equal, ok } from "node:assert/strict";

import type { Hop } from "../../bench/hops/hop";
import { signatureOf, templateOf } from "../../bench/hops/template";
import type { Subject } from "../../bench/hops/template";
import { arnOf, versionIdOf } from "../support/builders";

const subject: Subject = {
  arn: arnOf("app/db", "000001"),
  name: "app/db",
  // Holds the suffix of the ARN.
  versionId: versionIdOf(1),
  value: '{"password":"x"}',
};

const aws = (action: string, start: number, body: object): Hop => ({
  start,
  end: start + 10,
  method: "POST",
  path: "/",
  headers: { "x-amz-target": `secretsmanager.${action}`, authorization: "signed" },
  body: JSON.stringify(body),
  status: 200,
});
const vault = (method: string, start: number, path: string, body = "", status = 200): Hop => ({
  start,
  end: start + 10,
  method,
  path,
  headers: { "x-vault-token": "hvs.secret", "x-vault-request": "true", "content-type": "application/json", host: "h" },
  body,
  status,
});

describe("a template of a move", () => {
  const write = `{"options":{"cas":0},"data":${subject.value}}`;
  const hops = [
    vault("POST", 30, "/v1/homing/data/aws/1/eu/app/db", write),
    aws("DescribeSecret", 0, { SecretId: subject.arn }),
    vault("GET", 5, "/v1/homing/metadata/aws/1/eu/app/db", "", 404),
    aws("GetSecretValue", 15, { SecretId: subject.arn, VersionId: subject.versionId }),
    vault("PATCH", 50, "/v1/homing/metadata/aws/1/eu/app/db", `{"v1":"1;000001;fields;${subject.versionId}"}`),
  ];
  const template = templateOf(hops, subject);

  it("holds the calls in the order of their beginnings, each with those that it waited for", () => {
    deepEqual(
      template.map(({ after, status, call }) => [after, status, call.to === "aws" ? call.action : call.method]),
      [
        [[], 200, "DescribeSecret"],
        [[], 404, "GET"],
        [[0, 1], 200, "GetSecretValue"],
        [[0, 1, 2], 200, "POST"],
        [[0, 1, 2, 3], 200, "PATCH"],
      ],
    );
  });

  it("has a blank for everything that tells one secret from another", () => {
    const texts = template.map(({ call }) => (call.to === "aws" ? call.input : `${call.path} ${call.body}`));

    deepEqual(texts, [
      '{"SecretId":"{{arn}}"}',
      "/v1/homing/metadata/aws/1/eu/{{name}} ",
      '{"SecretId":"{{arn}}","VersionId":"{{versionId}}"}',
      '/v1/homing/data/aws/1/eu/{{name}} {"options":{"cas":0},"data":{{value}}}',
      '/v1/homing/metadata/aws/1/eu/{{name}} {"v1":"1;{{suffix}};fields;{{versionId}}"}',
    ]);
  });

  it("keeps Vault's headers but no token and no signature", () => {
    const text = JSON.stringify(template);

    ok(!text.includes("hvs.secret") && !text.includes("signed"));
    deepEqual(template[1]?.call.to === "vault" && template[1].call.headers, {
      "x-vault-request": "true",
      "content-type": "application/json",
    });
  });

  it("is like another one of the same calls, and unlike one with a call less", () => {
    const other = { ...subject, arn: arnOf("app/other", "000002"), name: "app/other" };
    const text = JSON.stringify(hops).replaceAll(subject.arn, other.arn).replaceAll("app/db", "app/other");

    deepEqual(signatureOf(templateOf(JSON.parse(text) as Hop[], other)), signatureOf(template));
    equal(signatureOf(templateOf(hops.slice(1), subject)).length, 4);
  });
});
