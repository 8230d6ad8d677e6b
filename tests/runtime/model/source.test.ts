import { deepEqual, equal } from "node:assert/strict";

import { parseSecretArn } from "../../../runtime/model/arn";
import { readDescription } from "../../../runtime/model/source";
import type { SecretDescription } from "../../../runtime/model/source";
import { account, arnOf, region } from "../../support/builders";

const read = (description: SecretDescription) =>
  readDescription({ ...description, ARN: arnOf("app/db"), Name: "app/db" }, region);

describe("readDescription", () => {
  it("reads an answer that holds nothing but the names", () => {
    deepEqual(read({}), {
      arn: arnOf("app/db"),
      name: "app/db",
      suffix: "AbCdEf",
      staged: false,
      pending: false,
      versionIds: [],
      scheduled: false,
      tags: {},
      description: "",
      rotating: false,
      replicas: [],
    });
  });

  it("finds the current version among several", () => {
    const source = read({ VersionIdsToStages: { old: ["AWSPREVIOUS"], new: ["mine", "AWSCURRENT"] } });
    equal(source.currentVersionId, "new");
    equal(source.staged, false);
    deepEqual(source.versionIds, ["old", "new"]);
  });

  for (const [what, stages, staged, pending] of [
    ["AWSPENDING on another version", { a: ["AWSCURRENT"], b: ["AWSPENDING"] }, true, true],
    ["AWSPENDING on the current version", { a: ["AWSCURRENT", "AWSPENDING"] }, false, false],
    ["a label of somebody's own on another version", { a: ["AWSCURRENT"], b: ["blue"] }, true, false],
    ["a label beside AWSPREVIOUS", { a: ["AWSCURRENT"], b: ["AWSPREVIOUS", "blue"] }, true, false],
    ["only AWSPENDING", { a: ["AWSPENDING"] }, true, true],
    ["a version without labels", { a: ["AWSCURRENT"], b: [] }, false, false],
    ["a version with no list of labels", { a: ["AWSCURRENT"], b: undefined }, false, false],
  ] as const) {
    it(`sees ${what}`, () => {
      const source = read({ VersionIdsToStages: stages });
      deepEqual([source.staged, source.pending], [staged, pending]);
    });
  }

  it("takes a replica by its primary's region, and the primary for none", () => {
    equal(read({ PrimaryRegion: "us-east-1" }).primaryRegion, "us-east-1");
    equal(read({ PrimaryRegion: region }).primaryRegion, undefined);
  });

  it("takes the owner, or the type of a managed external secret", () => {
    equal(read({ OwningService: "rds" }).owningService, "rds");
    equal(read({ Type: "SalesforceClientSecret" }).owningService, "SalesforceClientSecret");
  });

  it("reads tags, replicas and the date of a deletion", () => {
    const source = read({
      Tags: [{ Key: "a", Value: "1" }, { Key: "b" }, { Value: "x" }, { Key: "__proto__", Value: "p" }],
      ReplicationStatus: [
        { Region: "us-east-1", Status: "InSync" },
        { Region: "us-west-2", KmsKeyId: "k", Status: "InProgress" },
        {},
      ],
      DeletedDate: new Date(0),
      RotationEnabled: true,
    });
    deepEqual(Object.entries(source.tags), [
      ["a", "1"],
      ["b", ""],
      ["__proto__", "p"],
    ]);
    deepEqual(source.replicas, [
      { region: "us-east-1", key: "aws", status: "in-sync" },
      { region: "us-west-2", key: "own", keyId: "k", status: "in-progress" },
    ]);
    equal(source.scheduled, true);
    equal(source.rotating, true);
  });
});

describe("a replication between accounts", () => {
  for (const [field, value, expected] of [
    ["CrossAccountPrimary", { ARN: "arn:of:another" }, "replica"],
    ["CrossAccountPrimary", "arn:of:another", "replica"],
    ["CrossAccountReplicas", [{ ARN: "arn:of:another", Status: "InSync" }], "primary"],
    ["CrossAccountReplicas", [], undefined],
    ["CrossAccountReplicas", null, undefined],
  ] as const) {
    it(`${expected === undefined ? "is none" : `has this secret as its ${expected}`} with ${field} ${JSON.stringify(value)}`, () => {
      equal(read({ [field]: value }).crossAccount, expected);
    });
  }
});

describe("a replica", () => {
  const replica = (KmsKeyId: string, Status?: string) =>
    read({ ReplicationStatus: [{ Region: "us-east-1", KmsKeyId, Status }] }).replicas[0];

  for (const [key, keyId, id] of [
    ["aws", undefined, "alias/aws/secretsmanager"],
    ["aws", undefined, `arn:aws:kms:us-east-1:${account}:alias/aws/secretsmanager`],
    ["own", "mrk-12ab", `arn:aws:kms:us-east-1:${account}:key/mrk-12ab`],
    ["own", "11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"],
    ["foreign", undefined, "arn:aws:kms:us-east-1:999999999999:key/mrk-12ab"],
    ["foreign", undefined, "alias/team"],
    ["foreign", undefined, `arn:aws:kms:us-east-1:${account}:alias/team`],
  ] as const) {
    it(`has the key ${id} for ${key === "aws" ? "AWS's" : key}`, () => {
      const { region: where, status, ...keys } = replica(id) ?? {};
      deepEqual(
        [where, status, keys],
        ["us-east-1", "in-progress", { key, ...(keyId === undefined ? {} : { keyId }) }],
      );
    });
  }

  it("is in sync only when AWS says so", () => {
    equal(replica("k", "InSync")?.status, "in-sync");
    equal(replica("k", "Failed")?.status, "failed");
    equal(replica("k", "SomethingNew")?.status, "in-progress");
  });
});

describe("parseSecretArn", () => {
  it("takes an ARN apart", () => {
    deepEqual(parseSecretArn(arnOf("a/b-c")), { partition: "aws", region, account, name: "a/b-c", suffix: "AbCdEf" });
  });

  it("knows the other partitions", () => {
    equal(
      parseSecretArn("arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:x-AbCdEf")?.partition,
      "aws-us-gov",
    );
    equal(parseSecretArn("arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x-AbCdEf")?.partition, "aws-cn");
  });

  for (const text of [
    "",
    "app/db",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:-AbCdEf",
    "arn:aws:secretsmanager:eu-west-1:11112222333:secret:x-AbCdEf",
    "arn:aws:s3:::secret:x-AbCdEf",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbC_Ef",
    " arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf\n",
  ]) {
    it(`takes ${JSON.stringify(text)} for no full ARN`, () => {
      equal(parseSecretArn(text), undefined);
    });
  }
});
