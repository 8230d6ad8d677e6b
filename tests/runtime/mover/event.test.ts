import { deepEqual } from "node:assert/strict";

import { anything, assert, constantFrom, property, record, string } from "fast-check";

import { readMessage } from "../../../runtime/mover/event";
import { arnOf, cloudTrailEvent } from "../../support/builders";

const arn = arnOf("app/db");
const secret = (id: string) => ({ is: "secret", secret: id });
const unreadable = { is: "unreadable" };

const labelUpdated = (over: Record<string, unknown> = {}): string =>
  JSON.stringify({
    version: "0",
    "detail-type": "Secret Label Updated",
    source: "aws.secretsmanager",
    resources: [arn],
    detail: { name: "app/db", labelUpdated: "AWSCURRENT", versionId: "v" },
    ...over,
  });

describe("readMessage", () => {
  for (const [what, body, expected] of [
    [
      "CreateSecret, whose answer holds the ARN only",
      cloudTrailEvent({
        eventName: "CreateSecret",
        requestParameters: { name: "app/db", clientRequestToken: "t" },
        responseElements: { arn },
      }),
      secret(arn),
    ],
    [
      "PutSecretValue, with the ARN on both sides",
      cloudTrailEvent({ eventName: "PutSecretValue", requestParameters: { secretId: arn }, responseElements: { arn } }),
      secret(arn),
    ],
    [
      "an answer of before 2024",
      cloudTrailEvent({
        eventName: "DeleteSecret",
        requestParameters: { secretId: "app/db" },
        responseElements: { name: "app/db", aRN: arn },
      }),
      secret(arn),
    ],
    [
      "a call without an answer, by the name that its caller typed",
      cloudTrailEvent({
        eventName: "PutSecretValue",
        requestParameters: { secretId: "app/db" },
        responseElements: null,
      }),
      secret("app/db"),
    ],
    [
      "a call without an answer, by the ARN without its suffix that its caller typed",
      cloudTrailEvent({
        eventName: "TagResource",
        requestParameters: { secretId: arn.slice(0, -7) },
        responseElements: null,
      }),
      secret(arn.slice(0, -7)),
    ],
    [
      "CreateSecret without an answer, by its name",
      cloudTrailEvent({ eventName: "CreateSecret", requestParameters: { name: "app/db" } }),
      secret("app/db"),
    ],
    [
      "RotationSucceeded, a service's event",
      cloudTrailEvent(
        {
          eventName: "RotationSucceeded",
          requestParameters: null,
          responseElements: null,
          additionalEventData: { SecretId: arn },
        },
        "AWS Service Event via CloudTrail",
      ),
      secret(arn),
    ],
    ["the native event", labelUpdated(), secret(arn)],
    ["the native event without resources, by its name", labelUpdated({ resources: [] }), secret("app/db")],
    ["the sweep's own message", '{"secretId":"arn:x"}', secret("arn:x")],
    ["its own message beside all else", '{"secretId":"a","mode":"move","detail-type":"x"}', secret("a")],
    [
      "a name that means harm, which it leaves to Secrets Manager",
      '{"secretId":"../destroy/x"}',
      secret("../destroy/x"),
    ],
    ["a name of 2,048 characters", JSON.stringify({ secretId: "x".repeat(2_048) }), secret("x".repeat(2_048))],
    ["an unknown detail-type", '{"detail-type":"Scheduled Event","detail":{}}', { is: "ignored" }],
    ["an empty detail-type", '{"detail-type":""}', { is: "ignored" }],
    ["an empty body", "", unreadable],
    ["a body that is not JSON", "{", unreadable],
    ["null", "null", unreadable],
    ["an array", "[]", unreadable],
    ["an array of events", `[${labelUpdated()}]`, unreadable],
    ["a text", '"arn:x"', unreadable],
    ["a number", "1", unreadable],
    ["an object without an id", "{}", unreadable],
    ["a number as id", '{"secretId":1}', unreadable],
    ["null as id", '{"secretId":null}', unreadable],
    ["an empty id", '{"secretId":""}', unreadable],
    ["an id of 3,000 characters", JSON.stringify({ secretId: "x".repeat(3_000) }), unreadable],
    ["an id with a line break", '{"secretId":"a\\nb"}', unreadable],
    ["an id with a line separator", '{"secretId":"a\u2028b"}', unreadable],
    ["an id with a letter that no name can have", '{"secretId":"ünï"}', unreadable],
    ["an id in an object", '{"secretId":{"secretId":"a"}}', unreadable],
    ["a detail-type that is no text", '{"detail-type":1}', unreadable],
    ["CloudTrail without detail", '{"detail-type":"AWS API Call via CloudTrail"}', unreadable],
    ["CloudTrail with detail null", '{"detail-type":"AWS API Call via CloudTrail","detail":null}', unreadable],
    [
      "CloudTrail with nonsense below",
      cloudTrailEvent({ responseElements: [[[]]], requestParameters: 7, additionalEventData: "x" }),
      unreadable,
    ],
    ["CloudTrail with an ARN that is a list", cloudTrailEvent({ responseElements: { arn: [arn] } }), unreadable],
    ["the native event with resources of numbers", labelUpdated({ resources: [1] }), unreadable],
    ["the native event with nothing", '{"detail-type":"Secret Label Updated"}', unreadable],
    ["__proto__ as the holder of an id", '{"__proto__":{"secretId":"a"}}', unreadable],
    ["a deep body", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, unreadable],
  ] as const) {
    it(`reads ${what}`, () => {
      deepEqual(readMessage(body), expected);
    });
  }

  it("never throws, whatever comes", () => {
    const details = constantFrom(
      "AWS API Call via CloudTrail",
      "AWS Service Event via CloudTrail",
      "Secret Label Updated",
      "x",
    );
    assert(
      property(
        string(),
        anything(),
        record({ "detail-type": details, detail: anything(), resources: anything() }),
        (body, any, event) => {
          const known = new Set(["secret", "ignored", "unreadable"]);
          const bodies = [body, JSON.stringify(any), JSON.stringify(event)];
          return bodies.every((one) => known.has(readMessage(one).is));
        },
      ),
    );
  });
});
