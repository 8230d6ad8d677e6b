import * as assert from "node:assert/strict";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { Emulator } from "../../../local/proxy/emulator";
import { deliverEvents } from "../../../local/proxy/eventDelivery";
import { isObject, jsonObject } from "../../../local/proxy/message";
import type { JsonObject } from "../../../local/proxy/message";
import { account, refusal, region, startCloud } from "./cloud";
import type { Cloud } from "./cloud";

const everything = [{ Effect: "Allow", Action: "*", Resource: "*" }];

describe("CloudTrail events of Secrets Manager", function () {
  this.timeout(180_000);
  let cloud: Cloud;
  let moverArn: string;
  let queueUrl: string;

  const call = async (target: string, input: JsonObject): Promise<JsonObject> => {
    const { status, body } = await cloud.emulator.rootJson(region, target, input);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };

  const at = (value: unknown, ...path: readonly string[]): unknown =>
    path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

  async function received(): Promise<JsonObject[]> {
    await cloud.proxy.drain();
    const events: JsonObject[] = [];
    for (;;) {
      const { Messages } = await call("AmazonSQS.ReceiveMessage", { QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
      const messages = Array.isArray(Messages) ? Messages.filter(isObject) : [];
      if (messages.length === 0) return events;
      for (const { Body, ReceiptHandle } of messages) {
        events.push(jsonObject(String(Body)) ?? {});
        await call("AmazonSQS.DeleteMessage", { QueueUrl: queueUrl, ReceiptHandle });
      }
    }
  }

  const names = (events: readonly JsonObject[]): unknown[] => events.map((event) => at(event, "detail", "eventName"));

  before(async () => {
    cloud = await startCloud();
    moverArn = await cloud.role("mover", everything);
    ({ QueueUrl: queueUrl } = (await call("AmazonSQS.CreateQueue", { QueueName: "events" })) as { QueueUrl: string });
    const pattern = {
      source: ["aws.secretsmanager"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["secretsmanager.amazonaws.com"],
        eventName: ["CreateSecret", "PutSecretValue", "TagResource"],
        errorCode: [{ exists: false }],
        $or: [
          { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ "anything-but": [moverArn] }] } } } },
          { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ exists: false }] } } } },
        ],
      },
    };
    await call("AWSEvents.PutRule", { Name: "writes", EventPattern: JSON.stringify(pattern), State: "ENABLED" });
    await call("AWSEvents.PutRule", {
      Name: "off",
      EventPattern: JSON.stringify({ source: ["aws.secretsmanager"] }),
      State: "DISABLED",
    });
    const Arn = `arn:aws:sqs:${region}:${account}:events`;
    for (const Rule of ["writes", "off"]) await call("AWSEvents.PutTargets", { Rule, Targets: [{ Id: "queue", Arn }] });
  });

  after(() => cloud.stop());

  it("reach the queues of matching, enabled rules, one for each write, in order", async () => {
    const secrets = cloud.secrets();
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: "a", SecretString: "hunter2-planted" }));
    await secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: "hunter3-planted" }));
    await secrets.send(new GetSecretValueCommand({ SecretId: "a" }));
    await secrets.send(new TagResourceCommand({ SecretId: "a", Tags: [{ Key: "k", Value: "v" }] }));

    const events = await received();

    assert.deepEqual(names(events), ["CreateSecret", "PutSecretValue", "TagResource"]);
    assert.deepEqual(at(events[0], "detail", "responseElements"), { arn: ARN });
    assert.equal(at(events[1], "detail", "requestParameters", "secretId"), ARN);
    assert.equal(typeof at(events[1], "detail", "requestParameters", "clientRequestToken"), "string");
    assert.equal(at(events[0], "detail", "userIdentity", "type"), "Root");
    assert.ok(!JSON.stringify(events).includes("planted"));
  });

  it("leave out failed calls where the rule asks for that", async () => {
    await refusal(cloud.secrets().send(new PutSecretValueCommand({ SecretId: "absent", SecretString: "x" })));

    assert.deepEqual(await received(), []);
  });

  it("carry failed calls to a rule that wants them", async () => {
    const pattern = JSON.stringify({ source: ["aws.secretsmanager"], detail: { errorCode: [{ exists: true }] } });
    await call("AWSEvents.PutRule", { Name: "failures", EventPattern: pattern, State: "ENABLED" });
    await call("AWSEvents.PutTargets", {
      Rule: "failures",
      Targets: [{ Id: "q", Arn: `arn:aws:sqs:${region}:${account}:events` }],
    });
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    await refusal(cloud.secrets().send(new PutSecretValueCommand({ SecretId: "absent", SecretString: "x" })));

    const [event] = await received();
    assert.equal(at(event, "detail", "errorCode"), "ResourceNotFoundException");
    assert.equal(at(event, "detail", "errorMessage"), "Secrets Manager can't find the specified secret.");
    assert.equal(at(event, "detail", "responseElements"), null);
    await call("AWSEvents.DeleteRule", { Name: "failures", Force: true });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  });

  it("name the session of a role and let a rule leave that role out", async () => {
    const otherArn = await cloud.role("other", everything);
    const mover = cloud.secrets(await cloud.session(moverArn, "run"));
    const other = cloud.secrets(await cloud.session(otherArn, "somebody"));

    await mover.send(new CreateSecretCommand({ Name: "by-mover", SecretString: "x" }));
    await other.send(new CreateSecretCommand({ Name: "by-other", SecretString: "x" }));

    const events = await received();
    assert.deepEqual(
      events.map((event) => at(event, "detail", "requestParameters", "name")),
      ["by-other"],
    );
    const identity = at(events[0], "detail", "userIdentity");
    assert.equal(at(identity, "type"), "AssumedRole");
    assert.equal(at(identity, "arn"), `arn:aws:sts::${account}:assumed-role/other/somebody`);
    assert.equal(at(identity, "sessionContext", "sessionIssuer", "arn"), otherArn);
    assert.match(String(at(identity, "principalId")), /^AROA\w+:somebody$/);
  });

  it("know sessions that were made behind the proxy's back, a function's own too", async () => {
    const direct = await cloud.session(moverArn, "direct", cloud.emulatorAddress);
    const { credentials } = await cloud.functionSession("mover-function", moverArn);

    await cloud.secrets(direct).send(new CreateSecretCommand({ Name: "direct", SecretString: "x" }));
    await cloud.secrets(credentials).send(new CreateSecretCommand({ Name: "function", SecretString: "x" }));

    assert.deepEqual(await received(), []);
  });

  it("tell nothing about a caller who could not sign", async () => {
    const pattern = JSON.stringify({ source: ["aws.secretsmanager"] });
    await call("AWSEvents.PutRule", { Name: "all", EventPattern: pattern, State: "ENABLED" });
    await call("AWSEvents.PutTargets", {
      Rule: "all",
      Targets: [{ Id: "q", Arn: `arn:aws:sqs:${region}:${account}:events` }],
    });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const stolen = { ...(await cloud.session(moverArn, "run")), secretAccessKey: "wrong" };

    const { name } = await refusal(cloud.secrets(stolen).send(new DeleteSecretCommand({ SecretId: "a" })));

    assert.equal(name, "InvalidSignatureException");
    assert.deepEqual(await received(), []);
    await call("AWSEvents.DeleteRule", { Name: "all", Force: true });
  });

  it("are refused with a report by a target that would want them changed", async () => {
    const pattern = JSON.stringify({ source: ["aws.secretsmanager"] });
    await call("AWSEvents.PutRule", { Name: "odd", EventPattern: pattern, State: "ENABLED" });
    const Arn = `arn:aws:sqs:${region}:${account}:events`;
    await call("AWSEvents.PutTargets", { Rule: "odd", Targets: [{ Id: "t", Arn, InputPath: "$.detail" }] });
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    await cloud.secrets().send(new CreateSecretCommand({ Name: "odd", SecretString: "x" }));

    assert.equal((await received()).length, 1);
    assert.deepEqual(cloud.reports.splice(0), [
      "target t of rule odd gets no CloudTrail events in the local cloud: it has InputPath",
    ]);
    await call("AWSEvents.DeleteRule", { Name: "odd", Force: true });
  });

  it("leave no secret of the proxy's own behind", async () => {
    const { SecretList } = await call("secretsmanager.ListSecrets", { IncludePlannedDeletion: true });

    const left = Array.isArray(SecretList) ? SecretList.map((one: { Name: string }) => one.Name) : [];
    assert.deepEqual(left.sort(), ["a", "by-mover", "by-other", "direct", "function", "odd"]);
  });
});

describe("the delivery of an event", () => {
  const queueUrl = "http://127.0.0.1/queue";
  const answers: Readonly<Record<string, JsonObject>> = {
    "AWSEvents.ListRules": { Rules: [{ Name: "writes", EventPattern: "{}", State: "ENABLED" }] },
    "AWSEvents.ListTargetsByRule": { Targets: [{ Id: "q", Arn: `arn:aws:sqs:${region}:${account}:queue` }] },
    "AmazonSQS.GetQueueUrl": { QueueUrl: queueUrl },
    "AWSEvents.TestEventPattern": { Result: true },
    "AmazonSQS.SendMessage": {},
  };

  /** Delivers one event through an emulator that fails so many times; what was sent, and what was reported. */
  async function delivered(failures: number, failure: () => Promise<{ status: number; body: JsonObject }>) {
    let left = failures;
    const sent: unknown[] = [];
    const reports: string[] = [];
    const rootJson: Emulator["rootJson"] = (_region, target, input) => {
      if (target === "AWSEvents.TestEventPattern" && left-- > 0) return failure();
      if (target === "AmazonSQS.SendMessage") sent.push(input["MessageBody"]);
      return Promise.resolve({ status: 200, body: answers[target] ?? {} });
    };
    const delivery = deliverEvents({ rootJson } as Emulator, (line) => reports.push(line));
    delivery.enqueue(region, () => Promise.resolve({ id: "1" }));
    await delivery.drain();
    return { sent, reports };
  }

  it("is tried again when the connection breaks and when the emulator fails", async () => {
    const broken = () => Promise.reject(new Error("read ECONNRESET"));
    const failing = () => Promise.resolve({ status: 500, body: {} });

    assert.deepEqual(await delivered(1, broken), { sent: ['{"id":"1"}'], reports: [] });
    assert.deepEqual(await delivered(1, failing), { sent: ['{"id":"1"}'], reports: [] });
  });

  it("is given up with a report after the fourth try", async () => {
    const broken = () => Promise.reject(new Error("read ECONNRESET"));

    assert.equal((await delivered(3, broken)).sent.length, 1);
    assert.deepEqual(await delivered(4, broken), {
      sent: [],
      reports: ["a CloudTrail event was not delivered: read ECONNRESET"],
    });
  });
});
