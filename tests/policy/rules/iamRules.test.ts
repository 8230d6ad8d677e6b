import { deepEqual, equal, match, ok } from "node:assert/strict";
import { array, assert, constantFrom, nat, property, record } from "fast-check";
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
  const other = app.replace("app", "other");
  const both = allow("secretsmanager:DeleteSecret", [app, other]);
  const key = "secretsmanager:ForceDeleteWithoutRecovery";
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
    [
      "the denial for names as long as the pattern's own letters",
      policy(allow("secretsmanager:DeleteSecret", [`${all.slice(0, -1)}app*`]), {
        ...denyForce,
        Resource: [`${all.slice(0, -1)}app?`],
      }),
      says,
    ],
    [
      "the denial for names as long as the variable's own letters",
      policy(allow("secretsmanager:DeleteSecret", [`${app}\${aws:username}`]), {
        ...denyForce,
        Resource: [`${app}${"?".repeat("\${aws:username}".length)}`],
      }),
      says,
    ],
    [
      "a denial that is given again",
      {
        policy: `{"Statement":[${JSON.stringify(remove)},{"Effect":"Deny","Effect":"Deny","Action":"secretsmanager:DeleteSecret","Resource":"*","Resource":"x"}]}`,
      },
      says,
    ],
    ["a denial on a condition that is not known yet", policy(remove, { ...denyForce, Condition: unknownValue })],
    [
      "a denial of other secrets on a condition that is not known yet",
      policy(remove, { ...denyForce, Resource: [other], Condition: unknownValue }),
      says,
    ],
    ["a denial on a condition that is none", policy(remove, { ...denyForce, Condition: "x" }), says],
    ["a denial on tests that are not known yet", policy(remove, { ...denyForce, Condition: { Bool: unknownValue } })],
    ...(
      [
        ["Bool", key, [true], true],
        ["Bool", key, ["true", "false"], true],
        ["Bool", key, unknownValue, true],
        ["BoolIfExists", key, "TRUE", true],
        ["Bool", key.toLowerCase(), true, true],
        ["Bool", key, false, false],
        ["Bool", key, [], false],
        ["Bool", "aws:SecureTransport", "true", false],
        ["StringEquals", key, "true", false],
        ["ForAllValues:Bool", key, "true", false],
        ["BoolNot", key, "true", false],
      ] as const
    ).map(([operator, name, wanted, passes]): Row => [
      `the denial by ${operator} ${name} ${wanted === unknownValue ? "not known yet" : JSON.stringify(wanted)}`,
      policy(remove, { ...denyForce, Condition: { [operator]: { [name]: wanted } } }),
      passes ? undefined : says,
    ]),
    ["a denial of all but some", policy(remove, { ...denyForce, Resource: undefined, NotResource: [app] }), says],
    ["the denial for one of two secrets", policy(both, { ...denyForce, Resource: [app] }), says],
    ["the denial for either of two secrets", policy(both, { ...denyForce, Resource: [app, other] })],
    [
      "all deletions but some, denied for all",
      policy({ ...remove, Resource: undefined, NotResource: [app] }, denyForce),
    ],
    [
      "all deletions but some, denied for some",
      policy({ ...remove, Resource: undefined, NotResource: [other] }, { ...denyForce, Resource: [app] }),
      says,
    ],
    ["a deletion among other actions", policy(allow(["s3:*", "secretsmanager:DeleteSecret"])), says],
    ["a deletion beside what is no statement", { policy: { Statement: [null, remove] } }, says],
    ["a permissions boundary, which grants nothing", { path: "/boundary/", ...policy(remove) }],
    ["a policy at another path", { path: "/app/", ...policy(remove) }, says],
    ["no deletion", policy(allow(["secretsmanager:GetSecretValue"]))],
    ["a denial only", policy(denyForce)],
    ["a policy that is not known yet", { policy: unknownValue }],
    ["a policy that AWS would refuse", { policy: "{" }],
  ];
  rowsFor(deleteSecretWithWindow, type, rows);

  it("looks into a role's inline policies", () => {
    const role = {
      type: "aws:iam/role:Role",
      // The path of a role says nothing of boundaries.
      props: { path: "/boundary/", inlinePolicies: [text(policy(allow("s3:*"))), text(policy(remove))] },
    };

    deepEqual(judge(deleteSecretWithWindow, role).length, 1);
  });
});

describe("the rule no-secret-wildcard", () => {
  const get = "secretsmanager:GetSecretValue";
  const allButS3 = { Effect: "Allow", NotAction: ["s3:*"], Resource: "*" };
  const amongOthers = {
    Condition: {
      StringEquals: { "aws:ResourceTag/team": "pay", "aws:PrincipalTag/team": "pay" },
      Bool: { "aws:SecureTransport": "true" },
    },
  };
  const byTag = { Condition: { StringEquals: { "aws:ResourceTag/team": "pay" } } };
  rowsFor(noSecretWildcard, type, [
    ["named actions on named secrets", policy(allow([get]))],
    ["all secrets of one account and region", policy(allow([get], [all]))],
    ["a service's own prefix in all regions", policy(allow([get], ["arn:aws:secretsmanager:*:*:secret:app/*"]))],
    ["actions without a resource type", policy(allow(["secretsmanager:ListSecrets"], "*"))],
    ["a wildcard on other services", policy(allow("s3:*", "*"))],
    ["everything on a bucket", policy(allow("*", "arn:aws:s3:::b/*"))],
    ["a grant by the secret's tag", policy(allow([get], "*", byTag))],
    ["a grant by the secret's tag among other conditions", policy(allow([get], "*", amongOthers))],
    ["a grant on a condition that is not known yet", policy(allow([get], "*", { Condition: unknownValue }))],
    [
      "a grant on tests that are not known yet",
      policy(allow([get], "*", { Condition: { StringEquals: unknownValue } })),
    ],
    ["all actions on what is no secret", policy(allow("secretsmanager:*", "arn:aws:s3:::b"))],
    ["everything but secrets and others", policy({ ...allButS3, NotAction: ["s3:*", "secretsmanager:*"] })],
    ...["ForAllValues:StringEquals", "StringEqualsIfExists", "StringNotEquals"].map((operator): Row => [
      `a grant by ${operator}, which lets in what has no tag`,
      policy(allow([get], "*", { Condition: { [operator]: { "aws:ResourceTag/team": "pay" } } })),
      /for the resource/,
    ]),
    [
      "a grant by the tag of whoever asks",
      policy(allow([get], "*", { Condition: { StringEquals: { "aws:PrincipalTag/aws:ResourceTag/": "pay" } } })),
      /for the resource/,
    ],
    [
      "all actions on a resource that is not known yet",
      policy(allow("secretsmanager:*", [unknownValue])),
      /the action "secretsmanager:\*"/,
    ],
    [
      "all actions on secrets among other resources",
      policy(allow("secretsmanager:*", ["arn:aws:s3:::b", app])),
      /the action "secretsmanager:\*"/,
    ],
    [
      "everything on all but some resources",
      policy({ Effect: "Allow", Action: "*", NotResource: [app] }),
      /allows the action "\*"/,
    ],
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
      "everything but reads of secrets",
      policy({ Effect: "Allow", NotAction: ["secretsmanager:Get*"], Resource: "*" }),
      /all actions but some/,
    ],
    ["everything but all of AWS", policy({ Effect: "Allow", NotAction: ["*"], Resource: "*" })],
    [
      "a pattern of tags, which is any",
      policy(allow([get], "*", { Condition: { StringLike: { "aws:ResourceTag/team": "*" } } })),
      /for the resource/,
    ],
  ]);

  const arn = "arn:aws:secretsmanager";
  /** Forms of the resource that stand for all secrets, and do so under `namedOnly` alone. */
  const everywhere = [
    "*",
    "**",
    "a*",
    "arn:*",
    "arn:aws:*",
    "arn:aws:secretsmanager*",
    "arn:aws:secretsmanager:*",
    "*secret*",
    "*:secret:*",
    "arn:aws:*:*:*:*",
    "arn:*:*:*:*:*",
    "arn:aws:secrets*:*:*:*",
    "arn:aws:secretsmanage?:*:*:secret:*",
    "????????????????????????????????????????*",
    `${arn}:*:*:*`,
    `${arn}:*:*:secret*`,
    `${arn}:*:*:secret:*`,
    `${arn}:*:*:secret:?*`,
    `${arn}:*:*:secret:*-??????`,
    `${arn}:*:*:secret:????????-??????`,
    `${arn}:*:*:secret:*/*`,
    `${arn}:*:*:se*:*`,
    `${arn}:*:*:\${aws:username}`,
    `${arn}:*:*:secret:\${aws:PrincipalTag/team}*`,
    `${arn}:*:*:secret:\${aws:username}/*`,
    `${arn}:\${aws:RequestedRegion}:\${aws:PrincipalAccount}:secret:*`,
    "\${aws:PrincipalTag/secrets}",
    `${arn}:eu-*:111122223333:secret:*`,
    `${arn}:eu-west-?:111122223333:secret:*`,
    `${arn}:eu-west-1:*:secret:*`,
    `${arn}:eu-west-1:1111????????:secret:*`,
    `${arn}:eu-west-1:111122223333*`,
    "arn:*:secretsmanager:*:*:secret:*",
    "arn:aws:SecretsManager:*:*:secret:*",
  ];
  const inOnePlace = ["*", "secret:*", "secret*", "secret:?*", "secret:*-??????", "secret:\${aws:username}*"].map(
    (rest) => `${arn}:eu-west-1:111122223333:${rest}`,
  );
  const named = [
    app,
    `${arn}:*:*:secret:app/*`,
    `${arn}:*:*:secret:app/db-??????`,
    `${arn}:*:111122223333:secret:app-\${aws:username}/*`,
    "arn:*:secretsmanager:*:*:secret:app/*",
  ];
  const others = [
    "arn:aws:s3:::app/*",
    "arn:aws:s3:::\${aws:username}/*",
    "arn:*:s3:::app/*",
    "arn:*:logs:*:*:*",
    "arn:*:dynamodb:*:*:table/app",
    "arn:aws:ssm:*:*:parameter/secret/*",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:sqs:eu-west-1:111122223333:secret",
    "arn:aws:s*:::app",
  ];
  const refuses = (resource: string, parameters: object = {}): boolean =>
    judge(noSecretWildcard, { type, props: policy(allow([get], [resource])) }, { ...parameters }).length > 0;

  for (const resource of everywhere) {
    it(`refuses the resource ${resource}`, () => {
      ok(refuses(resource));
    });
  }
  it("refuses all secrets of one account and region only when it is told to", () => {
    for (const resource of inOnePlace) {
      equal(refuses(resource), false, resource);
      equal(refuses(resource, { namedOnly: true }), true, resource);
    }
  });
  it("lets named secrets and other resources pass, when it is told to as well", () => {
    for (const resource of [...named, ...others]) {
      equal(refuses(resource), false, resource);
      equal(refuses(resource, { namedOnly: true }), false, resource);
    }
    for (const resource of others) {
      deepEqual(judge(noSecretWildcard, { type, props: policy(allow(["*"], [resource])) }), [], resource);
    }
  });
  it("refuses whatever is widened of a resource that it refuses", () => {
    const widener = record({ from: nat(), length: nat({ max: 12 }), by: constantFrom("*", "?", "\${aws:username}") });
    const refused = [...everywhere, ...inOnePlace];

    assert(
      property(constantFrom(...refused), array(widener, { maxLength: 3 }), (resource, wideners) => {
        const wide = wideners.reduce((pattern, { from, length, by }) => {
          // Not within a variable, and one character only for one that is not a wildcard.
          const start = from % pattern.length;
          const piece = by === "?" ? 1 : length;
          const [cut, rest] = [pattern.slice(start, start + piece), pattern.slice(start + piece)];
          const isWhole = !/[${}]/.test(pattern) && (by !== "?" || cut !== "*");
          return isWhole ? `${pattern.slice(0, start)}${by}${rest}` : pattern;
        }, resource);

        ok(refuses(wide, { namedOnly: !everywhere.includes(resource) }), `${wide} of ${resource}`);
      }),
      { numRuns: 3_000 },
    );
  });

  const twice = (text: string): { readonly policy: string } => ({
    policy: `{"Version":"2012-10-17","Statement":[{${text}}]}`,
  });
  rowsFor(noSecretWildcard, type, [
    [
      "a resource that is given again",
      twice(`"Effect":"Allow","Action":"${get}","Resource":"*","Resource":"${app}"`),
      /for the resource "\*"/,
    ],
    [
      "an action that is given again",
      twice(`"Effect":"Allow","Action":"*","Action":"s3:GetObject","Resource":"*"`),
      /the action "\*"/,
    ],
    [
      "an effect that is given again",
      twice(`"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"`),
      /the action "\*"/,
    ],
    [
      "statements that are given again",
      { policy: `{"Statement":${JSON.stringify(allow("*", "*"))},"Statement":[]}` },
      /the action "\*"/,
    ],
    ["names in another case", twice(`"effect":"Allow","action":"${get}","resource":"*"`), /for the resource/],
  ]);

  it("knows AWS's own policy for all secrets", () => {
    const readWrite = "arn:aws:iam::aws:policy/SecretsManagerReadWrite";
    const attached = { type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", props: { policyArn: readWrite } };
    const managed = { type: "aws:iam/role:Role", props: { managedPolicyArns: [unknownValue, readWrite] } };
    const other = { ...attached, props: { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" } };
    const wider = ["AdministratorAccess", "PowerUserAccess", "AWSSecretsManagerClientReadOnlyAccess"].map((name) => ({
      ...attached,
      props: { policyArn: `arn:aws-cn:iam::aws:policy/${name}` },
    }));
    const alone = {
      type: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
      props: { policyArns: [readWrite] },
    };

    deepEqual(
      [attached, managed, other, ...wider, alone].map((one) => judge(noSecretWildcard, one).length),
      [1, 1, 0, 1, 1, 1, 1],
    );
    match(judge(noSecretWildcard, managed).join(), /The resource it attaches AWS's policy SecretsManagerReadWrite/);
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
