/** EventBridge patterns, as the text that a rule takes. */

/** Calls after which a secret may have to move. RestoreSecret is not among them: a person's undo stands. */
const calls = [
  "CreateSecret",
  "PutSecretValue",
  "UpdateSecret",
  "UpdateSecretVersionStage",
  "CancelRotateSecret",
  "StopReplicationToReplica",
  "DisassociateCrossAccountReplica",
  "TagResource",
  "UntagResource",
];

/**
 * Successful calls that CloudTrail recorded, but for the mover's own. Callers that are no role's session have no
 * sessionIssuer, and `anything-but` doesn't match an absent field: the second branch is theirs.
 *
 * No limit by name: CloudTrail shows the secret as the caller typed it, an ARN or a name.
 */
export const callPattern = (moverRoleArn: string): string => {
  const issuer = (arn: readonly unknown[]) => ({ userIdentity: { sessionContext: { sessionIssuer: { arn } } } });
  return JSON.stringify({
    source: ["aws.secretsmanager"],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventSource: ["secretsmanager.amazonaws.com"],
      eventName: calls,
      errorCode: [{ exists: false }],
      $or: [issuer([{ "anything-but": [moverRoleArn] }]), issuer([{ exists: false }])],
    },
  });
};

/** The event that Secrets Manager itself sends, without any trail, when a version becomes the current one. */
export const labelPattern = (): string =>
  JSON.stringify({
    source: ["aws.secretsmanager"],
    "detail-type": ["Secret Label Updated"],
    detail: { labelUpdated: ["AWSCURRENT"] },
  });
