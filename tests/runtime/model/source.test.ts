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
      ReplicationStatus: [{ Region: "us-east-1" }, { Region: "us-west-2", KmsKeyId: "k" }, {}],
      DeletedDate: new Date(0),
      RotationEnabled: true,
    });
    deepEqual(Object.entries(source.tags), [
      ["a", "1"],
      ["b", ""],
      ["__proto__", "p"],
    ]);
    deepEqual(source.replicas, [{ region: "us-east-1" }, { region: "us-west-2", kmsKeyId: "k" }]);
    equal(source.scheduled, true);
    equal(source.rotating, true);
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
