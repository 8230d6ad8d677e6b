import type { Caller } from "./callerIdentity";
import { isObject } from "./message";
import type { JsonObject } from "./message";

/** A call to Secrets Manager and what came of it. */
export interface RecordedCall {
  readonly action: string;
  readonly input: JsonObject;
  /** The ARN in the service's answer, where there is one. */
  readonly arn: string | undefined;
  /** Absent when the call succeeded. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly time: Date;
  readonly requestId: string;
  readonly eventId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

/** The calls that CloudTrail records as writes (Secrets Manager user guide, "CloudTrail log entries"). */
export const WRITES: ReadonlySet<string> = new Set([
  "CancelRotateSecret",
  "CreateSecret",
  "DeleteResourcePolicy",
  "DeleteSecret",
  "PutResourcePolicy",
  "PutSecretValue",
  "RemoveRegionsFromReplication",
  "ReplicateSecretToRegions",
  "RestoreSecret",
  "RotateSecret",
  "StopReplicationToReplica",
  "TagResource",
  "UntagResource",
  "UpdateSecret",
  "UpdateSecretVersionStage",
]);

// A list of what may be shown, not of what must be hidden: an unknown member could carry a value.
const SHOWN: ReadonlySet<string> = new Set([
  ...["SecretId", "Name", "Description", "KmsKeyId", "ClientRequestToken", "Tags", "TagKeys", "Key", "Value", "Type"],
  ...["VersionStage", "VersionStages", "MoveToVersionId", "RemoveFromVersionId", "ResourcePolicy", "BlockPublicPolicy"],
  ...["AddReplicaRegions", "RemoveReplicaRegions", "Region", "ForceOverwriteReplicaSecret"],
  ...["RecoveryWindowInDays", "ForceDeleteWithoutRecovery"],
  ...[
    "RotationLambdaARN",
    "RotationRules",
    "RotateImmediately",
    "AutomaticallyAfterDays",
    "Duration",
    "ScheduleExpression",
  ],
]);

function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => SHOWN.has(name));
  return Object.fromEntries(
    members.map(([name, member]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, shown(member)]),
  );
}

function userIdentity(caller: Caller, account: string): JsonObject {
  const common = { arn: caller.arn, accountId: account, accessKeyId: caller.accessKeyId };
  switch (caller.type) {
    case "Root":
      return { type: "Root", principalId: account, ...common };
    case "IAMUser":
      return { type: "IAMUser", principalId: caller.userName, ...common, userName: caller.userName };
    case "AssumedRole": {
      const { role } = caller;
      const sessionIssuer = {
        type: "Role",
        principalId: role.id,
        arn: role.arn,
        accountId: account,
        userName: role.name,
      };
      const sessionContext = { sessionIssuer, attributes: { mfaAuthenticated: "false" } };
      return { type: "AssumedRole", principalId: `${role.id}:${caller.sessionName}`, ...common, sessionContext };
    }
    default:
      return caller satisfies never;
  }
}

const seconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/** The record that CloudTrail writes of a call: never a secret's value, and of the answer only the ARN. */
export function cloudTrailRecord(call: RecordedCall): JsonObject {
  const failed = call.error !== undefined;
  return {
    eventVersion: "1.11",
    userIdentity: userIdentity(call.caller, call.account),
    eventTime: seconds(call.time),
    eventSource: "secretsmanager.amazonaws.com",
    eventName: call.action,
    awsRegion: call.region,
    sourceIPAddress: call.sourceAddress,
    userAgent: call.userAgent,
    ...(failed ? { errorCode: call.error.code, errorMessage: call.error.message } : {}),
    requestParameters: shown(call.input),
    responseElements: failed || call.arn === undefined ? null : { arn: call.arn },
    requestID: call.requestId,
    eventID: call.eventId,
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: call.account,
    eventCategory: "Management",
  };
}

/** The EventBridge event that carries the record; `resources` is empty, as it is on AWS for these. */
export function cloudTrailEvent(call: RecordedCall): JsonObject {
  return {
    version: "0",
    id: call.eventId,
    "detail-type": "AWS API Call via CloudTrail",
    source: "aws.secretsmanager",
    account: call.account,
    time: seconds(call.time),
    region: call.region,
    resources: [],
    detail: cloudTrailRecord(call),
  };
}
