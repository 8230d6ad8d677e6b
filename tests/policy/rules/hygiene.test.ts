import { deepEqual, match } from "node:assert/strict";
import { kvVersion2 } from "../../../policy/rules/kvVersion2";
import { logRetention } from "../../../policy/rules/logRetention";
import { noSecureString } from "../../../policy/rules/noSecureString";
import { queueDeadLetter } from "../../../policy/rules/queueDeadLetter";
import { queueEncryption } from "../../../policy/rules/queueEncryption";
import { judgeStack, rowsFor, unknownValue } from "../support/judge";

describe("the rule no-secure-string", () => {
  rowsFor(noSecureString, "aws:ssm/parameter:Parameter", [
    ["a SecureString", { type: "SecureString", value: unknownValue }, /second home/],
    ["a String", { type: "String" }],
    ["a type that is not known yet", { type: unknownValue }],
  ]);
});

describe("the rule vault-kv-version-2", () => {
  rowsFor(kvVersion2, "vault:index/mount:Mount", [
    ["version 2", { type: "kv", options: { version: "2" } }],
    ["version 2 as a number", { type: "kv", options: { version: 2 } }],
    ["version 2 by its own type", { type: "kv-v2" }],
    ["another engine", { type: "transit" }],
    ["options that are not known yet", { type: "kv", options: unknownValue }],
    ["a version that is not known yet", { type: "kv", options: { version: unknownValue } }],
    ["version 1", { type: "kv", options: { version: "1" } }, /keeps no versions/],
    ["no version", { type: "kv" }, /keeps no versions/],
    ["the older type", { type: "generic" }, /keeps no versions/],
  ]);
});

describe("the rule queue-encryption", () => {
  rowsFor(queueEncryption, "aws:sqs/queue:Queue", [
    ["encryption by SQS", { sqsManagedSseEnabled: true }],
    ["encryption by a key", { kmsMasterKeyId: "alias/q" }],
    ["encryption that is not known yet", { sqsManagedSseEnabled: unknownValue }],
    ["no key", { kmsMasterKeyId: null }, /does not say that it is encrypted/],
    ["an empty key", { kmsMasterKeyId: "" }, /does not say that it is encrypted/],
    ["a key that is not known yet", { kmsMasterKeyId: unknownValue }],
    ["no encryption", { sqsManagedSseEnabled: false }, /does not say that it is encrypted/],
    ["no word on it", {}, /does not say that it is encrypted/],
  ]);
});

describe("the rule log-retention", () => {
  rowsFor(logRetention, "aws:cloudwatch/logGroup:LogGroup", [
    ["a retention", { retentionInDays: 90 }],
    ["one that is not known yet", { retentionInDays: unknownValue }],
    ["none", {}, /for ever/],
    ["zero, which is none", { retentionInDays: 0 }, /for ever/],
  ]);
});

describe("the rule queue-dead-letter", () => {
  const queue = (name: string, props: object = {}, madeFrom = {}) => ({
    type: "aws:sqs/queue:Queue",
    name,
    props: { name, ...props },
    madeFrom,
  });
  const refused = (...resources: Parameters<typeof judgeStack>[1]): readonly string[] =>
    judgeStack(queueDeadLetter, resources).map(([name]) => name);

  it("refuses a queue alone, and one with an empty policy", () => {
    deepEqual(refused(queue("a"), queue("b", { redrivePolicy: "" }), queue("c", { redrivePolicy: null })), [
      "a",
      "b",
      "c",
    ]);
    match(judgeStack(queueDeadLetter, [queue("a")]).join(), /The queue a has no dead-letter queue.*redriveAllowPolicy/);
  });

  it("lets a queue and its dead-letter queue pass: by ARN, by reference, by a resource of its own", () => {
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:eu-west-1:1:dead", maxReceiveCount: 3 });

    deepEqual(refused(queue("a", { redrivePolicy }), queue("dead")), []);
    deepEqual(refused(queue("a", { redrivePolicy: unknownValue }, { redrivePolicy: ["d"] }), queue("d")), []);
    deepEqual(
      refused(queue("a"), queue("d"), {
        type: "aws:sqs/redrivePolicy:RedrivePolicy",
        name: "redrive",
        props: { queueUrl: unknownValue, redrivePolicy: unknownValue },
        madeFrom: { queueUrl: ["a"], redrivePolicy: ["d"] },
      }),
      [],
    );
  });

  it("takes no other resource that knows a queue's URL for what gives it a dead-letter queue", () => {
    const made = { queueUrl: unknownValue, policy: "{}" };
    const policy = { type: "aws:sqs/queuePolicy:QueuePolicy", name: "p", props: made, madeFrom: { queueUrl: ["a"] } };
    const redrive = { ...policy, type: "aws:sqs/redrivePolicy:RedrivePolicy" };

    deepEqual(refused(queue("a"), policy), ["a"]);
    deepEqual(refused(queue("a"), { ...redrive, madeFrom: { queueUrl: ["b", "a"] } }), []);
    deepEqual(refused(queue("a"), queue("b"), redrive), ["b"]);
  });

  it("takes a queue whose name only ends like a dead-letter queue's for itself", () => {
    const redrivePolicy = JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:eu-west-1:1:my-dead",
      maxReceiveCount: 3,
    });

    deepEqual(refused(queue("a", { redrivePolicy }), queue("dead")), ["dead"]);
  });

  it("knows dead-letter queues of functions and rules, and those that say so themselves", () => {
    const target = { type: "aws:cloudwatch/eventTarget:EventTarget", name: "t", props: { arn: unknownValue } };

    deepEqual(refused(queue("d"), { ...target, madeFrom: { deadLetterConfig: ["d"] } }), []);
    deepEqual(refused(queue("d"), { ...target, madeFrom: { arn: ["d"] } }), ["d"]);
    deepEqual(refused(queue("d", { redriveAllowPolicy: '{"redrivePermission":"byQueue"}' })), []);
  });
});
