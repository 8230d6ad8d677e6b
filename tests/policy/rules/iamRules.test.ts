import { deepEqual } from "node:assert/strict";
import { policyOf } from "../../../components/aws/iam";
import { moverNames } from "../../../components/aws/names";
import { moverGrants } from "../../../components/mover/moverGrants";
import { sweeperGrants } from "../../../components/sweeper/sweeperGrants";
import { deleteSecretWithWindow } from "../../../policy/rules/deleteSecretWithWindow";
import { noSecretWildcard } from "../../../policy/rules/noSecretWildcard";
import { judge, rowsFor, unknownValue } from "../support/judge";
import type { Row } from "../support/judge";

const type = "aws:iam/policy:Policy";
const app = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/*";
const all = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*";
const force = { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "true" } };
const allow = (Action: unknown, Resource: unknown = [app], over: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...over,
});
const denyForce = { Effect: "Deny", Action: ["secretsmanager:DeleteSecret"], Resource: ["*"], Condition: force };
const policy = (...Statement: object[]) => ({ policy: { Version: "2012-10-17", Statement } });
const text = (held: { policy: object }) => ({ policy: JSON.stringify(held.policy) });

describe("the rule delete-secret-with-window", () => {
  const remove = allow("secretsmanager:DeleteSecret");
  const says = /grants secretsmanager:DeleteSecret without denying it by force/;
  const rows: readonly Row[] = [
    ["a deletion alone", policy(remove), says],
    ["a deletion as text", text(policy(remove)), says],
    ["a deletion in a wildcard", policy(allow("secretsmanager:*")), says],
    ["a deletion in another case", policy(allow("SecretsManager:deletesecret")), says],
    ["everything", policy(allow("*", "*")), says],
    ["everything but something", policy({ Effect: "Allow", NotAction: ["s3:*"], Resource: "*" }), says],
    ["a deletion with the denial", policy(remove, denyForce)],
    ["a deletion with the denial, as text", text(policy(remove, denyForce))],
    ["the denial for the same secrets", policy(remove, { ...denyForce, Resource: [app] })],
    ["the denial for other secrets", policy(remove, { ...denyForce, Resource: [`${app}x`] }), says],
    [
      "the denial for fewer secrets",
      policy(allow("secretsmanager:DeleteSecret", [all]), { ...denyForce, Resource: [app] }),
      says,
    ],
    [
      "the denial with another condition beside it",
      policy(remove, { ...denyForce, Condition: { ...force, StringEquals: { "aws:username": "x" } } }),
      says,
    ],
    [
      "the denial of what is not forced",
      policy(remove, { ...denyForce, Condition: { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "false" } } }),
      says,
    ],
    ["a denial of all deletions", policy(remove, { ...denyForce, Condition: undefined })],
    ["a denial of another action", policy(remove, { ...denyForce, Action: ["secretsmanager:PutSecretValue"] }), says],
    ["a denial whose resource is not known yet", policy(remove, { ...denyForce, Resource: unknownValue })],
    ["no deletion", policy(allow(["secretsmanager:GetSecretValue"]))],
    ["a denial only", policy(denyForce)],
    ["a policy that is not known yet", { policy: unknownValue }],
    ["a policy that AWS would refuse", { policy: "{" }],
  ];
  rowsFor(deleteSecretWithWindow, type, rows);

  it("looks into a role's inline policies", () => {
    const role = {
      type: "aws:iam/role:Role",
      props: { inlinePolicies: [text(policy(allow("s3:*"))), text(policy(remove))] },
    };

    deepEqual(judge(deleteSecretWithWindow, role).length, 1);
  });
});

describe("the rule no-secret-wildcard", () => {
  const get = "secretsmanager:GetSecretValue";
  const byTag = { Condition: { StringEquals: { "aws:ResourceTag/team": "pay" } } };
  rowsFor(noSecretWildcard, type, [
    ["named actions on named secrets", policy(allow([get]))],
    ["all secrets of one account and region", policy(allow([get], [all]))],
    ["a service's own prefix in all regions", policy(allow([get], ["arn:aws:secretsmanager:*:*:secret:app/*"]))],
    ["actions without a resource type", policy(allow(["secretsmanager:ListSecrets"], "*"))],
    ["a wildcard on other services", policy(allow("s3:*", "*"))],
    ["everything on a bucket", policy(allow("*", "arn:aws:s3:::b/*"))],
    ["a grant by the secret's tag", policy(allow([get], "*", byTag))],
    ["a denial of everything", policy({ Effect: "Deny", Action: "*", Resource: "*" })],
    ["a resource that is not known yet", policy(allow([get], [unknownValue]))],
    ["everything on a resource that is not known yet", policy(allow("*", [unknownValue]))],
    ["everything but secrets", policy({ Effect: "Allow", NotAction: ["secretsmanager:*"], Resource: "*" })],
    ["all actions on secrets", policy(allow("secretsmanager:*")), /allows the action "secretsmanager:\*"/],
    ["a part of the actions", policy(allow(["secretsmanager:Get*"])), /allows the action "secretsmanager:Get\*"/],
    ["everything", policy(allow("*", "*")), /allows the action "\*"/],
    ["all services whose name begins so", policy(allow("s*:*", "*")), /allows the action "s\*:\*"/],
    [
      "everything but something",
      policy({ Effect: "Allow", NotAction: ["s3:*"], Resource: "*" }),
      /all actions but some/,
    ],
    ["all resources", policy(allow([get], "*")), /for the resource "\*"/],
    ["all secrets everywhere", policy(allow([get], "arn:aws:secretsmanager:*:*:secret:*")), /for the resource "arn/],
    [
      "all but one secret",
      policy({ Effect: "Allow", Action: [get], NotResource: [app] }),
      /for the resource "all but some"/,
    ],
    [
      "a pattern of tags, which is any",
      policy(allow([get], "*", { Condition: { StringLike: { "aws:ResourceTag/team": "*" } } })),
      /for the resource/,
    ],
  ]);

  it("refuses all secrets of an account as well, when it is told to", () => {
    const grant = { type, props: policy(allow([get], [all])) };

    deepEqual(judge(noSecretWildcard, grant, { namedOnly: true }).length, 1);
  });

  it("knows AWS's own policy for all secrets", () => {
    const readWrite = "arn:aws:iam::aws:policy/SecretsManagerReadWrite";
    const attached = { type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", props: { policyArn: readWrite } };
    const managed = { type: "aws:iam/role:Role", props: { managedPolicyArns: [unknownValue, readWrite] } };
    const other = { ...attached, props: { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" } };

    deepEqual(
      [attached, managed, other].map((one) => judge(noSecretWildcard, one).length),
      [1, 1, 0],
    );
  });
});

describe("the rules on IAM policies", () => {
  it("have nothing against the grants of this project", () => {
    const place = { partition: "aws", account: "111122223333", region: "eu-west-1", dnsSuffix: "amazonaws.com" };
    const names = moverNames("test", place);
    const mover = {
      mode: "move",
      modeRules: [],
      namePrefix: "",
      login: "jwt",
      audience: "https://vault.example.com",
      signingAlgorithm: "ES384",
      replicas: "remove",
      replicaRegions: ["us-east-1"],
      formerEntityIds: [],
    } as const;
    const entityId = "0a1b2c3d-0000-4000-8000-000000000000";
    const grants = moverGrants({ place, names, mover, entityId, kmsKeyArns: [], inSubnets: true });
    for (const held of [policyOf(grants), policyOf(sweeperGrants(names))]) {
      const resource = { type: "aws:iam/rolePolicy:RolePolicy", props: { policy: held } };
      deepEqual(
        [deleteSecretWithWindow, noSecretWildcard].flatMap((rule) => judge(rule, resource)),
        [],
      );
    }
  });
});
