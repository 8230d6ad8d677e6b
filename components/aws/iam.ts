import type { iam } from "@pulumi/aws";
import { ownerOf, stateTag } from "../../runtime/model/stateTag";
import type { MoverNames, Place } from "./names";

type Statement = iam.PolicyStatement;

/** Path of policies that are permissions boundaries: they grant nothing, whatever they allow. */
export const boundaryPath = "/boundary/";

/** Statements as a policy document. */
export const policyOf = (statements: readonly Statement[]): iam.PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [...statements],
});

/**
 * A role's ARN as its sessions show it, without a path, which is what Vault compares. A role's name is unique in its
 * account with and without it.
 */
export const withoutPath = (roleArn: string): string => roleArn.replace(/:role\/.*\//, ":role/");

/**
 * Only Lambda may take the role, and only for this account's functions. (The condition key is documented for roles of
 * Lambda functions. `aws:SourceArn` is left out: which ARN the queue's poller sends isn't documented.)
 */
export const lambdaMayAssume = ({ account }: Place): Statement => ({
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: ["sts:AssumeRole"],
  Condition: { StringEquals: { "aws:SourceAccount": account } },
});

/** EventBridge may put the events of exactly these rules on a queue. */
export const rulesMaySend = (queueArn: string, ruleArns: readonly string[]): Statement => ({
  Effect: "Allow",
  Principal: { Service: "events.amazonaws.com" },
  Action: ["sqs:SendMessage"],
  Resource: [queueArn],
  Condition: { ArnEquals: { "aws:SourceArn": [...ruleArns] } },
});

/** CloudWatch may publish to the topic, for exactly these alarms of this account. */
export const alarmsMayPublish = (topicArn: string, account: string, alarmArns: readonly string[]): Statement => ({
  Effect: "Allow",
  Principal: { Service: "cloudwatch.amazonaws.com" },
  Action: ["sns:Publish"],
  Resource: [topicArn],
  Condition: { StringEquals: { "aws:SourceAccount": account }, ArnEquals: { "aws:SourceArn": [...alarmArns] } },
});

/** ARN pattern of the secrets whose name starts with `namePrefix`; no character of a name is special in a pattern. */
export const secretsOf = ({ partition, account, region }: Place, namePrefix: string): string =>
  `arn:${partition}:secretsmanager:${region}:${account}:secret:${namePrefix}*`;

/** Everything about a secret but its value. Its resource policy tells whether an AWS service reads it. */
export const canDescribe = (secrets: string): Statement => ({
  Effect: "Allow",
  Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
  Resource: [secrets],
});

export const canReadValues = (secrets: string): Statement => ({
  Effect: "Allow",
  Action: ["secretsmanager:GetSecretValue"],
  Resource: [secrets],
});

/** Decryption of customer managed keys, through Secrets Manager and for these secrets only. */
export const canDecrypt = (place: Place, keyArns: readonly string[], secrets: string): Statement => ({
  Effect: "Allow",
  Action: ["kms:Decrypt"],
  Resource: keyArns.length > 0 ? [...keyArns] : [`arn:${place.partition}:kms:${place.region}:${place.account}:key/*`],
  Condition: {
    StringEquals: { "kms:ViaService": `secretsmanager.${place.region}.${place.dnsSuffix}` },
    StringLike: { "kms:EncryptionContext:SecretARN": secrets },
  },
});

/** The secret carries the tag of one of these movers. IAM looks at the tag as the secret has it, whoever wrote it. */
const taggedBy = (entityIds: readonly string[]) => ({
  StringLike: { [`aws:ResourceTag/${stateTag}`]: entityIds.map((id) => `1/${ownerOf(id)}/*`) },
});

/** Undoes a deletion, but only of a secret that carries the tag of this mover or of one that was before it. */
export const canRestoreTagged = (secrets: string, entityIds: readonly string[]): Statement => ({
  Effect: "Allow",
  Action: ["secretsmanager:RestoreSecret"],
  Resource: [secrets],
  Condition: taggedBy(entityIds),
});

/** Sets the mover's own tag and no other: the tag with which a person exempts a secret is out of its reach. */
export const canTagState = (secrets: string): Statement => ({
  Effect: "Allow",
  Action: ["secretsmanager:TagResource"],
  Resource: [secrets],
  Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": [stateTag] } },
});

/** Deletes only what carries this mover's tag: whoever removes the tag a moment before the delete stops it. */
export const canScheduleDeletion = (secrets: string, entityId: string): Statement => ({
  Effect: "Allow",
  Action: ["secretsmanager:DeleteSecret"],
  Resource: [secrets],
  Condition: taggedBy([entityId]),
});

/** A deletion without a recovery window is denied, whatever else allows it. */
export const neverForceDelete: Statement = {
  Effect: "Deny",
  Action: ["secretsmanager:DeleteSecret"],
  Resource: ["*"],
  Condition: { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "true" } },
};

/** A window of less than a week is denied, whatever else allows it. */
export const neverShortenWindow: Statement = {
  Effect: "Deny",
  Action: ["secretsmanager:DeleteSecret"],
  Resource: ["*"],
  Condition: { NumericLessThan: { "secretsmanager:RecoveryWindowInDays": "7" } },
};

export const canRemoveReplicas = (secrets: string): Statement => ({
  Effect: "Allow",
  Action: ["secretsmanager:RemoveRegionsFromReplication"],
  Resource: [secrets],
});

/**
 * Makes the replicas of a restored secret again, in these regions; they may be encrypted with customer managed keys there.
 * The ARN of a replica is that of its primary but for the region.
 */
export const canReplicateAgain = (
  place: Place,
  namePrefix: string,
  regions: readonly string[],
): readonly Statement[] => [
  { Effect: "Allow", Action: ["secretsmanager:ReplicateSecretToRegions"], Resource: [secretsOf(place, namePrefix)] },
  {
    Effect: "Allow",
    Action: ["kms:Encrypt", "kms:GenerateDataKey"],
    Resource: regions.map((region) => `arn:${place.partition}:kms:${region}:${place.account}:key/*`),
    Condition: {
      StringLike: {
        "kms:ViaService": `secretsmanager.*.${place.dnsSuffix}`,
        "kms:EncryptionContext:SecretARN": secretsOf({ ...place, region: "*" }, namePrefix),
      },
    },
  },
];

/** What the poller needs, and ChangeMessageVisibility for the growing delay of a message that failed. */
export const canConsume = (queueArn: string): Statement => ({
  Effect: "Allow",
  Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
  Resource: [queueArn],
});

export const canSend = (queueArn: string): Statement => ({
  Effect: "Allow",
  Action: ["sqs:SendMessage"],
  Resource: [queueArn],
});

/** Use of the key that queues are encrypted with: to read a message takes one of the two, to send one takes both. */
export const canUseQueueKey = ({ region, dnsSuffix }: Place, keyArn: string): Statement => ({
  Effect: "Allow",
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource: [keyArn],
  Condition: { StringEquals: { "kms:ViaService": `sqs.${region}.${dnsSuffix}` } },
});

/** No CreateLogGroup: the group exists already, with its retention. */
export const canLog = (logGroupArn: string): Statement => ({
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: [`${logGroupArn}:*`],
});

/**
 * A web identity token for one audience, with one algorithm, for 300 seconds at most. The action has no resource type.
 *
 * The limits are Denies that need their key to be present: where a key isn't evaluated, they don't block the login, and
 * AWS sends audience and algorithm with every request because both are required.
 */
export const canGetWebIdentityToken = (audience: string, algorithm: string): readonly Statement[] => {
  const deny = (condition: Record<string, unknown>): Statement => ({
    Effect: "Deny",
    Action: ["sts:GetWebIdentityToken"],
    Resource: ["*"],
    Condition: condition,
  });
  return [
    { Effect: "Allow", Action: ["sts:GetWebIdentityToken"], Resource: ["*"] },
    deny({ "ForAnyValue:StringNotEquals": { "sts:IdentityTokenAudience": [audience] } }),
    deny({
      StringNotEquals: { "sts:SigningAlgorithm": algorithm },
      Null: { "sts:SigningAlgorithm": "false" },
    }),
    deny({ NumericGreaterThan: { "sts:DurationSeconds": "300" } }),
  ];
};

/**
 * Lambda's network interfaces in the subnets of a private Vault. These actions allow no narrower resource at the time
 * Lambda calls them, so the function's own code is denied them.
 */
export const canUseSubnets = ({ functionArn }: Pick<MoverNames, "functionArn">): readonly Statement[] => {
  const actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  return [
    { Effect: "Allow", Action: actions, Resource: ["*"] },
    {
      Effect: "Deny",
      Action: actions,
      Resource: ["*"],
      Condition: { ArnLike: { "lambda:SourceFunctionArn": [functionArn, `${functionArn}:*`] } },
    },
  ];
};

/** Names, tags and dates of all secrets. The action has no resource type, so it can't be limited to a name prefix. */
export const canList: Statement = {
  Effect: "Allow",
  Action: ["secretsmanager:ListSecrets"],
  Resource: ["*"],
};

/** Another function that was given this role can't use it on secrets or for a token. */
export const onlyThisFunction = ({ functionArn }: Pick<MoverNames, "functionArn">): Statement => ({
  Effect: "Deny",
  Action: ["secretsmanager:*", "kms:*", "sts:GetWebIdentityToken"],
  Resource: ["*"],
  Condition: {
    ArnNotLike: { "lambda:SourceFunctionArn": [functionArn, `${functionArn}:*`] },
    Null: { "lambda:SourceFunctionArn": "false" },
  },
});
