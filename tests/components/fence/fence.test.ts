import { deepEqual, equal, ok } from "node:assert/strict";
import { moverNames } from "../../../components/aws/names";
import {
  fenceDocument,
  fencedChanges,
  fencedCreation,
  fenceExcess,
  iamPattern,
} from "../../../components/fence/fenceDocument";
import { moverGrants } from "../../../components/mover/moverGrants";
import { deleteSecretWithWindow } from "../../../policy/rules/deleteSecretWithWindow";
import { noSecretWildcard } from "../../../policy/rules/noSecretWildcard";
import { judge } from "../../policy/support/judge";
import { isAllowed, statementsOf } from "../../security/iamEvaluator";
import { account, only, record, region, settle } from "../../support/mocks";

const rules = {
  partition: "aws",
  regions: [region],
  principals: [`arn:aws:iam::${account}:role/ci-*`],
  taggers: [`arn:aws:iam::*:role/homing-test-${region}`, `arn:aws:iam::${account}:role/operator`],
  exemptNames: ["legacy/*"],
  serviceReadNames: [],
};

describe("the fence's document", () => {
  it("allows all, and denies making and changing secrets outside the list", () => {
    const [all, ...denials] = statementsOf(fenceDocument(rules).Statement);

    deepEqual(all, { Effect: "Allow", Action: ["*"], Resource: ["*"] });
    deepEqual(
      denials.map(({ Effect, Action }) => [Effect, Action]),
      [
        ["Deny", [fencedCreation]],
        ["Deny", [fencedCreation]],
        ["Deny", [...fencedChanges]],
        ["Deny", ["secretsmanager:AssociateCrossAccountReplica", "secretsmanager:ReplicateSecretToRegions"]],
        ["Deny", [fencedCreation, "secretsmanager:TagResource"]],
        ["Deny", ["secretsmanager:UntagResource"]],
      ],
    );
    deepEqual(denials[2], {
      Effect: "Deny",
      Action: [...fencedChanges],
      NotResource: ["legacy/*", "ecr-pullthroughcache/*", "AmazonMSK_*", "*!*"].map(
        (name) => `arn:aws:secretsmanager:*:*:secret:${name}-??????`,
      ),
      Condition: {
        StringEquals: { "aws:RequestedRegion": [region] },
        StringNotEquals: { "aws:ResourceTag/vault-mover-mode": "exempt" },
        ArnNotLike: { "aws:PrincipalArn": rules.principals },
      },
    });
  });

  it("leaves nobody free when the list names nobody", () => {
    const before = JSON.stringify(fenceDocument({ ...rules, principals: [] })).split("PrincipalArn").length - 1;

    equal(before, 3, "on the statement about replicas and the two about the mover's tag");
  });

  it("denies the mover's role nothing that it is granted, in whatever account", () => {
    const place = { partition: "aws", account: "999999999999", region, dnsSuffix: "amazonaws.com" };
    const names = moverNames("test", place);
    const mover = {
      mode: "move",
      modeRules: [],
      namePrefix: "",
      login: "aws",
      audience: "",
      signingAlgorithm: "ES384",
      replicas: "remove",
      replicaRegions: ["us-east-1"],
      formerEntityIds: [],
    } as const;
    const grants = moverGrants({ place, names, mover, entityId: "x", kmsKeyArns: [], inSubnets: true });
    const granted = statementsOf(grants)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => Action);
    const fence = statementsOf(fenceDocument(rules).Statement);

    ok(granted.includes("secretsmanager:TagResource"));
    for (const action of granted) {
      const keys = {
        "aws:RequestedRegion": region,
        "aws:PrincipalArn": names.roleArn,
        "aws:TagKeys": ["vault-mover"],
        "aws:RequestTag/vault-mover": "1/0a1b2c3d/…",
      };
      ok(isAllowed(fence, { action, resource: "arn:aws:secretsmanager:eu-west-1:999999999999:secret:a-AbCdEf", keys }));
    }
  });

  it("takes what is special to IAM for itself", () => {
    equal(iamPattern("a?b$c*"), "a${?}b${$}c*");
  });

  it("knows how much too long it is for a managed policy", () => {
    equal(fenceExcess(rules), 0);
    const many = { ...rules, exemptNames: Array.from({ length: 50 }, (_, index) => `team-${index}/*`) };
    equal(fenceExcess(many), JSON.stringify(fenceDocument(many)).length - 6_144);
    ok(fenceExcess(many) > 0);
  });
});

describe("the fence", () => {
  it("is one policy, which the policy pack knows as a boundary", async () => {
    const recording = await record();
    const { Fence } = await import("../../../components/fence/fence");
    await settle(() => new Fence("fence", { name: "homing-test-fence", rules, tags: { team: "sec" } }));

    const { inputs, parent } = only(recording, "aws:iam/policy:Policy", "fence-policy");
    deepEqual(inputs, {
      name: "homing-test-fence",
      path: "/boundary/",
      description: "Permissions boundary: new secrets and new values go to Vault, but for the exemption list",
      policy: fenceDocument(rules),
      tags: { team: "sec" },
    });
    ok(parent.endsWith("::fence"));
    const held = { type: "aws:iam/policy:Policy", props: inputs };
    deepEqual(
      [noSecretWildcard, deleteSecretWithWindow].flatMap((rule) => judge(rule, held)),
      [],
    );
    const grant = { ...held, props: { ...inputs, path: "/" } };
    equal(
      [noSecretWildcard, deleteSecretWithWindow].every((rule) => judge(rule, grant).length > 0),
      true,
    );
  });
});
