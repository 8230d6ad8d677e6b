import * as assert from "node:assert/strict";
import { cloudTrailEvent, cloudTrailRecord } from "../../../local/proxy/cloudTrail";
import type { RecordedCall } from "../../../local/proxy/cloudTrail";

const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf";

const call = (over: Partial<RecordedCall> = {}): RecordedCall => ({
  action: "CreateSecret",
  input: { Name: "app/db", ClientRequestToken: "t-1", SecretString: "hunter2", Tags: [{ Key: "owner", Value: "me" }] },
  arn,
  caller: {
    type: "AssumedRole",
    arn: "arn:aws:sts::111122223333:assumed-role/mover/session",
    accessKeyId: "ASIA1",
    sessionName: "session",
    role: { name: "mover", arn: "arn:aws:iam::111122223333:role/team/mover", id: "AROA1" },
  },
  account: "111122223333",
  region: "eu-west-1",
  time: new Date("2026-03-04T05:06:07.890Z"),
  requestId: "request-1",
  eventId: "event-1",
  sourceAddress: "127.0.0.1",
  userAgent: "aws-cli",
  ...over,
});

describe("CloudTrail record", () => {
  it("shows the call's parameters in camel case, without the value", () => {
    assert.deepEqual(cloudTrailRecord(call())["requestParameters"], {
      name: "app/db",
      clientRequestToken: "t-1",
      tags: [{ key: "owner", value: "me" }],
    });
  });

  it("holds no value under any member name", () => {
    const input = { SecretId: "a", SecretBinary: "aHVudGVyMg==", RotationToken: "hunter2", secretstring: "hunter2" };

    assert.deepEqual(cloudTrailRecord(call({ action: "PutSecretValue", input }))["requestParameters"], {
      secretId: "a",
    });
  });

  it("answers the ARN only", () => {
    const record = cloudTrailRecord(call());

    assert.deepEqual(record["responseElements"], { arn });
    assert.ok(!("errorCode" in record) && !("errorMessage" in record));
  });

  it("carries the error of a failed call and no answer", () => {
    const error = { code: "ResourceExistsException", message: "exists" };

    const { errorCode, errorMessage, responseElements } = cloudTrailRecord(call({ error }));

    assert.deepEqual(
      { errorCode, errorMessage, responseElements },
      {
        errorCode: "ResourceExistsException",
        errorMessage: "exists",
        responseElements: null,
      },
    );
  });

  it("names the role behind a session", () => {
    assert.deepEqual(cloudTrailRecord(call())["userIdentity"], {
      type: "AssumedRole",
      principalId: "AROA1:session",
      arn: "arn:aws:sts::111122223333:assumed-role/mover/session",
      accountId: "111122223333",
      accessKeyId: "ASIA1",
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: "AROA1",
          arn: "arn:aws:iam::111122223333:role/team/mover",
          accountId: "111122223333",
          userName: "mover",
        },
        attributes: { mfaAuthenticated: "false" },
      },
    });
  });

  it("gives root no session", () => {
    const caller = { type: "Root", arn: "arn:aws:iam::111122223333:root", accessKeyId: "test" } as const;

    assert.deepEqual(cloudTrailRecord(call({ caller }))["userIdentity"], {
      type: "Root",
      principalId: "111122223333",
      arn: "arn:aws:iam::111122223333:root",
      accountId: "111122223333",
      accessKeyId: "test",
    });
  });
});

describe("CloudTrail event", () => {
  it("is the envelope that EventBridge gets", () => {
    const { detail, ...envelope } = cloudTrailEvent(call());

    assert.deepEqual(detail, cloudTrailRecord(call()));
    assert.deepEqual(envelope, {
      version: "0",
      id: "event-1",
      "detail-type": "AWS API Call via CloudTrail",
      source: "aws.secretsmanager",
      account: "111122223333",
      time: "2026-03-04T05:06:07Z",
      region: "eu-west-1",
      resources: [],
    });
  });
});
