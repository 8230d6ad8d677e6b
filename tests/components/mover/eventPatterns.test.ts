import { deepEqual, ok } from "node:assert/strict";
import { callPattern, labelPattern } from "../../../components/mover/eventPatterns";

const roleArn = "arn:aws:iam::123456789012:role/homing-test";

describe("the patterns of the rules", () => {
  it("take successful writes of everybody but the mover", () => {
    const pattern: unknown = JSON.parse(callPattern(roleArn));

    deepEqual(pattern, {
      source: ["aws.secretsmanager"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["secretsmanager.amazonaws.com"],
        eventName: [
          "CreateSecret",
          "PutSecretValue",
          "UpdateSecret",
          "UpdateSecretVersionStage",
          "CancelRotateSecret",
          "StopReplicationToReplica",
          "DisassociateCrossAccountReplica",
          "TagResource",
          "UntagResource",
        ],
        errorCode: [{ exists: false }],
        $or: [
          { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ "anything-but": [roleArn] }] } } } },
          { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ exists: false }] } } } },
        ],
      },
    });
  });

  it("take the label that makes a version current", () => {
    const pattern: unknown = JSON.parse(labelPattern());

    deepEqual(pattern, {
      source: ["aws.secretsmanager"],
      "detail-type": ["Secret Label Updated"],
      detail: { labelUpdated: ["AWSCURRENT"] },
    });
  });

  it("stay below EventBridge's default size", () => {
    ok(callPattern(`arn:aws-us-gov:iam::123456789012:role/${"r".repeat(64)}`).length <= 2048);
  });
});
