import * as assert from "node:assert/strict";

import { alarmsMayPublish, lambdaMayAssume, rulesMaySend } from "../../components/aws/iam";
import { moverNames } from "../../components/aws/names";
import { moverGrants } from "../../components/mover/moverGrants";
import { isAllowed, like, statementsOf } from "./iamEvaluator";
import type { Ask, Statement } from "./iamEvaluator";
import { mutantsOf } from "./policyMutants";

/**
 * The emulator knows none of `kms:ViaService`, `lambda:SourceFunctionArn`, `aws:SourceArn` of a queue and the keys of
 * web identity tokens. So what these conditions let through is evaluated here, on the text of the policies.
 */

const account = "123456789012";
const region = "eu-west-1";
const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const names = moverNames("test", place);
const audience = "https://vault.example.com";

const entityId = "0a1b2c3d-0000-4000-8000-000000000000";
const formerEntityId = "4e5f6a7b-0000-4000-8000-000000000000";
/** The tag of a deletion, as a mover with this id writes it. */
const taggedBy = (id: string, state = "d"): Keys => ({
  "aws:ResourceTag/vault-mover": `1/${id.slice(0, 8)}/89abcdef/${state}/AbCdEf/v/1/created/tagged/30`,
});

const grants = statementsOf(
  moverGrants({
    place,
    names,
    mover: {
      mode: "move",
      modeRules: [],
      namePrefix: "app/",
      login: "jwt",
      audience,
      signingAlgorithm: "ES384",
      replicas: "remove",
      replicaRegions: ["us-east-1"],
      formerEntityIds: [formerEntityId],
    },
    entityId,
    kmsKeyArns: [],
    inSubnets: true,
  }),
);

/** Expectation first: it is what one looks for in a table of policies. */
type Row = readonly [allowed: boolean, what: string, ask: Ask];
type Keys = NonNullable<Ask["keys"]>;

const secretArn = (name: string, place: { account?: string; region?: string } = {}): string =>
  `arn:aws:secretsmanager:${place.region ?? region}:${place.account ?? account}:secret:${name}-AbCdEf`;
const own = secretArn("app/db");
const from = (functionArn: string): Keys => ({ "lambda:SourceFunctionArn": functionArn });
const mover = from(names.functionArn);
const otherFunction = from(`${names.functionArn}-other`);
const on = (action: string, resource: string, keys: Keys = mover): Ask => ({ action, resource, keys });
const secret = (action: string, resource = own, keys: Keys = {}): Ask =>
  on(`secretsmanager:${action}`, resource, { ...mover, ...keys });

/** Every call that names a secret, with the keys that the mover sends. */
const calls: Readonly<Record<string, Keys>> = {
  DescribeSecret: {},
  GetResourcePolicy: {},
  GetSecretValue: {},
  RestoreSecret: taggedBy(entityId),
  TagResource: { "aws:TagKeys": ["vault-mover"] },
  DeleteSecret: { "secretsmanager:RecoveryWindowInDays": "30", ...taggedBy(entityId) },
  RemoveRegionsFromReplication: {},
  ReplicateSecretToRegions: {},
};
const foreign: Readonly<Record<string, string>> = {
  "another account": secretArn("app/db", { account: "999999999999" }),
  "another region": secretArn("app/db", { region: "us-east-1" }),
  "a name that only begins like the prefix": secretArn("application"),
  "a name that climbs out of another folder": secretArn("other/../app/db"),
  "a name that holds the prefix further on": secretArn("x/app/db"),
  "every secret": "*",
};

const secretRows: readonly Row[] = Object.entries(calls).flatMap(([action, keys]): Row[] => [
  [true, `${action} of a secret under the prefix`, secret(action, own, keys)],
  [
    true,
    `${action} from a version of the function`,
    secret(action, own, { ...keys, ...from(`${names.functionArn}:7`) }),
  ],
  [false, `${action} from another function that has the role`, secret(action, own, { ...keys, ...otherFunction })],
  ...Object.entries(foreign).map(([what, arn]): Row => [false, `${action} of ${what}`, secret(action, arn, keys)]),
]);

const remove = (keys: Keys): Ask => secret("DeleteSecret", own, { ...taggedBy(entityId), ...keys });
const otherTags: Readonly<Record<string, Keys>> = {
  "no tag": {},
  "a person's tag": { "aws:ResourceTag/team": "a" },
  "the word again": { "aws:ResourceTag/vault-mover": "again" },
  "another mover's tag": taggedBy("ffffffff-0000-4000-8000-000000000000"),
  "a tag that only holds the mover's": { "aws:ResourceTag/vault-mover": `x1/${entityId.slice(0, 8)}/` },
};

const deleteRows: readonly Row[] = [
  [true, "DeleteSecret with a window of 7 days", remove({ "secretsmanager:RecoveryWindowInDays": "7" })],
  [true, "DeleteSecret without a window, which is 30 days", remove({})],
  [false, "DeleteSecret with a window of 6 days", remove({ "secretsmanager:RecoveryWindowInDays": "6" })],
  [false, "DeleteSecret by force", remove({ "secretsmanager:ForceDeleteWithoutRecovery": "true" })],
  [
    true,
    "DeleteSecret that says that it does not force",
    remove({
      "secretsmanager:ForceDeleteWithoutRecovery": "false",
      "secretsmanager:RecoveryWindowInDays": "30",
    }),
  ],
  ...Object.entries(otherTags).flatMap(([what, keys]): Row[] => [
    [false, `DeleteSecret of a secret with ${what}`, secret("DeleteSecret", own, keys)],
    [false, `RestoreSecret of a secret with ${what}`, secret("RestoreSecret", own, keys)],
  ]),
  [true, "RestoreSecret of what a former mover deleted", secret("RestoreSecret", own, taggedBy(formerEntityId))],
  [false, "DeleteSecret of what a former mover tagged", secret("DeleteSecret", own, taggedBy(formerEntityId))],
  [false, "TagResource with a person's tag", secret("TagResource", own, { "aws:TagKeys": ["vault-mover-mode"] })],
  [
    false,
    "TagResource with a person's tag beside the mover's",
    secret("TagResource", own, { "aws:TagKeys": ["vault-mover", "vault-mover-mode"] }),
  ],
  ...[
    "PutSecretValue",
    "UpdateSecret",
    "UpdateSecretVersionStage",
    "CreateSecret",
    "UntagResource",
    "PutResourcePolicy",
    "DeleteResourcePolicy",
    "RotateSecret",
    "StopReplicationToReplica",
    "ListSecretVersionIds",
    "CancelRotateSecret",
  ].map((action): Row => [false, action, secret(action, own, taggedBy(entityId))]),
  // The emulator states no function; on AWS every call of a function's code does.
  [true, "DescribeSecret where nobody states the function", on("secretsmanager:DescribeSecret", own, {})],
  [false, "ListSecrets", secret("ListSecrets", "*")],
  [false, "BatchGetSecretValue", secret("BatchGetSecretValue", "*")],
];

const key = `arn:aws:kms:${region}:${account}:key/1`;
const kms = (action: string, keys: Keys, resource = key): Ask => on(`kms:${action}`, resource, { ...mover, ...keys });
const here = { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` };
const there = { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" };
const context = { "kms:EncryptionContext:SecretARN": own };
const inUs = { region: "us-east-1" };
const replicaKey = `arn:aws:kms:us-east-1:${account}:key/1`;
const replicaContext = { "kms:EncryptionContext:SecretARN": secretArn("app/db", inUs) };
const ofReplica = { ...there, ...replicaContext };

const keyRows: readonly Row[] = [
  [true, "kms:Decrypt through Secrets Manager, for a secret under the prefix", kms("Decrypt", { ...here, ...context })],
  [false, "kms:Decrypt of a ciphertext that somebody has at hand", kms("Decrypt", context)],
  [
    false,
    "kms:Decrypt through another service",
    kms("Decrypt", { ...context, "kms:ViaService": `s3.${region}.amazonaws.com` }),
  ],
  [false, "kms:Decrypt through another region's Secrets Manager", kms("Decrypt", { ...there, ...context })],
  [false, "kms:Decrypt without a secret's context", kms("Decrypt", here)],
  [
    false,
    "kms:Decrypt for a secret outside the prefix",
    kms("Decrypt", { ...here, "kms:EncryptionContext:SecretARN": secretArn("other/db") }),
  ],
  [
    false,
    "kms:Decrypt with another account's key",
    kms("Decrypt", { ...here, ...context }, `arn:aws:kms:${region}:999999999999:key/1`),
  ],
  [
    false,
    "kms:Decrypt from another function that has the role",
    kms("Decrypt", { ...here, ...context, ...otherFunction }),
  ],
  [false, "kms:CreateGrant through Secrets Manager", kms("CreateGrant", { ...here, ...context })],
  ...["Encrypt", "GenerateDataKey"].flatMap((action): Row[] => [
    [true, `kms:${action} through a replica region's Secrets Manager`, kms(action, ofReplica, replicaKey)],
    [false, `kms:${action} by itself`, kms(action, replicaContext, replicaKey)],
    [
      false,
      `kms:${action} through another service`,
      kms(action, { ...replicaContext, "kms:ViaService": "s3.us-east-1.amazonaws.com" }, replicaKey),
    ],
    [false, `kms:${action} without a secret's context`, kms(action, there, replicaKey)],
    [
      false,
      `kms:${action} for a secret outside the prefix`,
      kms(action, { ...there, "kms:EncryptionContext:SecretARN": secretArn("other/db", inUs) }, replicaKey),
    ],
    [
      false,
      `kms:${action} for another account's secret`,
      kms(
        action,
        { ...there, "kms:EncryptionContext:SecretARN": secretArn("app/db", { account: "9".repeat(12) }) },
        replicaKey,
      ),
    ],
    [false, `kms:${action} with a key of a region that no replica may be in`, kms(action, ofReplica)],
    [
      false,
      `kms:${action} with another account's key`,
      kms(action, ofReplica, "arn:aws:kms:us-east-1:999999999999:key/1"),
    ],
    [false, `kms:${action} from another function`, kms(action, { ...ofReplica, ...otherFunction }, replicaKey)],
  ]),
  [false, "kms:Decrypt in a replica's region", kms("Decrypt", ofReplica, replicaKey)],
  [false, "kms:ScheduleKeyDeletion", kms("ScheduleKeyDeletion", here)],
];

const token = (keys: Keys = {}): Ask =>
  on("sts:GetWebIdentityToken", "*", {
    ...mover,
    "sts:IdentityTokenAudience": [audience],
    "sts:SigningAlgorithm": "ES384",
    "sts:DurationSeconds": "60",
    ...keys,
  });

const tokenRows: readonly Row[] = [
  [true, "a web identity token for Vault", token()],
  [true, "one of 300 seconds", token({ "sts:DurationSeconds": "300" })],
  [false, "one of 301 seconds", token({ "sts:DurationSeconds": "301" })],
  [false, "one for another audience", token({ "sts:IdentityTokenAudience": ["https://elsewhere.example.com"] })],
  [
    false,
    "one for another audience too",
    token({ "sts:IdentityTokenAudience": [audience, "https://elsewhere.example.com"] }),
  ],
  [false, "one with another algorithm", token({ "sts:SigningAlgorithm": "RS256" })],
  [false, "one for another function that has the role", token(otherFunction)],
  [true, "one where none of the token's keys is known", on("sts:GetWebIdentityToken", "*")],
  [false, "another role", on("sts:AssumeRole", `arn:aws:iam::${account}:role/admin`)],
  [false, "a tagged token", on("sts:TagGetWebIdentityToken", "*")],
];

const logStream = `${names.logGroupArn}:log-stream:x`;
const nobody: Keys = {};
const networkActions = [
  "CreateNetworkInterface",
  "DescribeNetworkInterfaces",
  "DescribeSubnets",
  "DeleteNetworkInterface",
  "AssignPrivateIpAddresses",
  "UnassignPrivateIpAddresses",
];

const surroundingRows: readonly Row[] = [
  ...["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"].flatMap((action): Row[] => [
    [true, `sqs:${action} of its queue, by Lambda's poller`, on(`sqs:${action}`, names.queueArn, nobody)],
    [false, `sqs:${action} of its dead-letter queue`, on(`sqs:${action}`, names.deadLetterQueueArn)],
    [false, `sqs:${action} of another queue`, on(`sqs:${action}`, `${names.queueArn}x`)],
  ]),
  [true, "sqs:SendMessage to its dead-letter queue", on("sqs:SendMessage", names.deadLetterQueueArn)],
  [false, "sqs:SendMessage to its own queue", on("sqs:SendMessage", names.queueArn)],
  ...["PurgeQueue", "DeleteQueue", "SetQueueAttributes", "AddPermission"].flatMap((action): Row[] => [
    [false, `sqs:${action} of its queue`, on(`sqs:${action}`, names.queueArn)],
    [false, `sqs:${action} of its dead-letter queue`, on(`sqs:${action}`, names.deadLetterQueueArn)],
  ]),
  ...["CreateLogStream", "PutLogEvents"].flatMap((action): Row[] => [
    [true, `logs:${action} in its log group`, on(`logs:${action}`, logStream, nobody)],
    [
      false,
      `logs:${action} in another log group`,
      on(`logs:${action}`, logStream.replace(names.logGroup, "/aws/lambda/x"), nobody),
    ],
  ]),
  [false, "logs:DeleteLogStream", on("logs:DeleteLogStream", logStream)],
  [false, "logs:DeleteLogGroup", on("logs:DeleteLogGroup", `${names.logGroupArn}:*`)],
  ...networkActions.flatMap((action): Row[] => [
    [true, `ec2:${action} by Lambda itself`, on(`ec2:${action}`, "*", nobody)],
    [false, `ec2:${action} by the function's code`, on(`ec2:${action}`, "*")],
    [false, `ec2:${action} by a version of the function`, on(`ec2:${action}`, "*", from(`${names.functionArn}:7`))],
  ]),
  [false, "ec2:RunInstances", on("ec2:RunInstances", "*", nobody)],
  [false, "lambda:UpdateFunctionCode of itself", on("lambda:UpdateFunctionCode", names.functionArn)],
  [false, "iam:PutRolePolicy on itself", on("iam:PutRolePolicy", names.roleArn)],
  [false, "iam:PassRole", on("iam:PassRole", names.roleArn)],
];

const by = (principal: string, action: string, resource: string, keys: Keys): Ask => ({
  principal,
  action,
  resource,
  keys,
});
const ruleArns = [names.callRuleArn, names.labelRuleArn];

const queueRows = (queueArn: string): readonly Row[] => {
  const send = (keys: Keys, principal = "events.amazonaws.com", resource = queueArn): Ask =>
    by(principal, "sqs:SendMessage", resource, keys);
  return [
    ...ruleArns.map((arn): Row => [true, `an event of ${arn}`, send({ "aws:SourceArn": arn })]),
    [false, "an event of another rule of the account", send({ "aws:SourceArn": `${names.callRuleArn}-other` })],
    [
      false,
      "an event of a rule of that name in another account",
      send({ "aws:SourceArn": names.callRuleArn.replace(account, "999999999999") }),
    ],
    [
      false,
      "an event of a rule of that name in another region",
      send({ "aws:SourceArn": names.callRuleArn.replace(region, "us-east-1") }),
    ],
    [
      false,
      "an event of a rule of that name on another bus",
      send({ "aws:SourceArn": names.callRuleArn.replace("rule/", "rule/bus/") }),
    ],
    [false, "an event of no rule", send({})],
    [false, "a message of SNS in a rule's name", send({ "aws:SourceArn": names.callRuleArn }, "sns.amazonaws.com")],
    [
      false,
      "a message to another queue",
      send({ "aws:SourceArn": names.callRuleArn }, "events.amazonaws.com", `${queueArn}x`),
    ],
    [
      false,
      "reading the queue",
      by("events.amazonaws.com", "sqs:ReceiveMessage", queueArn, { "aws:SourceArn": names.callRuleArn }),
    ],
  ];
};

const assume = (keys: Keys, principal = "lambda.amazonaws.com", action = "sts:AssumeRole"): Ask =>
  by(principal, action, names.roleArn, keys);
const trustRows: readonly Row[] = [
  [true, "Lambda for this account", assume({ "aws:SourceAccount": account })],
  [false, "Lambda for another account", assume({ "aws:SourceAccount": "999999999999" })],
  [false, "Lambda for nobody", assume({})],
  [false, "another service of this account", assume({ "aws:SourceAccount": account }, "ec2.amazonaws.com")],
  [false, "a person", assume({ "aws:SourceAccount": account }, "")],
  [false, "a session with tags", assume({ "aws:SourceAccount": account }, "lambda.amazonaws.com", "sts:TagSession")],
];

const alarmArns = [`${names.alarmArnPrefix}failed`, `${names.alarmArnPrefix}unequal`];
const publish = (
  keys: Keys,
  principal = "cloudwatch.amazonaws.com",
  resource = names.alarmTopicArn,
  action = "sns:Publish",
): Ask => by(principal, action, resource, keys);
const ofAlarm = { "aws:SourceAccount": account, "aws:SourceArn": alarmArns[0] ?? "" };
const topicRows: readonly Row[] = [
  ...alarmArns.map((arn): Row => [true, `the alarm ${arn}`, publish({ ...ofAlarm, "aws:SourceArn": arn })]),
  [false, "an alarm of another name", publish({ ...ofAlarm, "aws:SourceArn": `${names.alarmArnPrefix}mine` })],
  [false, "an alarm in another account's name", publish({ ...ofAlarm, "aws:SourceAccount": "999999999999" })],
  [false, "an alarm without an account", publish({ "aws:SourceArn": ofAlarm["aws:SourceArn"] })],
  [false, "an alarm without an ARN", publish({ "aws:SourceAccount": account })],
  [false, "another service", publish(ofAlarm, "s3.amazonaws.com")],
  [false, "another topic", publish(ofAlarm, "cloudwatch.amazonaws.com", `${names.alarmTopicArn}x`)],
  [false, "a subscription", publish(ofAlarm, "cloudwatch.amazonaws.com", names.alarmTopicArn, "sns:Subscribe")],
];

interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly rows: readonly Row[];
}

const policies: readonly Policy[] = [
  {
    name: "the function's role",
    statements: grants,
    rows: [...secretRows, ...deleteRows, ...keyRows, ...tokenRows, ...surroundingRows],
  },
  { name: "the role's trust", statements: statementsOf([lambdaMayAssume(place)]), rows: trustRows },
  {
    name: "the queue",
    statements: statementsOf([rulesMaySend(names.queueArn, ruleArns)]),
    rows: queueRows(names.queueArn),
  },
  {
    name: "the dead-letter queue",
    statements: statementsOf([rulesMaySend(names.deadLetterQueueArn, ruleArns)]),
    rows: queueRows(names.deadLetterQueueArn),
  },
  {
    name: "the alarms' topic",
    statements: statementsOf([alarmsMayPublish(names.alarmTopicArn, account, alarmArns)]),
    rows: topicRows,
  },
];

describe("the evaluator of policies", () => {
  const allow: Statement = { Effect: "Allow", Action: ["s3:Get*"], Resource: ["arn:aws:s3:::b/*"] };
  const ask = (keys: Keys = {}): Ask => ({ action: "s3:GetObject", resource: "arn:aws:s3:::b/k", keys });
  const under = (Condition: Statement["Condition"] & object, keys: Keys = {}): boolean =>
    isAllowed([{ ...allow, Condition }], ask(keys));

  it("denies what nothing allows, and lets an explicit Deny win", () => {
    assert.equal(isAllowed([], ask()), false);
    assert.equal(isAllowed([allow], ask()), true);
    assert.equal(isAllowed([allow], { ...ask(), action: "S3:getobject" }), true, "actions have no case");
    assert.equal(isAllowed([allow], { ...ask(), resource: "arn:aws:s3:::B/k" }), false, "resources have");
    assert.equal(isAllowed([allow, { ...allow, Effect: "Deny" }], ask()), false);
  });

  it("treats an absent key as IAM does", () => {
    const cases: readonly (readonly [boolean, string])[] = [
      [false, "StringEquals"],
      [true, "StringEqualsIfExists"],
      [true, "StringNotEquals"],
      [false, "ArnLike"],
      [true, "ArnNotLike"],
      [false, "Bool"],
      [false, "NumericLessThan"],
      [true, "NumericLessThanIfExists"],
      [true, "ForAllValues:StringEquals"],
      [false, "ForAnyValue:StringNotEquals"],
    ];
    for (const [holds, operator] of cases) assert.equal(under({ [operator]: { k: "1" } }), holds, operator);
    assert.equal(under({ Null: { k: "true" } }), true);
    assert.equal(under({ Null: { k: "false" } }), false);
    assert.equal(under({ Null: { k: "false" } }, { K: "x" }), true, "keys have no case");
  });

  it("compares texts, ARNs, numbers, truth values and sets", () => {
    assert.equal(under({ StringLike: { k: "a*c?" } }, { k: "abbcd" }), true);
    assert.equal(under({ StringNotEquals: { k: ["a", "b"] } }, { k: "b" }), false);
    assert.equal(
      under({ ArnLike: { k: "arn:aws:lambda:*:1:function:f:*" } }, { k: "arn:aws:lambda:x:1:function:f:7" }),
      true,
    );
    assert.equal(under({ ArnLike: { k: "arn:aws:*:1:function:f" } }, { k: "arn:aws:lambda:x:1:function:f" }), false);
    assert.equal(under({ NumericLessThan: { k: "7" } }, { k: "10" }), false);
    assert.equal(under({ Bool: { k: "true" } }, { k: "True" }), true);
    assert.equal(under({ "ForAllValues:StringEquals": { k: ["a", "b"] } }, { k: ["a", "c"] }), false);
    assert.equal(under({ "ForAnyValue:StringNotEquals": { k: ["a"] } }, { k: ["a", "c"] }), true);
    assert.equal(like("a.c", "abc"), false);
  });

  it("refuses what it has no rule for", () => {
    assert.throws(() => under({ DateLessThan: { k: "x" } }, { k: "y" }), /no rule for the operator/);
    assert.throws(() => under({ StringEquals: { k: "x" } }, { k: ["x", "y"] }), /one value/);
    assert.throws(() => statementsOf([{ Effect: "Allow", NotAction: ["a:b"] }]), /no rule for the element NotAction/);
    assert.throws(
      () => statementsOf([{ Effect: "Allow", Action: ["a:b"], Resource: ["x/${aws:userid}"] }]),
      /variables/,
    );
  });
});

for (const { name, statements, rows } of policies) {
  describe(`the policy of ${name}`, () => {
    for (const [allowed, what, ask] of rows) {
      it(`${allowed ? "lets through" : "stops"} ${what}`, () => {
        assert.equal(isAllowed(statements, ask), allowed);
      });
    }

    it("can't lose or widen any part of it without a request of this table noticing", () => {
      const mutants = mutantsOf(statements);

      const unseen = mutants.filter(({ policy }) =>
        rows.every(([allowed, , ask]) => isAllowed(policy, ask) === allowed),
      );

      assert.ok(mutants.length >= statements.length * 3, `${mutants.length} mutants`);
      assert.deepEqual(
        unseen.map(({ what }) => what),
        [],
      );
    });
  });
}

describe("the policies", () => {
  it("were asked about often enough, and their changed forms too", () => {
    const asked = policies.flatMap(({ rows }) => rows);
    const changed = policies.flatMap(({ statements }) => mutantsOf(statements));
    const allowed = asked.filter(([allows]) => allows).length;
    process.stdout.write(
      `    policies: ${asked.length} requests (${allowed} let through, ${asked.length - allowed} stopped), ` +
        `${changed.length} changed policies caught\n`,
    );

    assert.ok(asked.length >= 200 && changed.length >= 80, `${asked.length}, ${changed.length}`);
  });
});
