import { equal } from "node:assert/strict";

import { letsServiceIn } from "../../../runtime/aws/resourcePolicy";

const policy = (...statements: unknown[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });

const account = "111122223333";
const role = `arn:aws:iam::${account}:role/app`;
const linkedRole = `arn:aws:iam::${account}:role/aws-service-role/kafka.amazonaws.com/AWSServiceRoleForKafka`;
const everybody = (Condition?: unknown): string =>
  policy({ Effect: "Allow", Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*", Condition });
const oneRole = (Condition?: unknown): string => policy({ Effect: "Allow", Principal: { AWS: role }, Condition });
const topic = "arn:aws:kafka:eu-central-1:111122223333:cluster/*";

type Case = readonly [what: string, text: string, expected: boolean];

const named: readonly Case[] = [
  ["a service", policy({ Effect: "Allow", Principal: { Service: "kafka.amazonaws.com" } }), true],
  ["a list of services", policy({ Effect: "Allow", Principal: { Service: ["a.amazonaws.com", "b"] } }), true],
  ["a service beside an account", policy({ Effect: "Allow", Principal: { AWS: "1", Service: "a" } }), true],
  [
    "a service in the second statement",
    policy({ Effect: "Allow", Principal: { AWS: role } }, { Effect: "Allow", Principal: { Service: "a" } }),
    true,
  ],
  ["one statement that is no list", '{"Statement":{"Effect":"Allow","Principal":{"Service":"a"}}}', true],
  ["a role of a service", policy({ Effect: "Allow", Principal: { AWS: linkedRole } }), true],
  ["a role of a service in a list", policy({ Effect: "Allow", Principal: { AWS: [role, linkedRole] } }), true],
  ["an account", policy({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` } }), false],
  ["a role", oneRole(), false],
  ["a service that is denied", policy({ Effect: "Deny", Principal: { Service: "a" } }), false],
  ["an empty list of services", policy({ Effect: "Allow", Principal: { Service: [] } }), false],
  ["a principal that is null", policy({ Effect: "Allow", Principal: null }), false],
  ["no statement", "{}", false],
  ["null", "null", false],
  ["what is not JSON", "{", true],
];

const stars: readonly Case[] = [
  ["everybody", everybody(), true],
  ["everybody in a list", policy({ Effect: "Allow", Principal: ["*"] }), true],
  ["everybody as AWS", policy({ Effect: "Allow", Principal: { AWS: "*" } }), true],
  ["everybody in a list of AWS", policy({ Effect: "Allow", Principal: { AWS: [role, "*"] } }), true],
  ["all but one role", policy({ Effect: "Allow", NotPrincipal: { AWS: role } }), true],
  ["everybody that is denied", policy({ Effect: "Deny", Principal: "*" }), false],
  [
    "everybody beside a Deny of everybody of another account",
    policy(
      { Effect: "Allow", Principal: "*" },
      { Effect: "Deny", Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalAccount": account } } },
    ),
    true,
  ],
];

/** Conditions of a statement that names everybody. */
const conditions: readonly Case[] = [
  ...[
    { ArnLike: { "aws:SourceArn": topic } },
    { StringEquals: { "aws:SourceAccount": account } },
    { StringEquals: { "aws:SourceOrgID": "o-abcdefghij" } },
    { "ForAnyValue:StringLike": { "aws:SourceOrgPaths": "o-abcdefghij/*" } },
    { Bool: { "aws:PrincipalIsAWSService": "true" } },
    { StringEquals: { "aws:PrincipalServiceName": "kafka.amazonaws.com" } },
    { "ForAnyValue:StringEquals": { "aws:PrincipalServiceNamesList": ["kafka.amazonaws.com"] } },
    { Bool: { "aws:ViaAWSService": "true" } },
    { "ForAnyValue:StringEquals": { "aws:CalledVia": ["kafka.amazonaws.com"] } },
    // A doubt.
    { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
    { StringEquals: { "aws:SourceVpce": "vpce-1" } },
    { Bool: { "aws:ViaAWSService": "false" } },
    { Bool: { "aws:SecureTransport": "true" } },
    { StringLike: { "aws:PrincipalAccount": "*" } },
    { StringLike: { "aws:PrincipalArn": "*" } },
    { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/app" } },
    { ArnLike: { "aws:PrincipalArn": linkedRole } },
    { StringEquals: { "aws:PrincipalAccount": [account, "${aws:ResourceAccount}"] } },
    { StringEquals: { "aws:PrincipalAccount": [] } },
    { StringEquals: { "aws:PrincipalTag/team": "a" } },
    { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-abcdefghij" } },
    { "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": "o-abcdefghij/*" } },
    { StringNotEquals: { "aws:PrincipalAccount": account } },
    { BoolIfExists: { "aws:PrincipalIsAWSService": "false" } },
    { Bool: { "aws:PrincipalIsAWSService": ["false", "true"] } },
    { Bool: { "aws:PrincipalIsAWSService": [] } },
    "not an object",
    // An IAM principal, and a service as well.
    { StringEquals: { "aws:PrincipalAccount": account, "aws:SourceAccount": account } },
    { StringEquals: { "aws:PrincipalAccount": account }, Bool: { "AWS:viaAWSservice": true } },
  ].map((condition): Case => [`everybody if ${JSON.stringify(condition)}`, everybody(condition), true]),
  ...[
    { StringEquals: { "aws:PrincipalAccount": account } },
    { StringEquals: { "AWS:principalaccount": [account, "444455556666"] } },
    { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } },
    { StringEqualsIgnoreCase: { "aws:PrincipalOrgID": "o-abcdefghij" } },
    { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-abcdefghij/r-ab12/*"] } },
    { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/*` } },
    { StringLike: { "aws:PrincipalArn": `arn:aws-us-gov:sts::${account}:assumed-role/app/*` } },
    { Bool: { "aws:PrincipalIsAWSService": "false" } },
    { Bool: { "aws:PrincipalIsAWSService": false } },
    { StringEquals: { "aws:PrincipalAccount": account }, Bool: { "aws:ViaAWSService": "false" } },
    { StringEquals: { "aws:PrincipalAccount": account }, IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
  ].map((condition): Case => [`everybody if ${JSON.stringify(condition)}`, everybody(condition), false]),
  ["one role if a service sends it", oneRole({ ArnLike: { "aws:SourceArn": topic } }), true],
  ["one role through a service", oneRole({ Bool: { "aws:ViaAWSService": "true" } }), true],
  ["one role called by a service", oneRole({ StringEquals: { "aws:CalledViaFirst": "a.amazonaws.com" } }), true],
  ["one role in any call of a service", oneRole({ "ForAnyValue:StringLike": { "aws:CalledVia": "*" } }), true],
  ["one role, but not without a service", oneRole({ StringNotEquals: { "aws:ViaAWSService": "false" } }), true],
  ["one role, and not through a service", oneRole({ Bool: { "aws:ViaAWSService": "false" } }), false],
  ["one role from an address", oneRole({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }), false],
];

describe("letsServiceIn", () => {
  for (const [what, text, expected] of [...named, ...stars, ...conditions]) {
    it(`${expected ? "finds a" : "finds no"} service in a policy of ${what}`, () => {
      equal(letsServiceIn(text), expected);
    });
  }
});
