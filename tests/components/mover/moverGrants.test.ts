import { deepEqual, ok } from "node:assert/strict";
import { policyOf } from "../../../components/aws/iam";
import { moverNames } from "../../../components/aws/names";
import { moverGrants } from "../../../components/mover/moverGrants";
import type { GrantArgs } from "../../../components/mover/moverGrants";

const place = { partition: "aws", account: "123456789012", region: "eu-west-1", dnsSuffix: "amazonaws.com" };
const names = moverNames("test", place);
const secrets = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/*";
const base = "homing-test-eu-west-1";

const argsWith = (mover: Partial<GrantArgs["mover"]> = {}, over: Partial<GrantArgs> = {}): GrantArgs => ({
  place,
  names,
  mover: {
    mode: "move",
    modeRules: [],
    namePrefix: "app/",
    login: "aws",
    audience: "",
    signingAlgorithm: "ES384",
    replicas: "skip",
    replicaRegions: [],
    formerEntityIds: [],
    ...mover,
  },
  entityId: "0a1b2c3d-4e5f-6789-abcd-ef0123456789",
  kmsKeyArns: [],
  inSubnets: false,
  ...over,
});

const everything = argsWith(
  { login: "jwt", audience: "https://vault.example.com", replicas: "remove", replicaRegions: ["us-east-1"] },
  { inSubnets: true },
);

/** A statement with the lists that the builders always make. */
interface Plain {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

const statements = (args: GrantArgs): readonly Plain[] => JSON.parse(JSON.stringify(moverGrants(args))) as Plain[];
const actionsOf = (args: GrantArgs): string[] =>
  statements(args)
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action);

const always: readonly Plain[] = [
  {
    Effect: "Deny",
    Action: ["secretsmanager:DeleteSecret"],
    Resource: ["*"],
    Condition: { Bool: { "secretsmanager:ForceDeleteWithoutRecovery": "true" } },
  },
  {
    Effect: "Deny",
    Action: ["secretsmanager:DeleteSecret"],
    Resource: ["*"],
    Condition: { NumericLessThan: { "secretsmanager:RecoveryWindowInDays": "7" } },
  },
  {
    Effect: "Allow",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
    Resource: [`arn:aws:sqs:eu-west-1:123456789012:${base}`],
  },
  { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [`arn:aws:sqs:eu-west-1:123456789012:${base}-dead`] },
  {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/${base}:*`],
  },
];
const otherFunctions: Plain = {
  Effect: "Deny",
  Action: ["secretsmanager:*", "kms:*", "sts:GetWebIdentityToken"],
  Resource: ["*"],
  Condition: {
    ArnNotLike: {
      "lambda:SourceFunctionArn": [
        `arn:aws:lambda:eu-west-1:123456789012:function:${base}`,
        `arn:aws:lambda:eu-west-1:123456789012:function:${base}:*`,
      ],
    },
    Null: { "lambda:SourceFunctionArn": "false" },
  },
};
const describes: Plain = {
  Effect: "Allow",
  Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
  Resource: [secrets],
};

describe("the grants of the function's role", () => {
  it("let mode audit look at secrets, never at values, and change nothing", () => {
    deepEqual(statements(argsWith({ mode: "audit" })), [describes, ...always, otherFunctions]);
  });

  it("let mode move read, tag, schedule and restore, each as narrowly as it goes", () => {
    deepEqual(statements(argsWith()), [
      describes,
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [secrets] },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: ["arn:aws:kms:eu-west-1:123456789012:key/*"],
        Condition: {
          StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" },
          StringLike: { "kms:EncryptionContext:SecretARN": secrets },
        },
      },
      {
        Effect: "Allow",
        Action: ["secretsmanager:RestoreSecret"],
        Resource: [secrets],
        Condition: { StringLike: { "aws:ResourceTag/vault-mover": ["1/0a1b2c3d/*"] } },
      },
      {
        Effect: "Allow",
        Action: ["secretsmanager:TagResource"],
        Resource: [secrets],
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["vault-mover"] } },
      },
      {
        Effect: "Allow",
        Action: ["secretsmanager:DeleteSecret"],
        Resource: [secrets],
        Condition: { StringLike: { "aws:ResourceTag/vault-mover": ["1/0a1b2c3d/*"] } },
      },
      ...always,
      otherFunctions,
    ]);
  });

  it("let a mover restore what one before it deleted, and delete only what carries its own tag", () => {
    const before = statements(argsWith({ formerEntityIds: ["ffffffff-0000-4000-8000-000000000000"] }));
    const taggedFor = (action: string) =>
      before.find(({ Action }) => Action.includes(`secretsmanager:${action}`))?.Condition;

    deepEqual(taggedFor("RestoreSecret"), {
      StringLike: { "aws:ResourceTag/vault-mover": ["1/0a1b2c3d/*", "1/ffffffff/*"] },
    });
    deepEqual(taggedFor("DeleteSecret"), { StringLike: { "aws:ResourceTag/vault-mover": ["1/0a1b2c3d/*"] } });
  });

  it("let mode copy restore and write its tag after that, but delete nothing", () => {
    const actions = actionsOf(argsWith({ mode: "copy", replicas: "remove", replicaRegions: ["us-east-1"] }));

    for (const action of ["RestoreSecret", "TagResource"]) ok(actions.includes(`secretsmanager:${action}`), action);
    for (const action of ["DeleteSecret", "RemoveRegionsFromReplication"]) {
      ok(!actions.includes(`secretsmanager:${action}`), action);
    }
  });

  it("follow the highest mode that a rule gives", () => {
    ok(actionsOf(argsWith({ mode: "audit", modeRules: [{ pattern: "d*", mode: "copy" }] })).includes("kms:Decrypt"));
  });

  it("use the keys that the settings name", () => {
    const key = "arn:aws:kms:eu-west-1:999999999999:key/abc";

    const decrypt = statements(argsWith({}, { kmsKeyArns: [key] })).find(({ Action }) =>
      Action.includes("kms:Decrypt"),
    );

    deepEqual(decrypt?.Resource, [key]);
  });

  it("touch replication only where the settings ask for it, and rotation never", () => {
    const actions = ["RemoveRegionsFromReplication", "ReplicateSecretToRegions"];
    ok(!actionsOf(everything).includes("secretsmanager:CancelRotateSecret"));

    for (const action of actions) {
      ok(!actionsOf(argsWith()).includes(`secretsmanager:${action}`), action);
      ok(actionsOf(everything).includes(`secretsmanager:${action}`), action);
    }
  });

  it("let the mover put back what it removed before the setting was set back, in the regions that are named", () => {
    const after = statements(argsWith({ replicas: "skip", replicaRegions: ["us-east-1", "eu-north-1"] }));

    ok(!after.some(({ Action }) => Action.includes("secretsmanager:RemoveRegionsFromReplication")));
    ok(after.some(({ Action }) => Action.includes("secretsmanager:ReplicateSecretToRegions")));
    deepEqual(after.find(({ Action }) => Action.includes("kms:GenerateDataKey"))?.Resource, [
      "arn:aws:kms:us-east-1:123456789012:key/*",
      "arn:aws:kms:eu-north-1:123456789012:key/*",
    ]);
  });

  it("allow a web identity token only for login jwt, and deny other audiences, algorithms and lifetimes", () => {
    ok(!actionsOf(argsWith()).includes("sts:GetWebIdentityToken"));

    const token = statements(everything).filter(({ Action }) => Action[0] === "sts:GetWebIdentityToken");

    deepEqual(
      token.map(({ Effect, Condition }) => [Effect, Condition]),
      [
        ["Allow", undefined],
        ["Deny", { "ForAnyValue:StringNotEquals": { "sts:IdentityTokenAudience": ["https://vault.example.com"] } }],
        ["Deny", { StringNotEquals: { "sts:SigningAlgorithm": "ES384" }, Null: { "sts:SigningAlgorithm": "false" } }],
        ["Deny", { NumericGreaterThan: { "sts:DurationSeconds": "300" } }],
      ],
    );
  });

  it("allow network interfaces only in subnets, and not to the function's own code", () => {
    ok(!actionsOf(argsWith()).some((action) => action.startsWith("ec2:")));

    const network = statements(everything).filter(({ Action }) => Action[0]?.startsWith("ec2:"));

    deepEqual(
      network.map(({ Effect }) => Effect),
      ["Allow", "Deny"],
    );
    deepEqual(network[0]?.Action, network[1]?.Action);
  });

  it("allow no action by wildcard, and every resource only where AWS knows no narrower one", () => {
    const allowed = statements(everything).filter(({ Effect }) => Effect === "Allow");

    ok(!allowed.some(({ Action }) => Action.some((action) => action.includes("*"))));
    const wide = allowed.filter(({ Resource }) => Resource.includes("*")).flatMap(({ Action }) => Action);
    ok(
      wide.every((action) => action === "sts:GetWebIdentityToken" || action.startsWith("ec2:")),
      wide.join(),
    );
  });

  it("never allow to write, create, untag or list secrets", () => {
    const actions = actionsOf(everything);

    for (const action of ["PutSecretValue", "UpdateSecret", "CreateSecret", "UntagResource", "ListSecrets"]) {
      ok(!actions.includes(`secretsmanager:${action}`), action);
    }
  });

  it("fit an inline policy with the longest settings", () => {
    const key = `arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-${"0".repeat(32)}`;
    const kmsKeyArns = Array.from({ length: 20 }, () => key);
    const mover = { ...everything.mover, namePrefix: "n".repeat(256), audience: "https://vault.example.com:8200" };

    const size = JSON.stringify(policyOf(moverGrants({ ...everything, mover, kmsKeyArns }))).length;

    ok(size <= 10_240, String(size));
  });
});
